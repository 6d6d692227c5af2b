"""Each format over the same runs, as a person or a machine gets it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.model.run import Run, Verdict
from canary_guard.reports import REPORTS
from canary_guard.reports.json_record import read, render
from canary_guard.reports.look import Look
from tests.reports import runs
from tests.reports.goldens import golden

GOLDENS = Path(__file__).parent / "goldens"
HARD: Mapping[str, Callable[[], Run]] = {"hostile": runs.hostile, "many-patterns": runs.many_patterns}
"""Too long for a golden of their page and their record: what holds for those is tested beside them."""
ENDINGS = {"github": "txt", "html": "html", "json": "json", "junit": "xml", "markdown": "md", "terminal": "txt"}


@pytest.mark.parametrize("name", runs.RUNS)
@pytest.mark.parametrize("form", REPORTS)
def test_a_report_is_its_golden(form: str, name: str) -> None:
    golden(GOLDENS / form / f"{name}.{ENDINGS[form]}", REPORTS[form](runs.RUNS[name](), Look()))


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("form", ["github", "junit", "markdown", "terminal"])
def test_a_report_of_a_hard_run_is_its_golden(form: str, name: str) -> None:
    golden(GOLDENS / form / f"{name}.{ENDINGS[form]}", REPORTS[form](HARD[name](), Look()))


def test_formats_are_in_alphabetical_order() -> None:
    assert list(REPORTS) == sorted(REPORTS) == sorted(ENDINGS)


@pytest.mark.parametrize("name", runs.RUNS)
@pytest.mark.parametrize("form", REPORTS)
def test_the_record_gives_the_same_report(form: str, name: str) -> None:
    run = runs.RUNS[name]()
    assert REPORTS[form](read(render(run), where="run.json"), Look()) == REPORTS[form](run, Look())


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("form", REPORTS)
def test_no_format_obeys_foreign_text(form: str, verdict: Verdict) -> None:
    text = REPORTS[form](runs.hostile(verdict=verdict), Look(verbose=True))
    assert text.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert not re.search(r"^\s*::(?!(?:error|warning|notice) title=)", text, re.MULTILINE)
    if form in ("html", "junit"):
        assert "<script>alert" not in text


@settings(max_examples=20, deadline=None)
@given(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=40),
    st.sampled_from(Verdict),
    st.sampled_from(sorted(REPORTS)),
)
def test_every_format_renders_whatever_others_wrote(text: str, verdict: Verdict, form: str) -> None:
    REPORTS[form](runs.hostile(text, verdict=verdict), Look(verbose=True)).encode()
