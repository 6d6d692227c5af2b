"""Each format over the same pairs of runs, as a person or a machine gets it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.diff import difference
from canary_guard.options import DIFF_FORMATS
from canary_guard.reports import DIFFERENCES as FORMATS
from canary_guard.reports.escaping import columns
from canary_guard.reports.json_record import read, render
from canary_guard.reports.look import Look
from tests.reports import runs
from tests.reports.differences import DIFFERENCES, hostile
from tests.reports.goldens import golden

GOLDENS = Path(__file__).parent / "diff_goldens"
ENDINGS = {"html": "html", "json": "json", "markdown": "md", "terminal": "txt"}


@pytest.mark.parametrize("name", DIFFERENCES)
@pytest.mark.parametrize("form", FORMATS)
def test_a_difference_is_its_golden(form: str, name: str) -> None:
    golden(GOLDENS / form / f"{name}.{ENDINGS[form]}", FORMATS[form](DIFFERENCES[name](), Look()))


def test_formats_are_those_of_the_command_line_in_alphabetical_order() -> None:
    assert list(FORMATS) == sorted(FORMATS) == list(DIFF_FORMATS) == sorted(ENDINGS)


@pytest.mark.parametrize("form", FORMATS)
def test_the_records_give_the_same_difference(form: str) -> None:
    one, other = runs.fail(), runs.explained()
    read_again = (read(render(run), where="run.json") for run in (one, other))
    assert FORMATS[form](difference(*read_again), Look()) == FORMATS[form](difference(one, other), Look())


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_obeys_foreign_text(form: str) -> None:
    text = FORMATS[form](hostile(), Look(verbose=True))
    assert text.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    if form == "html":
        assert "<script" not in text


@settings(max_examples=20)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40), st.sampled_from(sorted(FORMATS)))
def test_every_format_renders_whatever_others_wrote(text: str, form: str) -> None:
    FORMATS[form](hostile(text), Look(verbose=True)).encode()


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_terminal_is_never_too_narrow(name: str, width: int, verbose: bool) -> None:
    for unicode in (True, False):
        look = Look(width=width, unicode=unicode, verbose=verbose)
        text = FORMATS["terminal"](DIFFERENCES[name](), look)
        assert max(map(columns, text.splitlines())) <= width
        assert unicode or text.isascii()
