"""`canary-guard power`, on a run of a recorded incident."""

from pathlib import Path

from click.testing import CliRunner

from canary_guard.cli import cli
from canary_guard.power import abilities
from canary_guard.reports import REPORTS
from canary_guard.reports.look import Look
from tests.recordings import recordings
from tests.test_check import judged, plan_of


def test_every_condition_on_a_change_that_has_an_estimate_is_told() -> None:
    run = judged(plan_of(recordings()["17"]))
    found = abilities(run)
    assert [one.rule for one in found[:3]] == ["origin-regression"] * 3
    assert {one.rule for one in found} >= {"origin-load", "pattern-collapse", "db-load", "set-failures", "errors"}
    assert all(one.window == run.windows.after.intervals * 1000 or one.window < 99_000 for one in found)


def test_a_window_proves_about_what_it_proved() -> None:
    """02 was a rise of x2.1 and was proved; 10 % would not have been."""
    run = judged(plan_of(recordings()["02"]))
    (load,) = [one for one in abilities(run) if (one.rule, one.measure) == ("db-load", "db_load_per_request")]
    assert load.smallest is not None
    assert 0.2 < load.smallest < 0.75


def test_the_command_prints_a_table(tmp_path: Path) -> None:
    record = tmp_path / "run.json"
    record.write_text(REPORTS["json"](judged(plan_of(recordings()["17"])), Look()))
    done = CliRunner().invoke(cli, ["power", str(record)], standalone_mode=False)
    assert done.exception is None
    assert "a pass needs" in done.stdout
    assert "origin-regression" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
