import re
from dataclasses import replace

import pytest

from canary_guard.model.difference import Altered, Difference
from canary_guard.reports.diff_markdown import render
from canary_guard.reports.look import Look
from canary_guard.reports.markdown import LONGEST
from tests.reports import runs
from tests.reports.differences import DIFFERENCES, hostile


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_row_has_as_many_cells_as_its_table(name: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", render(DIFFERENCES[name](), Look()), re.MULTILINE):
        rows = [len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()]
        assert len(set(rows)) == 1, block


def test_it_fits_into_a_comment_whatever_the_names_are() -> None:
    text = render(hostile(runs.HOSTILE + "A" * 10_000), Look())
    assert len(text) < LONGEST
    assert text.rstrip().endswith("</details>")


def test_it_fits_where_every_character_needs_escaping() -> None:
    found = hostile("@" * 10_000)
    altered = tuple(Altered(name=f"{number}" + "@" * 99, then="@" * 300, now="#" * 300) for number in range(100))
    full = replace(found, question=altered, answers=altered, checks=altered, circumstances=altered)
    text = render(replace(full, strata=many().strata, data=found.warnings), Look())
    assert 40_000 < len(text) < LONGEST
    assert "… and more, for which there is no room: see `-o json`." in text
    assert text.rstrip().endswith("</details>")


def test_what_has_no_room_is_counted() -> None:
    assert re.search(r"… and \d+ more (rows|remarks|rules and conditions): see `-o json`\.", render(many(), Look()))


def many() -> Difference:
    found = DIFFERENCES["explained"]()
    return replace(found, strata=found.strata * 500)


def test_no_difference_has_no_fold() -> None:
    text = render(DIFFERENCES["same"](), Look())
    assert "<details>" not in text
    assert "**No difference: FAIL both times, asked the same, of the same data.**" in text


def test_the_verdict_the_question_and_the_rules_stand_above_the_fold() -> None:
    text, _, _ = render(DIFFERENCES["other-rules"](), Look()).partition("<details>")
    assert "**FAIL → PASS: database load per request" in text
    assert "- Was the same asked? **No**: select.canary, cache, rules.origin-regression and 1 more" in text
    assert "| alpha | 0.01 | 0.001 |" in text
    assert "| **exceeded** | **within** |" in text
    _, _, fold = render(DIFFERENCES["as-before"](), Look()).partition("<details>")
    assert "no test was made between the runs" in fold
    assert "| hit rate | 99.15 → 98.08 %, −1.07 pp (−1.27 to −0.87 pp) |" in fold
