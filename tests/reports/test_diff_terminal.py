from dataclasses import replace

from canary_guard.model.difference import Altered
from canary_guard.reports.diff_terminal import render
from canary_guard.reports.look import Look
from tests.reports.differences import DIFFERENCES


def text(name: str, look: Look | None = None) -> str:
    return " ".join(render(DIFFERENCES[name](), look or Look()).split())


def test_quiet_is_the_sentence_alone() -> None:
    shown = render(DIFFERENCES["fail-pass"](), Look(quiet=True))
    assert " ".join(shown.split()).endswith("Asked the same, of other data.")
    assert "then" not in shown


def test_no_difference_is_short_unless_every_detail_is_asked_for() -> None:
    assert len(render(DIFFERENCES["same"](), Look()).splitlines()) == 6
    assert "Rules" in render(DIFFERENCES["same"](), Look(verbose=True))


def test_the_order_is_that_of_a_reader_in_a_hurry() -> None:
    shown = text("explained")
    parts = (
        "PASS → FAIL:",
        "then yesterday.json, exit code 0: PASS:",
        "now today.json, exit code 1: FAIL:",
        "Was the same asked? Yes",
        "Rules",
        "Key patterns that moved",
        "The three questions",
        "Causes",
        "Checked around the comparison",
        "Circumstances, which judge nothing",
    )
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)


def test_what_was_asked_otherwise_comes_before_the_rules() -> None:
    shown = text("other-rules")
    asked = 'What was asked otherwise select.canary: track="canary" → track="next" cache: shared → per-arm'
    assert shown.index(asked) < shown.index("Rules")


def test_measures_that_are_not_apart_are_named_and_shown_when_asked_for() -> None:
    assert "Not apart, -v shows them: hit rate, miss rate, database load per request" in text("as-before")
    shown = text("as-before", Look(verbose=True, width=200))
    assert "hit rate 99.15 → 98.08 %, −1.07 pp (−1.27 to −0.87 pp) 99.15 → 98.08 %, −1.18 pp" in shown
    assert "overlap" in shown
    assert "no test was made between the runs" in shown


def test_data_and_warnings_that_came_and_went() -> None:
    shown = text("source-error")
    assert "- no longer: 2.5 % of the expected samples are missing" in shown
    assert "- now: hits, misses could not be read from http://127.0.0.1:9090" in shown


def test_long_lists_are_cut_and_counted() -> None:
    found = DIFFERENCES["explained"]()
    many = replace(found, strata=found.strata * 5, question=(Altered(name="alpha", then="1", now="2"),) * 13)
    shown = render(many, Look())
    assert "… and 8 more: see -o json" in shown
    assert "… and 1 more: see -o json" in shown


def test_colour_only_where_it_is_wanted_and_ascii_where_it_must_be() -> None:
    coloured = render(DIFFERENCES["fail-pass"](), Look(color=True))
    assert "\x1b[31m" in coloured
    assert "\x1b" not in render(DIFFERENCES["fail-pass"](), Look())
    assert "FAIL -> PASS" in text("fail-pass", Look(unicode=False))
