"""Whatever a run holds, each format renders it: valid, strict, and read again to the same bytes."""

import json
import re
import xml.etree.ElementTree as ET

import html5lib
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from canary_guard.model.run import Run
from canary_guard.reports import REPORTS, json_record, markdown
from canary_guard.reports.escaping import columns
from canary_guard.reports.look import Look
from tests.reports.arbitrary import arbitrary_runs

_FUZZ = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate]
)
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@_FUZZ
@given(arbitrary_runs())
def test_the_page_is_valid_html(run: Run) -> None:
    page = REPORTS["html"](run, Look())
    html5lib.HTMLParser(strict=True).parse(page)
    assert "nan" not in re.findall(r'[dxy]="[^"]*(nan|inf)', page)
    assert page.encode()


@_FUZZ
@given(arbitrary_runs())
def test_the_record_is_strict_json_and_reads_back_to_the_same_bytes(run: Run) -> None:
    text = json_record.render(run)
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the record"))
    assert json_record.render(json_record.read(text, where="run.json")) == text


@_FUZZ
@given(arbitrary_runs())
def test_junit_is_xml(run: Run) -> None:
    assert ET.fromstring(REPORTS["junit"](run, Look())).tag == "testsuites"


@_FUZZ
@given(arbitrary_runs())
def test_markdown_fits_and_closes_its_fold(run: Run) -> None:
    text = REPORTS["markdown"](run, Look())
    assert len(text) <= markdown.LONGEST
    # In a code span a foreign one is only shown.
    lines = text.splitlines()
    assert lines.count("<details>") == lines.count("</details>") == 1


@_FUZZ
@given(arbitrary_runs())
def test_no_line_is_wider_than_the_terminal(run: Run) -> None:
    for look in (Look(verbose=True), Look(width=200), Look(width=120, unicode=False), Look(quiet=True)):
        lines = REPORTS["terminal"](run, look).splitlines()
        assert max(map(columns, lines)) <= look.width


@_FUZZ
@given(arbitrary_runs())
def test_nothing_that_a_terminal_or_a_workflow_obeys_comes_through(run: Run) -> None:
    for form in REPORTS:
        text = REPORTS[form](run, Look(verbose=True))
        assert not _OBEYED.search(text), form
        assert not re.search(r"^\s*::(?!(?:error|warning|notice) title=)", text, re.MULTILINE), form
