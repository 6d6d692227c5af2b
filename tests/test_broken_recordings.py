"""What is missing, frozen or contradictory in a recorded incident is never a pass; what any deploy does is no fault."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from canary_guard.model.estimate import NoEstimate, Undetermined
from canary_guard.model.finding import Outcome
from canary_guard.model.run import Verdict
from tests.derived import (
    aged,
    derived,
    ended,
    frozen_since,
    halved,
    mapped,
    of,
    renamed,
    renamed_pods,
    restarted,
    scaled_up,
    thinned,
    two_workers,
)
from tests.recordings import NAMES, Recorded, recordings
from tests.test_check import VERDICTS, judged, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from canary_guard.model.run import Run
    from tests.derived import Change

DB, REQUESTS, LOOKUPS = "app_db_queries_total", "app_http_requests_total", "app_cache_requests_total"
ANY = of(metric="")


def run_of(recorded: Recorded, path: Path, *changes: Change, **flags: object) -> Run:
    derived(recorded.path, path / "derived.jsonl.gz", *changes)
    broken = Recorded(name=recorded.name, path=path / "derived.jsonl.gz", entry=recorded.entry)
    return judged(plan_of(broken, **flags))


def after(recorded: Recorded, seconds: float) -> float:
    return recorded.deploy_time / 1000 + seconds


def before_end(recorded: Recorded, seconds: float) -> float:
    return recorded.after[1] / 1000 - seconds


def middle(recorded: Recorded) -> float:
    return (recorded.deploy_time + recorded.after[1]) / 2000


def dark(recorded: Recorded, arm: str | None) -> list[Change]:
    """No counters over the last 18 s, and `up` is 0."""
    end = before_end(recorded, 18)
    return [ended(of(arm), end), mapped(of(arm, "up"), lambda at, value: 0.0 if at >= end else value)]


BROKEN: dict[str, Callable[[Recorded], list[Change]]] = {
    "the canary is gone, and `up` with it": lambda one: [ended(of("canary", ""), after(one, 20))],
    "the canary is gone from the middle on": lambda one: [ended(of("canary", ""), middle(one))],
    "the baseline is gone from the middle on": lambda one: [ended(of("stable", ""), middle(one))],
    "the canary is down at the end": lambda one: dark(one, "canary"),
    "the baseline is down at the end": lambda one: dark(one, "stable"),
    "nothing answers at the end": lambda one: [ended(ANY, before_end(one, 18))],
    "hits under another label value": lambda _: [renamed(of("canary", LOOKUPS, result="hit"), result="hited")],
    "no requests beside lookups": lambda _: [mapped(of("canary", REQUESTS), lambda at, value: 0.0)],
    "no queries beside misses": lambda _: [mapped(of("canary", DB), lambda at, value: 0.0)],
    "lookups stand still beside requests": lambda one: [frozen_since(of("canary", LOOKUPS), after(one, 3))],
    "hits stand still": lambda one: [frozen_since(of("canary", LOOKUPS, result="hit"), after(one, 3))],
    "misses stand still": lambda one: [frozen_since(of("canary", LOOKUPS, result="miss"), after(one, 3))],
    "queries stand still": lambda one: [frozen_since(of("canary", DB), after(one, 5))],
    "queries stand still in the second half": lambda one: [frozen_since(of("canary", DB), middle(one))],
    "everything of the canary stands still": lambda one: [frozen_since(of("canary"), after(one, 3))],
    "everything of the canary stands still in the second half": lambda one: [frozen_since(of("canary"), middle(one))],
    "half of each series is lost": lambda _: [halved(of())],
    "half of each series of old processes is lost": lambda _: [aged(of()), halved(of())],
    "two workers behind one name": lambda _: [aged(of()), two_workers(of())],
    "two workers behind one name of the canary": lambda _: [aged(of()), two_workers(of("canary"))],
    "queries go up and down": lambda _: [
        mapped(of("stable", DB), lambda at, value: value / (1 + int(at) % 2)),
    ],
}


@pytest.mark.parametrize("name", ["02", "08", "12", "17"])
@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_inconclusive_for_want_of_data(broken: str, name: str, tmp_path: Path) -> None:
    recorded = recordings()[name]
    run = run_of(recorded, tmp_path, *BROKEN[broken](recorded))
    assert run.verdict is Verdict.INCONCLUSIVE
    assert Undetermined.DATA in run.undetermined


@pytest.mark.parametrize("broken", ["everything of the canary stands still", "lookups stand still beside requests"])
def test_to_wave_low_traffic_through_is_not_to_wave_missing_data_through(broken: str, tmp_path: Path) -> None:
    recorded = recordings()["02"]
    run = run_of(recorded, tmp_path, *BROKEN[broken](recorded), inconclusive_as="exposure=pass")
    assert run.exit.code == 3


def test_one_pod_whose_counter_stands_still_is_a_gap_of_that_pod(tmp_path: Path) -> None:
    recorded = recordings()["02"]
    run = run_of(recorded, tmp_path, frozen_since(of("canary", DB, pod="canary-1"), after(recorded, 20)))
    (load,) = (one for one in run.estimates if one.measure == "db_load_per_request")
    assert isinstance(load, NoEstimate)
    assert "canary-1" in load.reason


def test_what_no_restart_explains_is_told(tmp_path: Path) -> None:
    run = run_of(recordings()["02"], tmp_path, aged(of()), two_workers(of("canary")))
    told = [note for note in run.data_quality.notes if "no restart explains" in note]
    assert {note.split(":")[0] for note in told} == {"pod canary-1", "pod canary-2"}
    assert not any("restarted" in note for note in run.data_quality.notes)
    assert run.data_quality.gap_share > 0.3


@pytest.mark.parametrize("arms", [("canary",), ("stable", "canary")], ids=" ".join)
def test_a_histogram_without_its_last_bucket_has_no_quantiles(arms: tuple[str, ...], tmp_path: Path) -> None:
    without = [
        mapped(of(arm, "app_cache_miss_duration_seconds_bucket", le="+Inf"), lambda at, value: None) for arm in arms
    ]
    run = run_of(recordings()["12"], tmp_path, *without)
    (found,) = (one for one in run.findings if one.rule.id == "miss-latency")
    assert (found.outcome, found.undetermined) == (Outcome.UNDETERMINED, Undetermined.DATA)
    assert "the histogram has no bucket +Inf" in (found.reason or "")
    assert run.verdict is Verdict.PASS, "the mean is told from sum and count"


@pytest.mark.parametrize("name", ["02", "12"])
def test_a_pod_that_restarts_twice_is_counted_on_and_told(name: str, tmp_path: Path) -> None:
    recorded = recordings()[name]
    twice = restarted(of("stable", pod="stable-1"), after(recorded, 30), after(recorded, 60))
    run = run_of(recorded, tmp_path, twice)
    assert run.verdict is judged(plan_of(recorded)).verdict
    assert "pod stable-1 restarted 2 times (baseline)" in run.data_quality.notes


def test_an_empty_window_is_settled_by_no_wait() -> None:
    run = judged(plan_of(recordings()["12"], end=recordings()["12"].deploy_time / 1000))
    assert run.verdict is Verdict.INCONCLUSIVE
    assert run.undetermined == (Undetermined.DATA,)
    assert all(finding.more_time is None for finding in run.findings)


ROLLOUTS: dict[str, Callable[[Recorded], list[Change]]] = {
    "as it is": lambda _: [],
    "old processes": lambda _: [aged(of())],
    "pods under new names": lambda _: [renamed_pods],
    "a pod more from the middle on": lambda one: [scaled_up(middle(one))],
    "at 5 s": lambda _: [lambda header, series: thinned(header, series, every=5)],
    "at 15 s": lambda _: [thinned],
    "pods under new names at 15 s": lambda _: [renamed_pods, thinned],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rollout", ROLLOUTS)
def test_what_every_deploy_does_is_no_want_of_data(rollout: str, name: str, tmp_path: Path) -> None:
    recorded = recordings()[name]
    run = run_of(recorded, tmp_path, *ROLLOUTS[rollout](recorded))
    lacking = [one.reason for one in run.estimates if isinstance(one, NoEstimate)]
    assert not any("stand still" in reason or "no unit" in reason or "gap" in reason for reason in lacking)
    if not rollout.startswith(("at ", "old ")) and not rollout.endswith("15 s"):
        assert run.verdict is VERDICTS[name]


@pytest.mark.parametrize("name", ["01", "17"])
def test_a_rare_counter_that_rests_is_no_frozen_one(name: str, tmp_path: Path) -> None:
    """Retries and errors never happen in one arm, or stop: nothing calls for them."""
    recorded = recordings()[name]
    rest = [frozen_since(of("canary", metric), middle(recorded)) for metric in ("app_db_retries", "app_db_errors")]
    plain = judged(plan_of(recorded))
    assert run_of(recorded, tmp_path, *rest).verdict is plain.verdict


@pytest.mark.parametrize("every", [5, 10])
def test_a_window_before_that_is_too_short_for_an_estimate_still_holds_back_a_pass(every: int, tmp_path: Path) -> None:
    """A write fault that hits both arms, scraped so rarely that the 40 s before have 7 or 3 intervals."""
    run = run_of(recordings()["06b"], tmp_path, partial(thinned, every=every))
    assert run.windows.before is not None
    assert run.windows.before.intervals < 8
    assert run.verdict is not Verdict.PASS
