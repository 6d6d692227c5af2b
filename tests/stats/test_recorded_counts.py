"""What is counted in the recorded incidents is what was measured in them, also as other platforms would show them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from canary_guard.model.window import Comparison
from canary_guard.sources.queries import series_queries
from canary_guard.sources.recording import RecordingSource
from canary_guard.stats.counting import Counted, count
from tests.derived import derived, renamed_pods, scaled_up, silenced, thinned
from tests.recordings import NAMES, a_grid_within, recorded_plan, recordings, windows_of

if TYPE_CHECKING:
    from pathlib import Path

    from canary_guard.model.measurement import Side
    from canary_guard.model.window import Windows

KEYS = ("db_queries", "lookups", "misses", "requests")


def counted(path: Path, windows: Windows, comparison: Comparison = Comparison.CONCURRENT) -> Counted:
    plan = recorded_plan(path)
    source = RecordingSource.open(plan)
    readings = source.read(series_queries(plan, windows), lambda done, of: None)
    return count(readings, plan=plan, comparison=comparison, windows=windows)


def total(side: Side, key: str) -> float:
    return float(side.signals[key].values.sum())


def units(side: Side) -> tuple[str, ...]:
    return side.signals["requests"].units


def gap_share(side: Side, key: str = "requests") -> float:
    one = side.signals[key]
    return float((one.alive & ~one.seen).sum() / one.alive.sum())


def held_against(side: Side, measured: dict[str, float]) -> None:
    """The grid is up to a step shorter at each end, and its last samples up to a scrape older: 3 s at the most."""
    for key in KEYS:
        by_interval = side.signals[key].values.sum(axis=0)
        slack = float(np.sort(by_interval)[-3:].sum())
        assert measured[key] - slack <= total(side, key) <= measured[key], key


@pytest.mark.parametrize("name", NAMES)
def test_counts_agree_with_what_was_measured(name: str) -> None:
    recorded = recordings()[name]
    found = counted(recorded.path, windows_of(recorded)).measurement
    for arm in ("baseline", "canary"):
        held_against(getattr(found, arm), recorded.entry["measured"]["after"][arm])
        assert getattr(found, arm).missing == {}
    after = sum(recorded.entry["measured"]["after"][arm]["requests"] for arm in ("baseline", "canary"))
    assert total(found.baseline, "requests") + total(found.canary, "requests") > 0.97 * after


@pytest.mark.parametrize("name", NAMES)
def test_the_window_before_agrees_too(name: str) -> None:
    recorded = recordings()[name]
    found = counted(recorded.path, windows_of(recorded), Comparison.BEFORE_AFTER).measurement
    both = recorded.entry["measured"]["before"]
    held_against(found.baseline, {key: both["baseline"][key] + both["canary"][key] for key in KEYS})


def test_every_timed_miss_lies_in_a_bucket() -> None:
    recorded = recordings()["08"]
    found = counted(recorded.path, windows_of(recorded)).measurement
    for side in (found.baseline, found.canary):
        assert side.buckets["miss_latency"].values.sum() == total(side, "miss_latency_count")
        assert side.buckets["miss_latency"].units == units(side)


def test_pods_that_restart_are_told() -> None:
    found = counted(recordings()["17"].path, windows_of(recordings()["17"])).quality
    assert {unit.unit: unit.resets for unit in found.units if unit.resets} == {
        "stable-2": 1,
        "canary-1": 1,
        "canary-2": 1,
    }


@pytest.mark.parametrize("name", NAMES)
def test_pods_under_new_names_are_counted_alike(name: str, tmp_path: Path) -> None:
    """The window begins when the new pods are up: only their names differ, and the last samples of the old ones."""
    recorded = recordings()[name]
    windows = windows_of(recorded)
    path = derived(recorded.path, tmp_path / "renamed.jsonl.gz", renamed_pods)
    plain, renamed = counted(recorded.path, windows).measurement, counted(path, windows).measurement
    assert {unit for unit in units(renamed.canary) if unit.endswith("-7d9f")} == {"canary-1-7d9f", "canary-2-7d9f"}
    for key in KEYS:
        assert total(renamed.baseline, key) == total(plain.baseline, key)
        assert total(renamed.canary, key) == total(plain.canary, key)
    assert gap_share(renamed.canary) == 0


def test_a_rollout_inside_the_window_is_no_gap_and_no_million(tmp_path: Path) -> None:
    """From the deploy on: the old pods leave, the new ones appear, and what they had counted before is not counted."""
    recorded = recordings()["02"]
    windows = replace(
        windows_of(recorded), before=None, after=a_grid_within(recorded.deploy_time, recorded.after[1], 1000)
    )
    path = derived(recorded.path, tmp_path / "renamed.jsonl.gz", renamed_pods)
    found = counted(path, windows)
    canary = found.measurement.canary
    assert len(units(canary)) == 4
    by_unit = {unit.unit: unit for unit in found.quality.units}
    assert by_unit["canary-1"].left
    assert by_unit["canary-1-7d9f"].appeared
    assert gap_share(canary) < 0.02
    measured = recorded.entry["measured"]["after"]["canary"]
    assert total(canary, "requests") == pytest.approx(measured["requests"], rel=0.03)
    assert total(canary, "misses") == pytest.approx(measured["misses"], rel=0.03)


def test_an_arm_that_scales_up_inside_the_window_is_counted_from_then_on(tmp_path: Path) -> None:
    recorded = recordings()["01"]
    windows = windows_of(recorded)
    middle = sum(recorded.after) / 2000
    path = derived(recorded.path, tmp_path / "scaled.jsonl.gz", scaled_up(middle))
    plain, scaled = counted(recorded.path, windows).measurement.canary, counted(path, windows)
    canary = scaled.measurement.canary
    assert gap_share(canary) == 0
    late = canary.signals["requests"].units.index("canary-2")
    begin = canary.signals["requests"].alive[late].argmax()
    assert begin == pytest.approx(windows.after.intervals / 2, abs=2)
    expected = plain.signals["requests"].values[late, begin:]
    assert canary.signals["requests"].values[late, begin:].tolist() == expected.tolist()
    assert not canary.signals["requests"].values[late, :begin].any()
    assert "pod canary-2 appeared within the window (canary)" in scaled.quality.notes


@pytest.mark.parametrize("up", [None, False, True])
def test_a_pod_that_falls_silent_is_a_gap_unless_it_left(up: bool | None, tmp_path: Path) -> None:
    recorded = recordings()["01"]
    middle = sum(recorded.after) / 2000
    path = derived(recorded.path, tmp_path / "silent.jsonl.gz", silenced(middle, up=up))
    canary = counted(path, windows_of(recorded)).measurement.canary
    assert gap_share(canary) == (0 if up is None else pytest.approx(0.25, abs=0.01))


@pytest.mark.parametrize("name", NAMES)
def test_a_slower_scrape_finds_the_same_ratios(name: str, tmp_path: Path) -> None:
    """At 15 s the counts at both ends of a pod's life are lost, as the recordings' lessons say, but not the ratios."""
    recorded = recordings()[name]
    path = derived(recorded.path, tmp_path / "thinned.jsonl.gz", thinned)
    windows = windows_of(recorded, step=15_000, scrape_interval=15_000)
    source = RecordingSource.open(recorded_plan(path))
    assert source.facts(recorded_plan(path)).scrape_interval == 15_000
    slow, fast = counted(path, windows).measurement, counted(recorded.path, windows_of(recorded)).measurement
    for arm in ("baseline", "canary"):
        one, other = getattr(slow, arm), getattr(fast, arm)
        ratio = total(one, "db_queries") / total(one, "requests")
        assert ratio == pytest.approx(total(other, "db_queries") / total(other, "requests"), rel=0.25)
        assert total(one, "requests") == pytest.approx(total(other, "requests"), rel=0.4)
        assert total(one, "requests") < total(other, "requests")
