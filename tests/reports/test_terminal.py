import re
from dataclasses import replace

import pytest

from canary_guard.model.run import Run, Verdict
from canary_guard.reports import terminal
from canary_guard.reports.escaping import HIDDEN, columns
from canary_guard.reports.look import Look
from tests.builders import a_reading
from tests.reports import runs

SGR = re.compile(r"\x1b\[[0-9;]*m")
EVERY = {**runs.RUNS, "hostile": runs.hostile, "many-patterns": runs.many_patterns}


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_wider_than_the_terminal(name: str, verbose: bool, width: int) -> None:
    run = EVERY[name]()
    for unicode in (True, False):
        text = terminal.render(run, Look(width=width, verbose=verbose, unicode=unicode))
        assert max(map(columns, text.splitlines())) <= width


@pytest.mark.parametrize("name", EVERY)
def test_colour_only_colours(name: str) -> None:
    run = EVERY[name]()
    colored = terminal.render(run, Look(color=True))
    assert "\x1b[" in colored
    assert SGR.sub("", colored) == terminal.render(run, Look())


@pytest.mark.parametrize("name", EVERY)
def test_ascii_is_ascii(name: str) -> None:
    assert terminal.render(EVERY[name](), Look(unicode=False, verbose=True)).isascii()


def test_nothing_foreign_is_obeyed() -> None:
    text = terminal.render(runs.hostile(), Look(verbose=True))
    assert not HIDDEN.search(text.replace("\n", ""))
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert r"\x1b[31mred" in text


def test_the_verdict_is_first_and_last() -> None:
    lines = terminal.render(runs.fail(), Look()).splitlines()
    assert lines[0].startswith("FAIL: the canary sends 2.1x the queries per request")
    assert lines[-1] == "FAIL, exit code 1"


def test_what_a_reader_needs_comes_in_this_order() -> None:
    text = terminal.render(runs.partial(), Look(verbose=True))
    heads = ["What to do", "Rules", "Warnings", "Not asked", "Measure ", "Data", "Queries", "service", "INCONCLUSIVE, "]
    places = [text.index(f"\n{head}") for head in heads]
    assert places == sorted(places)


def test_quiet_is_the_sentence_alone() -> None:
    assert terminal.render(runs.fail(), Look(quiet=True, width=200)) == (
        "FAIL: the canary sends 2.1x the queries per request to the database; hit rate 99.15 → 98.08 %\n"
    )


def test_verbose_adds_queries_and_the_conditions_of_warn_rules_within_bounds() -> None:
    run = runs.passing()
    short, long = (terminal.render(run, Look(verbose=verbose)) for verbose in (False, True))
    assert "last_over_time" not in short
    assert "last_over_time" in long
    assert short.count("drops by 0.5pp") == 1
    assert long.count("drops by 0.5pp") == 2


def test_local_time_is_told_where_it_differs() -> None:
    text = terminal.render(runs.fail(), Look(utc_offset=3_600_000, zone="CET", width=120))
    assert "2026-11-21 09:11 to 09:21 UTC (10:11 to 10:21 CET)" in text


def test_a_narrow_terminal_leaves_the_intervals_out() -> None:
    assert "98 % interval" in terminal.render(runs.fail(), Look(width=80))
    assert "98 % interval" not in terminal.render(runs.fail(), Look(width=60))


def test_where_nothing_was_measured_there_is_no_empty_table() -> None:
    assert "\nNot measured\n" not in terminal.render(runs.source_error(), Look())
    text = terminal.render(runs.no_data(), Look())
    assert "98 % interval" not in text
    assert "Not measured\n  - hit rate, miss rate, database load per request: no series of the canary" in text


def test_long_lists_are_cut_and_say_so() -> None:
    run: Run = replace(runs.fail(), warnings=tuple(f"warning {index}" for index in range(30)))
    text = terminal.render(run, Look())
    assert "warning 11\n" in text
    assert "warning 12\n" not in text
    assert "… and 18 more: see the JSON record" in text


