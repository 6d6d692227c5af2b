"""What GitHub's runner reads from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from canary_guard.publishers import step_files
from tests.publishers.publications import a_publication

if TYPE_CHECKING:
    from pathlib import Path


def test_both_files_are_appended_to_and_named(tmp_path: Path) -> None:
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    summary.write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
    publication = a_publication()
    assert step_files.append(publication, environment) == ["the job's summary", "the step's outputs"]
    assert summary.read_text() == "before\n" + publication.render("markdown")
    assert "verdict<<" in outputs.read_text()


def test_nothing_is_done_where_the_runner_names_none() -> None:
    assert step_files.append(a_publication(), {"GITHUB_OUTPUT": ""}) == []


def test_outputs_are_written_between_delimiters_that_no_value_contains() -> None:
    assert step_files.output_lines({"a": "1", "b": "x\ny"}, delimiter="EOF-7") == (
        "a<<EOF-7\n1\nEOF-7\nb<<EOF-7\nx\ny\nEOF-7\n"
    )
    with pytest.raises(ValueError, match="delimiter"):
        step_files.output_lines({"a": "x\nEOF-7\nb=evil"}, delimiter="EOF-7")
