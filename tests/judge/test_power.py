from dataclasses import replace
from math import ceil, log, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.judge.bounds import Limit
from canary_guard.judge.power import LONGEST_WAIT, ability, margin, time_to_estimate, time_to_settle
from canary_guard.model.estimate import Candidate, Estimate, Interval, Levels, Method, Minimum, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.model.power import Ability
from canary_guard.model.rule import Direction
from tests.builders import STEP, a_bound, a_rule, an_estimate, no_estimate, rises
from tests.judge.vectors import vectors

LIMIT = Limit(bound=log(1.25), zone=None)
# Quantiles of the normal distribution, and of Student's with 3 degrees of freedom (any table).
Z99, Z95, Z80 = 2.326348, 1.644854, 0.841621
T99, T80 = 4.540703, 0.978472


@pytest.mark.parametrize(("given", "expect"), vectors("mde"))
def test_smallest_detectable_change_vectors(given: dict[str, Any], expect: dict[str, Any]) -> None:
    assert given["power"] == 0.8
    found = given["bound"] + margin(given["se"] ** 2, given["df"], alpha=given["alpha"])
    assert found == pytest.approx(expect["log"], rel=1e-6)


def test_infinite_degrees_of_freedom_are_the_normal_distribution() -> None:
    assert margin(0.04, None, alpha=0.01) == pytest.approx(0.2 * (Z99 + Z80), rel=1e-6)


def changed(point: float | None, *candidates: Candidate, **more: object) -> Estimate:
    """40 intervals of a miss rate that changed by `point` on the log scale."""
    changes: dict[str, object] = {
        "change": Interval(point=point, low=None, high=None),
        "candidates": candidates,
        "method": Method.COUNTS,
        **more,
    }
    return replace(an_estimate("miss_rate"), **changes)  # type: ignore[arg-type] # tests name fields of Estimate


def counts(variance: float) -> Candidate:
    return Candidate(method=Method.COUNTS, variance=variance, degrees=None)


def settled(
    estimate: Estimate,
    limit: Limit = LIMIT,
    *,
    direction: Direction = Direction.RISES,
    levels: Levels | None = None,
    step: int = STEP,
) -> int | None:
    return time_to_settle(estimate, direction=direction, limit=limit, levels=levels or Levels(), step=step)


def more(intervals: float) -> int:
    """ms from 40 intervals to the first whole number of them that reaches `intervals`."""
    return (ceil(intervals) - 40) * STEP


def test_beyond_the_bound_the_gap_is_proved_at_alpha() -> None:
    needed = 40 * 0.04 * ((Z99 + Z80) / (0.5 - LIMIT.bound)) ** 2
    assert settled(changed(0.5, counts(0.04))) == more(needed) > 0


def test_what_chance_makes_pods_differ_by_shrinks_with_time_and_what_they_differ_by_themselves_does_not() -> None:
    def between(variance: float) -> Candidate:
        return Candidate(method=Method.UNITS, variance=variance, degrees=None)

    needed = 40 * 0.04 * ((Z95 + Z80) / LIMIT.bound) ** 2
    by_chance = changed(0.0, counts(0.04), between(0.03), method=Method.UNITS)
    assert settled(by_chance) == more(needed) > 0
    themselves = changed(0.0, counts(0.01), between(0.04), method=Method.UNITS)
    assert settled(themselves) is None


def test_inside_the_bound_the_gap_is_proved_at_alpha_within() -> None:
    needed = 40 * 0.04 * ((Z95 + Z80) / (LIMIT.bound - 0.05)) ** 2
    assert settled(changed(0.05, counts(0.04))) == more(needed) > 0


def test_the_zone_shortens_the_proof_inside() -> None:
    zone = Limit(bound=log(1.25), zone=log(1.5))
    needed = 40 * 0.04 * max(((Z99 + Z80) / (zone.zone - 0.1)) ** 2, (Z80 / (zone.bound - 0.1)) ** 2)  # type: ignore[operator] # set above
    assert settled(changed(0.1, counts(0.04)), zone) == more(needed) > 0