def test_wide_names_are_counted_as_they_are_shown() -> None:
    run = replace(runs.fail(), queries=(replace(a_reading(), text="商品検索" * 40),))
    text = terminal.render(run, Look(verbose=True))
    assert max(map(columns, text.splitlines())) <= 80
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", ["contamination", "placebo"])
def test_what_a_check_raised_is_on_the_first_screen(name: str) -> None:
    lines = terminal.render(runs.RUNS[name](), Look()).splitlines()
    assert lines.index("Checked around the comparison") < lines.index("What to do") < 24
    assert any(line.startswith(f"  raised  {name}: ") for line in lines)


def test_checks_that_found_nothing_come_after_the_numbers() -> None:
    lines = terminal.render(runs.broken_pattern(), Look()).splitlines()
    assert lines.index("Checked around the comparison") > lines.index("Hit rate by key pattern, bound: drops by 5pp")


def test_key_patterns_are_a_table() -> None:
    text = terminal.render(runs.broken_pattern(), Look(width=100))
    assert "  stock        86.78 → 0.00 %     −86.78 pp  9.7 % → 3.9 %  −87.78 to −85.78 pp\n" in text
    assert "  - user: no user lookups in the canary\n" in text
    assert "  - canary only: stock:v2, price:v2\n" in text
    many = terminal.render(runs.hostile("x"), Look())
    assert "… and 990 more: see the JSON record" in many


def test_other_causes_are_ids_unless_every_detail_is_asked_for() -> None:
    brief = terminal.render(runs.explained(), Look())
    assert (
        "  - possible: eviction-pressure, unbounded-key, ttl-too-short\n  - ruled out: database-slower-first\n" in brief
    )
    full = " ".join(terminal.render(runs.explained(), Look(verbose=True)).split())
    assert "possible: Possible unbounded-key (unbounded-key): not measured: evictions per lookup" in full
    assert "ruled out: The database first (database-slower-first): database time per query in the baseline" in full


def test_a_likely_cause_has_its_advice_where_what_to_do_has_not() -> None:
    advice = "Compare how the two builds make their keys."
    for verdict in (Verdict.FAIL, Verdict.PASS):
        text = " ".join(terminal.render(replace(runs.explained(), verdict=verdict), Look()).split())
        assert text.count(advice) == 1
    assert "(cold-start)." in terminal.render(runs.warming_up(), Look())


def test_the_measures_that_decided_are_drawn_over_time() -> None:
    lines = terminal.render(runs.fail(), Look()).splitlines()
    at = lines.index("Over time")
    assert lines[at + 1].startswith("  database load per request, 0 to ")
    assert re.fullmatch(r"    baseline  [▁▂▃▄▅▆▇█]{40}  0\.0147", lines[at + 2])
    assert re.fullmatch(r"    canary    [▁▂▃▄▅▆▇█]{40}  0\.0310", lines[at + 3])
    assert lines[at + 4].startswith("  hit rate, ")
    assert lines.index("What to do") < at < lines.index("Rules")
    assert "Over time" not in terminal.render(runs.source_error(), Look())


def test_the_deploy_is_marked_below_the_letters() -> None:
    run = runs.explained()
    lines = terminal.render(run, Look()).splitlines()
    (mark,) = [line for line in lines if line.endswith("^ deploy")]
    canary = next(line for line in lines if line.startswith("    canary    "))
    assert len("    canary    ") < mark.index("^") < len(canary)


@pytest.mark.parametrize(("unicode", "picture"), [(True, "│··┊·"), (False, "|..:.")])
def test_a_wide_terminal_shows_changes_against_their_bounds(unicode: bool, picture: str) -> None:
    wide = terminal.render(runs.fail(), Look(width=120, unicode=unicode))
    assert picture in wide
    assert picture not in terminal.render(runs.fail(), Look(width=100, unicode=unicode))
    assert ("│ no change, ┊ bound" if unicode else "| no change, : bound") in wide
