from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.config.quantities import MAX_POINTS
from canary_guard.config.windows import MOST_INTERVALS, choose_comparison, plan_windows
from canary_guard.errors import ConfigError
from canary_guard.model.plan import Compare, Plan, TimePlan
from canary_guard.model.series import SourceFacts
from canary_guard.model.signal import Counter, Scope, Signal
from canary_guard.model.window import Comparison, Grid, Windows
from tests.builders import a_plan, a_selection

NOW = 1_795_252_800_000
"""09:20:00"""
SHARED = Signal(name="evictions", reads=Counter(metric="redis_evicted_keys_total"), scope=Scope.SHARED)


def a_timed_plan(*, shared: bool = False, **times: object) -> Plan:
    plan = a_plan(times=replace(TimePlan(now=NOW), **times))  # type: ignore[arg-type] # tests name fields of TimePlan
    return replace(plan, signals=(SHARED, *plan.signals)) if shared else plan


def windows(
    plan: Plan, comparison: Comparison = Comparison.CONCURRENT, *, scrape: int | None = 15_000, **facts: int
) -> Windows:
    known = replace(SourceFacts(description="Prometheus", scrape_interval=scrape), **facts)  # type: ignore[arg-type] # likewise
    return plan_windows(plan, known, comparison)


def refused(plan: Plan, comparison: Comparison = Comparison.CONCURRENT, **facts: int) -> str:
    with pytest.raises(ConfigError) as raised:
        windows(plan, comparison, **facts)
    return str(raised.value)


def test_the_comparison_and_why() -> None:
    plan = a_plan()
    assert choose_comparison(plan) == (Comparison.CONCURRENT, "side by side, because both arms are selected")
    without = replace(plan, select=replace(a_selection(), baseline=None, canary=None))
    assert choose_comparison(without) == (
        Comparison.BEFORE_AFTER,
        "before and after the deploy, because no arms are selected",
    )
    for compare, comparison in (
        (Compare.CONCURRENT, Comparison.CONCURRENT),
        (Compare.BEFORE_AFTER, Comparison.BEFORE_AFTER),
        (Compare.DIFF_IN_DIFF, Comparison.CONCURRENT),
    ):
        found = choose_comparison(replace(plan, compare=compare))
        assert found[0] is comparison
        assert "as configured" in found[1]


def test_the_last_ten_minutes_less_settle() -> None:
    found = windows(a_timed_plan())
    assert found.after == Grid(start=NOW - 630_000, end=NOW - 30_000, step=15_000)
    assert found.after.intervals == 40
    assert (found.before, found.deploy_time, found.notes) == (None, None, ())


def test_the_window_begins_at_the_deploy() -> None:
    found = windows(a_timed_plan(deploy_time=NOW - 301_000, settle=29_999))
    assert found.after == Grid(start=NOW - 300_000, end=NOW - 30_000, step=15_000)
    assert found.notes == ("the window begins at the deploy (2026-11-21T09:14:59Z) and is 4m31s long",)


def test_a_given_end_is_kept_and_a_given_start_too() -> None:
    found = windows(a_timed_plan(start=NOW - 100_000, end=NOW))
    assert found.after == Grid(start=NOW - 90_000, end=NOW, step=15_000)


@pytest.mark.parametrize(
    ("window", "scrape", "step"),
    [
        (600_000, 15_000, 15_000),
        (600_000, 1_000, 5_000),
        (97_000, 1_000, 1_000),
        (3_600_000, 15_000, 30_000),
        (1_801_000, 15_000, 30_000),
        (1_800_000, 15_000, 15_000),
        (1_000, 15_000, 15_000),
    ],
)
def test_step_auto_is_the_smallest_multiple_with_at_most_120_intervals(window: int, scrape: int, step: int) -> None:
    found = windows(a_timed_plan(window=window), scrape=scrape)
    assert found.after.step == step
    assert found.after.intervals <= MOST_INTERVALS


def test_step_auto_is_of_the_clipped_window() -> None:
    assert windows(a_timed_plan(window=3_600_000, deploy_time=NOW - 630_000)).after.step == 15_000


def test_the_scrape_interval_is_stated_or_measured_or_assumed() -> None:
    assert windows(a_timed_plan(scrape_interval=5_000)).scrape_interval == 5_000
    assert windows(a_timed_plan(), scrape=7_000).scrape_interval == 7_000
    found = windows(a_timed_plan(), scrape=None)
    assert found.scrape_interval == 15_000
    assert found.notes == ("no scrape interval could be measured; 15s is assumed",)


