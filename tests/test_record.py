"""A recording made from a real Prometheus gives the same run as the Prometheus."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from canary_guard.errors import ConfigError, OutputError, SourceError
from canary_guard.model.plan import PrometheusPlan, RecordingPlan
from canary_guard.record import record
from tests.recordings import recordings
from tests.test_check import CONFIG, judged, plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Serve

INCIDENT = recordings()["02"]
SPAN = {
    "start": INCIDENT.before[0] / 1000 - 5,
    "end": INCIDENT.after[1] / 1000,
    "deploy_time": INCIDENT.deploy_time / 1000,
}


@pytest.mark.parametrize("name", ["again.jsonl.gz", "again.jsonl"])
def test_what_was_recorded_is_judged_alike(name: str, serve: Serve, tmp_path: Path) -> None:
    target = tmp_path / name
    with serve(INCIDENT.path) as server:
        plan = replace(plan_of(INCIDENT, **SPAN), source=PrometheusPlan(url=server.url))
        said = record(plan, str(target))
    assert said.startswith(f"{target}: ")
    first = judged(plan_of(INCIDENT))
    again = judged(replace(plan_of(INCIDENT), source=RecordingPlan(path=str(target))))
    assert again.verdict is first.verdict
    assert again.estimates == first.estimates
    assert again.windows == first.windows


def test_the_command_says_what_it_wrote(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "canary-guard.yaml").write_text(CONFIG)
    with serve(INCIDENT.path) as server:
        done = subprocess.run(
            [sys.executable, "-m", "canary_guard", "record", "--source-url", server.url]
            + [part for key, value in SPAN.items() for part in ("--" + key.replace("_", "-"), str(value))]
            + ["incident.jsonl.gz"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, "")
    assert "incident.jsonl.gz: " in done.stderr
    assert " series, " in done.stderr


def test_what_cannot_be_recorded_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="only a Prometheus"):
        record(plan_of(INCIDENT), str(tmp_path / "x"))
    dead = replace(plan_of(INCIDENT, **SPAN), source=PrometheusPlan(url="http://127.0.0.1:1", retries=0))
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:1"):
        record(dead, str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_said(serve: Serve, tmp_path: Path) -> None:
    assert OutputError.exit_code == ConfigError.exit_code
    with serve(INCIDENT.path) as server:
        plan = replace(plan_of(INCIDENT, **SPAN), source=PrometheusPlan(url=server.url))
        with pytest.raises(OutputError, match="could not write"):
            record(plan, str(tmp_path / "no" / "x.jsonl"))