def test_the_zone_does_not_help_a_point_that_is_about_to_leave_the_bound() -> None:
    zone = Limit(bound=log(1.25), zone=log(1.5))
    needed = 40 * 0.04 * (Z80 / (zone.bound - 0.2)) ** 2
    assert settled(changed(0.2, counts(0.04)), zone) == more(needed) > 0


def test_a_drop_is_a_rise_of_the_opposite() -> None:
    assert settled(changed(-0.5, counts(0.04)), direction=Direction.DROPS) == settled(changed(0.5, counts(0.04)))


def test_time_gains_degrees_of_freedom() -> None:
    """With 3 degrees of freedom for ever it would take far longer: a longer window has more."""
    time = Candidate(method=Method.TIME, variance=0.04, degrees=3)
    few = 40 * 0.04 * ((T99 + T80) / (0.5 - LIMIT.bound)) ** 2
    found = settled(changed(0.5, time, method=Method.TIME))
    assert settled(changed(0.5, counts(0.04))) < found < more(few)  # type: ignore[operator] # neither is None
    # 236 intervals: round(0.60 * 236^(2/3)) = 23 degrees of freedom, t = 2.499867 and 0.857530.
    needed = 40 * 0.04 * ((2.499867 + 0.857530) / (0.5 - LIMIT.bound)) ** 2
    assert found == more(needed)


def test_the_widest_candidate_decides() -> None:
    assert settled(changed(0.5, counts(0.04), counts(0.08), counts(0.01))) == settled(changed(0.5, counts(0.08)))


def test_what_pods_differ_by_does_not_shrink() -> None:
    pods = Candidate(method=Method.UNITS, variance=0.04, degrees=5)
    assert settled(changed(0.5, pods, method=Method.UNITS)) is None


def test_pods_that_differ_little_do_not_prevent_a_proof() -> None:
    pods = Candidate(method=Method.UNITS, variance=0.0001, degrees=5)
    assert settled(changed(0.5, pods, counts(0.04))) == settled(changed(0.5, counts(0.04)))


def test_at_the_bound_no_time_would_do() -> None:
    assert settled(changed(LIMIT.bound, counts(0.04))) is None


def test_without_a_point_nothing_is_known() -> None:
    assert settled(changed(None, counts(0.04))) is None


def test_nobody_waits_longer_than_a_day() -> None:
    estimate = changed(0.5, counts(0.04))
    needed = settled(estimate, step=1_000)
    assert needed is not None
    longest = LONGEST_WAIT // (needed // 1_000)
    assert settled(estimate, step=longest) is not None
    assert settled(estimate, step=longest + 1_000) is None
    assert settled(estimate, step=2 * LONGEST_WAIT) is None


def test_an_interval_whose_candidate_is_not_kept_stands_for_itself() -> None:
    bad = changed(0.5, method=Method.EXACT)
    bad = replace(bad, change=Interval(point=0.5, low=0.5 - 0.2 * Z99, high=None))
    assert settled(bad) == settled(changed(0.5, counts(0.04)))
    fine = replace(bad, change=Interval(point=0.05, low=None, high=0.05 + 0.2 * Z99))
    assert settled(fine) == settled(changed(0.05, counts(0.04)))


def test_an_unbounded_interval_says_nothing_about_time() -> None:
    assert settled(replace(changed(0.5, method=Method.EXACT), candidates=(counts(0.04),))) is None


def test_thin_data_must_become_thick_to_be_within() -> None:
    """5 of 20 misses: four times the window, although the interval alone would do sooner."""
    thin = changed(-0.5, counts(0.04), thin=True, events_baseline=5000, events_canary=5)
    assert settled(thin) == 3 * 40 * STEP
    assert settled(replace(thin, thin=False)) < 3 * 40 * STEP  # type: ignore[operator] # not None
    forty = Levels(minimum=Minimum(misses=40))
    assert settled(thin, levels=forty) == 7 * 40 * STEP
    assert settled(replace(thin, events_canary=0)) is None


def test_thin_data_need_not_become_thick_to_be_exceeded() -> None:
    thin = changed(2.0, counts(0.9), thin=True, events_baseline=1, events_canary=50)
    assert settled(thin) == settled(replace(thin, thin=False))