def test_a_step_below_the_scrape_interval_is_kept_and_noted() -> None:
    found = windows(a_timed_plan(step=5_000))
    assert found.after.step == 5_000
    (note,) = found.notes
    assert note.startswith(
        "the step (5s) is shorter than the scrape interval (15s): intervals without a sample are gaps"
    )
    assert note.endswith("a step of 15s or more would do")


def test_too_short_says_how_long_would_do() -> None:
    assert windows(a_timed_plan(window=60_000)).notes == (
        "the window has 4 intervals of 15s, and at least 8 are needed: a window of 2m15s would do",
    )
    assert "a window of 2m15s would do" in windows(a_timed_plan(start=NOW - 90_000, end=NOW)).notes[0]


def test_soon_after_the_deploy_says_how_long_to_wait() -> None:
    found = windows(a_timed_plan(deploy_time=NOW - 60_500))
    assert found.after.intervals == 2
    assert found.notes[-1] == ("the window has 2 intervals of 15s, and at least 8 are needed: wait another 1m30s")
    later = a_timed_plan(deploy_time=NOW - 60_500, now=NOW + 90_000)
    assert windows(later).after.intervals == 8


def test_a_deploy_after_the_end_leaves_nothing_yet() -> None:
    found = windows(a_timed_plan(deploy_time=NOW - 10_000))
    assert found.after.intervals == 0
    assert found.notes == (
        "the window is empty: the deploy (2026-11-21T09:19:50Z) is not before its end (2026-11-21T09:19:30Z)",
        "the window has 0 intervals of 15s, and at least 8 are needed: wait another 2m30s",
    )


def test_times_that_contradict_each_other() -> None:
    assert refused(a_timed_plan(end=NOW + 1)) == (
        "the window ends at 2026-11-21T09:20:00.001Z, after now (2026-11-21T09:20:00Z); end it before, or wait"
    )
    assert "after the recording's end" in refused(a_timed_plan(end=NOW + 1), now=NOW)
    assert refused(a_timed_plan(start=NOW, end=NOW)).endswith("ends at 2026-11-21T09:20:00Z: it has no length")
    assert refused(a_timed_plan(start=NOW - 10_000)).startswith("the window starts at 2026-11-21T09:19:50Z and ends")
    assert refused(a_timed_plan(deploy_time=NOW + 1)).startswith("the deploy (2026-11-21T09:20:00.001Z) is after now")
    assert "at most 10999 can be" in refused(a_timed_plan(start=NOW - 30_000_000, step=1_000))
    assert "needs its time; say it with --deploy-time" in refused(a_timed_plan(), Comparison.BEFORE_AFTER)


def test_a_recordings_end_is_its_present() -> None:
    past = NOW - 86_400_000
    found = windows(a_timed_plan(), now=past, deploy_time=past - 120_000, earliest=past - 160_000)
    assert found.after == Grid(start=past - 120_000, end=past - 30_000, step=15_000)
    assert found.deploy_time == past - 120_000
    assert found.notes[-1].endswith("at least 8 are needed: an end at 2026-11-20T09:20:00Z or later would do")


def test_a_recording_that_ends_too_soon_after_the_deploy_is_not_said_to_need_more_time() -> None:
    past = NOW - 86_400_000
    for found in (
        windows(a_timed_plan(), now=past, deploy_time=past - 100_000, earliest=past - 900_000),
        windows(a_timed_plan(end=past - 60_000), now=past, deploy_time=past - 50_000, earliest=past - 900_000),
        windows(a_timed_plan(window=60_000), now=past, earliest=past - 100_000),
    ):
        assert found.notes[-1].endswith("are needed: the recording ends too soon, and no window of it would do")
    early = windows(a_timed_plan(end=past - 600_000), now=past, deploy_time=past - 500_000, earliest=past - 900_000)
    assert early.notes[-1].endswith(
        "0 intervals of 15s, and at least 8 are needed: an end at 2026-11-20T09:13:45Z or later would do"
    )


