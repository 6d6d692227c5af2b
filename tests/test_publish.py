"""Reports go where they were asked for, each by itself."""

from pathlib import Path

import pytest

from canary_guard.publish import publish
from canary_guard.reports import REPORTS
from canary_guard.reports.look import Look
from tests.builders import a_run


def test_standard_output_and_files_in_one_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish(a_run(), [("terminal", "-"), ("json", str(tmp_path / "run.json"))])
    assert capsys.readouterr().out.startswith("FAIL")
    assert (tmp_path / "run.json").read_text() == REPORTS["json"](a_run(), Look())


def test_one_that_fails_leaves_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not publish(a_run(), [("html", str(tmp_path / "no" / "x.html")), ("json", str(tmp_path / "run.json"))])
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("error: could not write")
    assert said[1].startswith("FAIL: ")
    assert (tmp_path / "run.json").exists()


def test_github_outputs_are_appended_where_the_runner_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("other=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    assert publish(a_run(), [("github", "-")])
    assert outputs.read_text().startswith("other=1\n")
    assert "fail" in outputs.read_text()
    assert "::error" in capsys.readouterr().out


def test_outputs_that_cannot_be_appended_leave_the_annotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "no" / "outputs"))
    assert not publish(a_run(), [("github", "-")])
    shown = capsys.readouterr()
    assert "::error" in shown.out
    assert "could not append" in shown.err