@given(
    point=st.floats(-1, 1),
    variances=st.lists(st.floats(1e-6, 1), min_size=1, max_size=3),
    methods=st.lists(st.sampled_from(Method), min_size=3, max_size=3),
    degrees=st.none() | st.floats(1.5, 30),
    zone=st.none() | st.just(log(1.5)),
)
def test_the_time_is_the_first_that_does(
    point: float, variances: list[float], methods: list[Method], degrees: float | None, zone: float | None
) -> None:
    """A noisier estimate never needs less time, and a proof over a longer window is never harder."""
    candidates = [
        Candidate(method=method, variance=variance, degrees=degrees)
        for method, variance in zip(methods, variances, strict=False)
    ]
    limit = replace(LIMIT, zone=zone)
    time = settled(changed(point, *candidates, method=methods[0]), limit)
    noisier = [replace(candidate, variance=2 * candidate.variance) for candidate in candidates]
    longer = settled(changed(point, *noisier, method=methods[0]), limit)
    if time is None:
        assert longer is None
    else:
        assert 0 < time <= LONGEST_WAIT
        assert time % STEP == 0
        assert longer is None or longer >= time


def estimated(limit: Limit | None = LIMIT, levels: Levels | None = None, **nothing: object) -> int | None:
    return time_to_estimate(
        no_estimate("miss_rate", **nothing),  # type: ignore[arg-type] # tests name fields of NoEstimate
        limit=limit,
        levels=levels or Levels(),
        step=STEP,
    )


def test_too_few_intervals_want_the_minimum() -> None:
    assert estimated(intervals=3) == 5 * STEP
    assert estimated(intervals=3, levels=Levels(minimum=Minimum(intervals=12))) == 9 * STEP
    assert estimated(intervals=0, events_baseline=0, events_canary=0) == 8 * STEP


def test_too_few_events_want_the_least_exposure() -> None:
    """2 (1.645 / ln 1.25)^2 = 108.7 events in the smaller arm; 10 were seen in 40 intervals."""
    needed = 40 * 2 * (Z95 / log(1.25)) ** 2 / 10
    assert estimated(intervals=40, events_baseline=15, events_canary=10) == more(needed)
    assert estimated(intervals=40, events_baseline=10, events_canary=15) == more(needed)


@pytest.mark.parametrize("percent", [5, 10, 20])
def test_the_least_exposure_is_about_what_section_14_says(percent: int) -> None:
    about = {5: 2300, 10: 600, 20: 160}[percent]
    found = estimated(
        Limit(bound=log(1 + percent / 100), zone=None), intervals=40, events_baseline=30, events_canary=30
    )
    assert found is not None
    assert (found / STEP + 40) * 30 / 40 == pytest.approx(about, rel=0.05)


def test_a_wide_bound_still_wants_the_minimum_of_events() -> None:
    assert estimated(Limit(bound=log(10), zone=None), intervals=40, events_baseline=10, events_canary=15) == 40 * STEP


@pytest.mark.parametrize("limit", [Limit(bound=0.0, zone=None), None])
def test_without_a_bound_the_minimum_of_events_is_wanted(limit: Limit | None) -> None:
    assert estimated(limit, intervals=40, events_baseline=10, events_canary=15) == 40 * STEP


def test_a_difference_wants_what_its_estimator_was_short_of() -> None:
    """A share needs lookups, not misses: 0 misses are as good as any number."""
    share = {"scale": Scale.DIFFERENCE, "intervals": 40, "events_baseline": 0, "events_canary": 1}
    assert estimated(**share, shortfall=2.5) == 60 * STEP  # type: ignore[arg-type] # fields of NoEstimate
    assert estimated(**share) is None  # type: ignore[arg-type] # fields of NoEstimate


def test_a_ratio_wants_whatever_takes_longest() -> None:
    few = {"intervals": 40, "events_baseline": 15, "events_canary": 10}
    by_events = estimated(**few)  # type: ignore[arg-type] # fields of NoEstimate
    assert by_events is not None
    assert estimated(**few, shortfall=2) == by_events  # type: ignore[arg-type] # fields of NoEstimate
    assert estimated(**few, shortfall=30) == 29 * 40 * STEP  # type: ignore[arg-type] # fields of NoEstimate
    assert estimated(intervals=40, shortfall=2) == 40 * STEP
    assert estimated(intervals=4, shortfall=1.5) == 4 * STEP