def test_relative_times_move_with_the_present_and_others_do_not() -> None:
    past = NOW - 86_400_000
    relative = a_timed_plan(start=NOW - 300_000, end=NOW - 60_000, relative=("start", "end"))
    assert windows(relative, now=past).after == Grid(start=past - 300_000, end=past - 60_000, step=15_000)
    absolute = a_timed_plan(start=past - 300_000, end=past - 60_000)
    assert windows(absolute, now=past).after == Grid(start=past - 300_000, end=past - 60_000, step=15_000)


def test_the_plans_deploy_time_stands_over_the_recordings() -> None:
    assert windows(a_timed_plan(deploy_time=NOW - 200_000), deploy_time=NOW - 100_000).deploy_time == NOW - 200_000


def test_the_window_does_not_begin_before_the_data() -> None:
    found = windows(a_timed_plan(), earliest=NOW - 200_000)
    assert found.after.start == NOW - 195_000
    assert found.notes == ("the window begins at the source's first sample (2026-11-21T09:16:40Z) and is 2m50s long",)


def test_before_and_after_are_as_long_and_meet_at_the_deploy() -> None:
    found = windows(a_timed_plan(deploy_time=NOW - 301_000), Comparison.BEFORE_AFTER)
    assert found.after == Grid(start=NOW - 300_000, end=NOW - 30_000, step=15_000)
    assert found.before == Grid(start=NOW - 585_000, end=NOW - 315_000, step=15_000)


@pytest.mark.parametrize("comparison", Comparison)
def test_the_window_before_is_asked_for_whole(comparison: Comparison) -> None:
    """How far back the samples reach is seen in what comes back (stats/clipping.py), not in what a source says."""
    plan = a_timed_plan(deploy_time=NOW - 301_000)
    for earliest in (NOW - 401_000, NOW - 302_000):
        found = windows(plan, comparison, earliest=earliest)
        assert found.before == Grid(start=NOW - 585_000, end=NOW - 315_000, step=15_000)
        assert not any("before the deploy" in note for note in found.notes)


def test_side_by_side_has_a_window_before_wherever_the_deploy_is_known() -> None:
    deploy = NOW - 301_000
    for shared in (False, True):
        assert windows(a_timed_plan(shared=shared)).before is None
        assert windows(a_timed_plan(shared=shared, deploy_time=deploy)).before == Grid(
            start=NOW - 585_000, end=NOW - 315_000, step=15_000
        )


optional = st.none() | st.integers(min_value=NOW - 4_000_000, max_value=NOW)
durations = st.integers(min_value=1, max_value=4_000_000)


@settings(deadline=None)
@given(
    window=durations,
    step=st.none() | st.integers(min_value=1_000, max_value=600_000),
    settle=st.integers(min_value=0, max_value=100_000),
    scrape=st.none() | st.integers(min_value=1, max_value=60_000),
    start=optional,
    end=optional,
    deploy=optional,
    earliest=optional,
    comparison=st.sampled_from(Comparison),
    shared=st.booleans(),
)
def test_windows_lie_on_the_grid_and_on_their_side_of_the_deploy(
    *,
    window: int,
    step: int | None,
    settle: int,
    scrape: int | None,
    start: int | None,
    end: int | None,
    deploy: int | None,
    earliest: int | None,
    comparison: Comparison,
    shared: bool,
) -> None:
    plan = a_timed_plan(
        window=window, step=step, settle=settle, start=start, end=end, deploy_time=deploy, shared=shared
    )
    facts = SourceFacts(description="x", scrape_interval=scrape, earliest=earliest)
    try:
        found = plan_windows(plan, facts, comparison)
    except ConfigError:
        last = NOW - settle if end is None else end
        no_length = start is not None and start >= last
        assert no_length or (comparison is Comparison.BEFORE_AFTER and deploy is None)
        return
    after, before = found.after, found.before
    assert after.start % after.step == after.end % after.step == 0
    assert after.intervals == 0 or after.end <= (NOW - settle if end is None else end)
    assert after.intervals < MAX_POINTS
    assert after.step == step or (step is None and after.intervals <= MOST_INTERVALS)
    for limit in (start, deploy, earliest):
        assert limit is None or after.start >= limit
    if after.intervals < 8:
        assert any("at least 8 are needed" in note for note in found.notes)
    assert (before is None) == (deploy is None)
    if before is not None:
        assert deploy is not None
        assert before.step == after.step
        assert before.end <= deploy <= after.start
        assert deploy - before.end < before.step
        assert before.intervals == after.intervals
