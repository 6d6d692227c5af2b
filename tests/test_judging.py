"""What the command line asks for; more of it in test_cli.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from canary_guard.cli import cli
from canary_guard.console import Progress
from canary_guard.judging import judge, judge_again
from canary_guard.options import text_of
from canary_guard.reports.json_record import render
from tests.recordings import recordings
from tests.test_check import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

INCIDENT = str(recordings()["02"].path)


@pytest.fixture
def options(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "c.yaml").write_text(CONFIG)
    return {"config": str(tmp_path / "c.yaml"), "settings": (), "deploy_time": None, "source_error_as": None}


def test_a_recording_and_its_record_are_judged_alike(tmp_path: Path, options: dict[str, object]) -> None:
    with click.Context(cli):
        run = judge(INCIDENT, wait=False, options=options, progress=Progress())
        (tmp_path / "run.json").write_text(render(run))
        again = judge_again(str(tmp_path / "run.json"), {"config": None, "deploy_time": None})
    assert run.verdict == "fail"
    assert render(again) == render(run) == text_of(str(tmp_path / "run.json"))


def test_there_is_nothing_to_wait_for_without_a_deploy(options: dict[str, object]) -> None:
    with click.Context(cli), pytest.raises(click.UsageError, match="--wait needs --deploy-time"):
        judge(INCIDENT, wait=True, options=options, progress=Progress())