def test_too_short_a_window_without_events_is_first_of_all_too_short() -> None:
    assert estimated(intervals=7, events_baseline=0, events_canary=5) == STEP
    assert estimated(intervals=8, events_baseline=0, events_canary=5, shortfall=2) is None


@pytest.mark.parametrize(
    "nothing",
    [
        {"intervals": None, "events_baseline": 10, "events_canary": 10},
        {"intervals": 40},
        {"intervals": 40, "events_baseline": 0, "events_canary": 50, "shortfall": 2},
        {"intervals": 40, "events_baseline": 1e6, "events_canary": 1e6},
        {"intervals": 40, "events_baseline": 0.01, "events_canary": 50},
        {"intervals": 40, "events_baseline": 1e-310, "events_canary": 50},
    ],
    ids=["not counted", "no events known", "an arm without events", "events enough", "longer than a day", "for ever"],
)
def test_otherwise_no_time_is_known(nothing: dict[str, object]) -> None:
    assert estimated(**nothing) is None  # type: ignore[arg-type] # fields of NoEstimate


@pytest.mark.parametrize("kind", [Undetermined.DATA, Undetermined.WARM_UP])
def test_what_is_missing_does_not_come_with_time(kind: Undetermined) -> None:
    assert estimated(undetermined=kind, intervals=3) is None


def test_the_reckoning_agrees_with_the_root_law() -> None:
    """Half the gap takes four times the window."""
    near, far = settled(changed(LIMIT.bound + 0.1, counts(0.01))), settled(changed(LIMIT.bound + 0.2, counts(0.01)))
    assert near is not None
    assert far is not None
    windows = sqrt((near / STEP + 40) / (far / STEP + 40))
    assert windows == pytest.approx(2, rel=0.02)


RULE = a_rule("misses", when=rises("miss_rate", "25%"))


def able(estimate: Estimate, *, direction: Direction = Direction.RISES, bound: str = "25%") -> Ability:
    condition = replace(rises("miss_rate", bound), direction=direction)
    found = ability(RULE, condition, estimate, levels=Levels(), step=STEP)
    assert found is not None
    return found


@pytest.mark.parametrize("point", [-0.5, 0.0, 0.7])
def test_the_smallest_change_is_the_bound_and_its_margin_whatever_was_seen(point: float) -> None:
    found = able(changed(point, counts(0.01)))
    assert found.smallest == pytest.approx(log(1.25) + 0.1 * (Z99 + Z80), rel=1e-6)
    assert (found.rule, found.measure, found.bound, found.window) == ("misses", "miss_rate", "25%", 40 * STEP)


def test_a_drop_is_told_downwards() -> None:
    found = able(changed(0.0, counts(0.01)), direction=Direction.DROPS, bound="20%")
    assert found.smallest == pytest.approx(log(0.8) - 0.1 * (Z99 + Z80), rel=1e-6)


def test_the_window_that_is_needed_is_that_of_an_unchanged_canary() -> None:
    """By excluding twice the bound: (Z99 + Z80) sqrt(v 40 / T) <= ln 1.5."""
    wide, narrow = (able(changed(0.7, counts(variance))) for variance in (0.09, 0.0001))
    assert wide.needed is not None
    assert wide.needed == STEP * ceil(40 * 0.09 * ((Z99 + Z80) / log(1.5)) ** 2)
    assert wide.needed > wide.window
    assert narrow.needed == 8 * STEP


def test_pods_that_differ_are_not_narrowed_by_time() -> None:
    units = Candidate(method=Method.UNITS, variance=0.5, degrees=3)
    found = able(changed(0.0, units, method=Method.UNITS))
    assert (found.needed, found.by_pods) == (None, True)


def test_without_a_candidate_nothing_is_said() -> None:
    found = able(changed(0.0))
    assert (found.smallest, found.needed) == (None, None)


def test_a_bound_that_means_nothing_has_no_ability() -> None:
    condition = replace(rises("miss_rate", "25%"), direction=Direction.DROPS, bound=a_bound("100%"))
    assert ability(RULE, condition, changed(0.0, counts(0.01)), levels=Levels(), step=STEP) is None
