"""The demonstration stops a real incident, and leaves a page."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from canary_guard.cli import cli
from canary_guard.demo import demonstrate
from canary_guard.model.run import Verdict


def test_the_demonstration_fails_for_the_reason_that_the_recording_shows() -> None:
    run = demonstrate(now=0)
    assert run.verdict is Verdict.FAIL
    found = {estimate.measure: estimate for estimate in run.estimates if estimate.kind == "estimate"}
    assert found["hit_rate"].baseline.point == pytest.approx(0.992, abs=0.0006)
    assert found["hit_rate"].canary.point == pytest.approx(0.981, abs=0.0006)
    baseline, canary = found["db_load_per_request"].baseline.point, found["db_load_per_request"].canary.point
    assert baseline is not None
    assert canary is not None
    assert canary / baseline == pytest.approx(2.1, abs=0.06)


def test_the_command_says_what_check_would_have_exited_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["demo"], prog_name="canary-guard", standalone_mode=False)
    assert done.return_value == 0
    assert done.output.startswith("FAIL")
    assert done.output.endswith("`check` would have exited with 1. The page: demo-report.html\n")
    assert "<html" in (tmp_path / "demo-report.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_no_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["demo", "--report", "no/where.html"], standalone_mode=False)
    assert done.return_value == 2
    assert "could not write no/where.html" in done.output
