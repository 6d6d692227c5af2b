import re
from dataclasses import replace

import pytest

from canary_guard.model.run import Exit
from canary_guard.reports import github
from canary_guard.reports.escaping import HIDDEN
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from tests.reports import runs

COMMAND = re.compile(r"::(error|warning|notice) title=[^:,]*::(.*)")
EVERY = {**runs.RUNS, "hostile": runs.hostile}


@pytest.mark.parametrize("name", EVERY)
def test_every_line_is_one_annotation(name: str) -> None:
    lines = github.render(EVERY[name](), Look()).split("\n")
    assert lines.pop() == ""
    for line in lines:
        assert COMMAND.fullmatch(line), line
        assert not HIDDEN.search(line)
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", line)
        assert len(line) < 3 * 4000


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("pass", "notice"),
        ("fail", "error"),
        ("inconclusive", "error"),
        ("source-error", "error"),
        ("shadow", "warning"),
    ],
)
def test_the_verdict_has_the_level_of_its_exit_code(name: str, level: str) -> None:
    assert github.render(runs.RUNS[name](), Look()).startswith(f"::{level} title=canary-guard%3A shop-api::")


def test_an_inconclusive_run_that_counts_as_a_pass_still_warns() -> None:
    run = replace(runs.inconclusive(), exit=Exit(code=0, note="counts as pass"))
    assert github.render(run, Look()).startswith("::warning ")


def test_percent_is_escaped_first_and_lines_are_kept() -> None:
    line = github.render(runs.fail(), Look()).splitlines()[0]
    assert line.endswith(
        "hit rate 99.15 → 98.08 %25%0ARoll back or disable the change first; tune later.%0Aexit code 1"
    )


def test_no_more_annotations_than_github_shows() -> None:
    run = replace(runs.fail(), warnings=tuple(f"warning {index}" for index in range(30)))
    lines = github.render(run, Look()).splitlines()
    assert len(lines) == 10
    assert lines[-1].endswith("warning 7%0A22 more warnings are in the other reports")


def test_ascii_where_the_log_is_ascii() -> None:
    assert github.render(runs.fail(), Look(unicode=False)).isascii()


def test_outputs_are_one_line_each() -> None:
    assert github.outputs(runs.inconclusive()) == {
        "verdict": "inconclusive",
        "exit-code": "3",
        "undetermined": "exposure",
        "sentence": verdict_sentence(runs.inconclusive()),
    }
    assert all("\n" not in value for value in github.outputs(runs.hostile()).values())


def test_the_annotation_tells_broken_patterns_and_raised_checks() -> None:
    assert "%0Acontamination: both arms became worse with the deploy" in github.render(runs.contamination(), Look())
    assert "%0Akey patterns beyond their bound: hit rate of stock" in github.render(runs.broken_pattern(), Look())
