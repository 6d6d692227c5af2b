from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.judge.bounded_delta import hold_change
from canary_guard.model.estimate import (
    Candidate,
    Estimate,
    Interval,
    Levels,
    Method,
    NoEstimate,
    Recovery,
    Tail,
    Undetermined,
)
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.measure import Scale
from canary_guard.model.rule import ChangeCondition, Direction
from canary_guard.model.warm_up import WarmUpState
from canary_guard.model.window import Comparison
from tests.builders import START, STEP, a_bound, an_estimate, drops, no_estimate, rises
from tests.judge.vectors import vectors

RANK = {Outcome.WITHIN: 0, Outcome.UNDETERMINED: 1, Outcome.EXCEEDED: 2}
BOUND = rises("miss_rate", "25%")
"""ln 1.25 = 0.2231; the indifference zone ends at ln 1.5 = 0.4055"""


def held(condition: ChangeCondition, estimate: Estimate | NoEstimate, **levels: float) -> ConditionFinding:
    return hold_change(condition, estimate, levels=Levels(**levels), step=STEP)  # type: ignore[arg-type] # numbers only


def changed(
    point: float | None,
    low: float | None,
    high: float | None,
    *,
    within: float | None = None,
    **more: object,
) -> Estimate:
    """A miss rate that changed so, without tails; `within` is the upper end at alpha_within."""
    changes: dict[str, object] = {
        "change": Interval(point=point, low=low, high=high),
        "change_within": Interval(point=point, low=low, high=within),
        "half": None,
        "quarter": None,
        **more,
    }
    return replace(an_estimate("miss_rate"), **changes)  # type: ignore[arg-type] # tests name fields of Estimate


def tail(point: float | None, low: float | None, *, start: int = START, thin: bool = False) -> Tail:
    return Tail(start=start, intervals=10, change=Interval(point=point, low=low, high=None), thin=thin)


@pytest.mark.parametrize(("given", "expect"), vectors("outcome"))
def test_outcome_vectors(given: dict[str, Any], expect: dict[str, Any]) -> None:
    condition = ChangeCondition(
        measure="miss_rate",
        direction={"rises": Direction.RISES, "drops": Direction.DROPS}[given["direction"]],
        bound=a_bound(given["bound"]),
    )
    interval = Interval(point=None, low=given["log_lower"], high=given["log_upper"])
    estimate = changed(None, None, None, change=interval, change_within=interval)
    assert held(condition, estimate).outcome == expect["outcome"]


@pytest.mark.parametrize(("given", "expect"), vectors("judged"))
def test_judged_vectors(given: dict[str, Any], expect: dict[str, Any]) -> None:
    assert given["direction"] == "rises"
    quarter = None if given["tail_point"] is None else tail(given["tail_point"], None)
    estimate = changed(
        given["point"], given["lower_alpha"], given["upper_alpha"], within=given["upper_within"], quarter=quarter
    )
    finding = held(rises("miss_rate", given["bound"]), estimate, indifference=given["indifference"])
    assert finding.outcome == expect["outcome"]


def test_a_lower_end_at_the_bound_is_not_beyond_it() -> None:
    at_bound = changed(0.01, 0.005, 0.02, within=0.019, scale=Scale.DIFFERENCE)
    assert held(rises("miss_rate", "0.5pp"), at_bound).outcome is Outcome.UNDETERMINED


def test_an_upper_end_at_the_bound_is_inside_it() -> None:
    at_bound = changed(0.0, -0.005, 0.0051, within=0.005, scale=Scale.DIFFERENCE)
    assert held(rises("miss_rate", "0.5pp"), at_bound, indifference=1).outcome is Outcome.WITHIN


def test_exceeded_over_the_whole_window_has_no_since() -> None:
    estimate = changed(0.6, 0.4, 0.8, half=tail(0.6, 0.3, start=START + 1))
    assert held(BOUND, estimate) == ConditionFinding(
        condition=BOUND, comparison=Comparison.CONCURRENT, outcome=Outcome.EXCEEDED
    )


@pytest.mark.parametrize(
    ("half_low", "quarter_low", "since"),
    [(0.3, 0.3, START + 300), (0.3, None, START + 300), (0.2, 0.3, START + 450), (None, 0.3, START + 450)],
)
def test_exceeded_over_the_last_part_says_since_when(
    half_low: float | None, quarter_low: float | None, since: int
) -> None:
    estimate = changed(
        0.2, -0.2, 0.6, half=tail(0.5, half_low, start=START + 300), quarter=tail(0.5, quarter_low, start=START + 450)
    )
    finding = held(BOUND, estimate)
    assert (finding.outcome, finding.since) == (Outcome.EXCEEDED, since)


def test_a_thin_last_part_may_be_exceeded() -> None:
    estimate = changed(0.1, -0.2, 0.3, within=0.2, quarter=tail(None, 1.1, thin=True))
    assert held(BOUND, estimate).outcome is Outcome.EXCEEDED


def test_a_fault_in_the_last_part_outweighs_a_window_that_is_proved_inside() -> None:
    estimate = changed(0.05, -0.1, 0.2, within=0.15, half=tail(0.5, 0.3))
    assert held(BOUND, estimate).outcome is Outcome.EXCEEDED


def test_before_after_does_not_test_the_last_part() -> None:
    estimate = changed(0.2, -0.2, 0.6, half=tail(0.5, 0.4), comparison=Comparison.BEFORE_AFTER)
    finding = held(BOUND, estimate)
    assert (finding.outcome, finding.comparison) == (Outcome.UNDETERMINED, Comparison.BEFORE_AFTER)


def test_a_drop_is_proved_over_its_last_part() -> None:
    change = Interval(point=-0.01, low=-0.02, high=-0.008)
    late = Tail(start=START + 9, intervals=10, change=change, thin=False)
    estimate = an_estimate("hit_rate", baseline=0.99, canary=0.987, theta=-0.003, half=0.004)
    finding = held(drops("hit_rate", "0.5pp"), replace(estimate, half=late))
    assert (finding.outcome, finding.since) == (Outcome.EXCEEDED, START + 9)


@pytest.mark.parametrize("within", [0.1, 0.3])
def test_thin_data_are_never_within(within: float) -> None:
    finding = held(BOUND, changed(0.0, -0.3, 0.35, within=within, thin=True, method=Method.EXACT))
    assert (finding.outcome, finding.undetermined) == (Outcome.UNDETERMINED, Undetermined.EXPOSURE)
    assert finding.looks_bad is False
    assert finding.reason == "it looks acceptable, but one arm has too few events to exclude a rise by more than 25%"


def test_thin_data_may_be_exceeded() -> None:
    assert held(BOUND, changed(None, 5.0, None, thin=True)).outcome is Outcome.EXCEEDED


def test_the_zone_does_not_help_a_point_that_is_undefined() -> None:
    assert held(BOUND, changed(None, None, 0.3)).outcome is Outcome.UNDETERMINED


def test_the_zone_can_be_turned_off() -> None:
    estimate = changed(0.1, -0.18, 0.38, within=0.3)
    assert held(BOUND, estimate, indifference=2).outcome is Outcome.WITHIN
    assert held(BOUND, estimate, indifference=1).outcome is Outcome.UNDETERMINED


def test_a_drop_by_half_has_no_zone() -> None:
    estimate = changed(-0.1, -0.9, 0.7)
    assert held(drops("set_rate", "50%"), estimate).outcome is Outcome.UNDETERMINED
    assert held(drops("set_rate", "45%"), estimate).outcome is Outcome.WITHIN


def test_what_looks_fine_says_so_and_how_much_longer() -> None:
    finding = held(BOUND, changed(0.0, -0.5, 0.5, within=0.35))
    assert finding.undetermined is Undetermined.EXPOSURE
    assert finding.reason == "it looks acceptable, but the data are too few to exclude a rise by more than 25%"
    assert finding.looks_bad is False
    assert finding.more_time is not None


def test_what_looks_bad_says_so_and_how_much_longer() -> None:
    finding = held(drops("miss_rate", "20%"), changed(-0.5, -0.9, -0.1, within=0.0))
    assert finding.undetermined is Undetermined.EXPOSURE
    assert finding.reason == "it looks like a drop by more than 20%, but the data are too few to prove it"
    assert finding.looks_bad is True
    assert finding.more_time is not None


def test_a_last_quarter_that_looks_bad_is_told() -> None:
    finding = held(BOUND, changed(0.05, -0.16, 0.26, within=0.2, quarter=tail(0.23, -0.1)))
    assert finding.reason == (
        "the last quarter of the window looks like a rise by more than 25%, the whole of it does not"
    )
    assert (finding.looks_bad, finding.more_time) == (True, None)


def test_an_arm_without_events_is_told() -> None:
    finding = held(BOUND, changed(None, -0.3, None, thin=True, events_baseline=0))
    assert finding.reason == "one arm has no events, which is too little to prove or to exclude a rise by more than 25%"
    assert (finding.looks_bad, finding.more_time) == (None, None)


def test_where_pods_differ_no_window_is_long_enough() -> None:
    pods = (Candidate(method=Method.UNITS, variance=0.04, degrees=3),)
    finding = held(BOUND, changed(0.0, -0.9, 0.9, within=0.5, candidates=pods, method=Method.UNITS))
    assert finding.more_time is None
    assert finding.reason is not None
    assert finding.reason.endswith("; more pods rather than more time would settle it")


def test_more_pods_are_advised_only_where_pods_are_what_is_wanting() -> None:
    pods = Candidate(method=Method.UNITS, variance=0.0001, degrees=3)
    counts = Candidate(method=Method.COUNTS, variance=0.04, degrees=None)
    settles = held(BOUND, changed(0.0, -0.9, 0.9, candidates=(pods, counts), method=Method.UNITS))
    assert settles.more_time is not None
    close = held(BOUND, changed(0.2231, -0.9, 0.9, candidates=(counts,), method=Method.COUNTS))
    assert close.more_time is None
    for finding in (settles, close):
        assert finding.reason == "it looks acceptable, but the data are too few to exclude a rise by more than 25%"


def test_a_bound_that_means_nothing_is_undetermined_for_want_of_data() -> None:
    finding = held(drops("set_rate", "100%"), changed(0.0, -0.1, 0.1, within=0.05))
    assert (finding.outcome, finding.undetermined) == (Outcome.UNDETERMINED, Undetermined.DATA)
    assert finding.reason == "a bound of 100% on this change means nothing"


def test_no_estimate_is_undetermined_in_its_own_words() -> None:
    nothing = no_estimate("miss_rate", "no lookups in canary", Undetermined.DATA, from_source=True)
    assert held(BOUND, nothing) == ConditionFinding(
        condition=BOUND,
        comparison=Comparison.CONCURRENT,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.DATA,
        reason="no lookups in canary",
        from_source=True,
    )


def test_too_few_events_say_how_long_would_do() -> None:
    nothing = no_estimate("miss_rate", intervals=40, events_baseline=30, events_canary=10)
    finding = held(rises("miss_rate", "100%"), nothing)
    assert (finding.undetermined, finding.more_time) == (Undetermined.EXPOSURE, 40 * STEP)


numbers = st.floats(-2, 2, allow_nan=False)
widths = st.none() | st.floats(0, 1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    point, below, above = draw(numbers), draw(widths), draw(widths)
    return Interval(
        point=draw(st.sampled_from([point, None])),
        low=None if below is None else point - below,
        high=None if above is None else point + above,
    )


tails = st.none() | st.builds(
    Tail, start=st.integers(START, START + 600_000), intervals=st.just(10), change=intervals(), thin=st.booleans()
)


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    return changed(
        None,
        None,
        None,
        change=draw(intervals()),
        change_within=draw(intervals()),
        half=draw(tails),
        quarter=draw(tails),
        thin=draw(st.booleans()),
        comparison=draw(st.sampled_from(Comparison)),
        method=draw(st.sampled_from(Method)),
        events_baseline=draw(st.floats(0, 1e6)),
    )


conditions = st.sampled_from(
    [
        rises("miss_rate", "25%"),
        rises("miss_rate", "x1.2"),
        rises("miss_rate", "0.5pp"),
        drops("miss_rate", "20%"),
        drops("miss_rate", "60%"),
        drops("miss_rate", "x1.2"),
        drops("miss_rate", "0.5pp"),
    ]
)


def every_change(estimate: Estimate, turn: Callable[[Interval], Interval]) -> Estimate:
    def turned(part: Tail | None) -> Tail | None:
        return None if part is None else replace(part, change=turn(part.change))

    return replace(
        estimate,
        change=turn(estimate.change),
        change_within=turn(estimate.change_within),
        half=turned(estimate.half),
        quarter=turned(estimate.quarter),
    )


def moved(interval: Interval, by: float) -> Interval:
    point, low, high = (None if end is None else end + by for end in (interval.point, interval.low, interval.high))
    return Interval(point=point, low=low, high=high)


def mirrored(interval: Interval) -> Interval:
    point, low, high = (None if end is None else -end for end in (interval.point, interval.high, interval.low))
    return Interval(point=point, low=low, high=high)


@given(estimate=estimates(), condition=conditions, by=st.floats(0, 2))
def test_a_change_further_beyond_the_bound_is_never_judged_milder(
    estimate: Estimate, condition: ChangeCondition, by: float
) -> None:
    worse = every_change(estimate, lambda change: moved(change, by if condition.direction is Direction.RISES else -by))
    assert RANK[held(condition, worse).outcome] >= RANK[held(condition, estimate).outcome]


@given(estimate=estimates(), condition=conditions, percent=st.floats(1, 40))
def test_a_wider_bound_is_never_judged_harder(estimate: Estimate, condition: ChangeCondition, percent: float) -> None:
    strict, lenient = (
        held(replace(condition, bound=a_bound(f"{amount}%")), estimate).outcome for amount in (percent, percent + 5)
    )
    assert RANK[lenient] <= RANK[strict]


@given(estimate=estimates(), condition=conditions.filter(lambda one: not one.bound.text.endswith("%")))
def test_a_drop_of_the_mirror_image_is_judged_as_the_rise(estimate: Estimate, condition: ChangeCondition) -> None:
    other = Direction.RISES if condition.direction is Direction.DROPS else Direction.DROPS
    opposite = replace(condition, direction=other)
    one, two = held(condition, estimate), held(opposite, every_change(estimate, mirrored))
    assert replace(two, condition=condition, reason=one.reason) == one


@given(
    condition=conditions,
    kind=st.sampled_from(Undetermined),
    intervals=st.none() | st.integers(0, 500),
    shortfall=st.none() | st.floats(0, 1e300),
    events=st.none() | st.floats(0, 1e6),
    from_source=st.booleans(),
)
def test_no_estimate_is_never_within_and_never_exceeded(
    condition: ChangeCondition,
    kind: Undetermined,
    intervals: int | None,
    shortfall: float | None,
    events: float | None,
    from_source: bool,
) -> None:
    nothing = no_estimate(
        "miss_rate",
        undetermined=kind,
        intervals=intervals,
        shortfall=shortfall,
        events_baseline=events,
        events_canary=events,
        from_source=from_source,
    )
    finding = held(condition, nothing)
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.undetermined is (Undetermined.DATA if from_source else kind)


@given(estimate=estimates(), condition=conditions)
def test_only_a_proof_is_within(estimate: Estimate, condition: ChangeCondition) -> None:
    """An interval that is unbounded on the bad side, or thin data, prove nothing."""
    bad_side = "high" if condition.direction is Direction.RISES else "low"
    unbounded = every_change(estimate, lambda change: replace(change, **{bad_side: None}))
    assert held(condition, unbounded).outcome is not Outcome.WITHIN
    assert held(condition, replace(estimate, thin=True)).outcome is not Outcome.WITHIN


@given(estimate=estimates(), condition=conditions)
def test_what_is_undetermined_says_which_kind_and_why(estimate: Estimate, condition: ChangeCondition) -> None:
    finding = held(condition, estimate)
    undetermined = finding.outcome is Outcome.UNDETERMINED
    assert (finding.undetermined is not None, finding.reason is not None) == (undetermined, undetermined)


def recovering(state: WarmUpState, *, low: float | None, eta: int | None = None, overshoots: bool = False) -> Recovery:
    heading = None if low is None else Interval(point=low + 0.1, low=low, high=low + 0.2)
    return Recovery(state=state, heading=heading, eta=eta, overshoots=overshoots)


COLD = WarmUpState.RECOVERING
LOAD = rises("db_load_per_request", "15%")
"""ln 1.15 = 0.1398"""


@pytest.mark.parametrize("theta", [-0.5, 0.05, 2.0])
def test_a_cold_cache_never_passes_nor_fails_by_what_the_whole_window_was(theta: float) -> None:
    estimate = an_estimate(theta=theta, half=0.01, recovery=recovering(COLD, low=-0.05, eta=90_000))
    found = held(LOAD, replace(estimate, half=None, quarter=None))
    assert (found.outcome, found.undetermined) == (Outcome.UNDETERMINED, Undetermined.WARM_UP)
    assert found.more_time == 90_000


def late_half(point: float, high: float | None, *, thin: bool = False) -> Tail:
    return Tail(start=START, intervals=20, change=Interval(point=point, low=point - 0.1, high=high), thin=thin)


@pytest.mark.parametrize(("point", "high"), [(0.02, 0.13), (0.1, 0.26)])
def test_a_cold_cache_passes_where_its_last_half_is_inside_the_bound_or_the_zone(point: float, high: float) -> None:
    cold = an_estimate(theta=2.0, half=0.01, recovery=recovering(COLD, low=-0.05, eta=90_000))
    found = held(LOAD, replace(cold, half=late_half(point, high), quarter=None))
    assert (found.outcome, found.since) == (Outcome.WITHIN, START)


@pytest.mark.parametrize(
    "late",
    [
        {"half": late_half(0.02, 0.29)},
        {"half": late_half(0.15, 0.27)},
        {"half": late_half(0.02, None)},
        {"half": late_half(0.02, 0.13, thin=True)},
        {"half": late_half(0.02, 0.13), "quarter": late_half(0.15, None)},
        {"half": late_half(-0.2, -0.1), "recovery": recovering(COLD, low=-0.3, overshoots=True)},
    ],
)
def test_a_cold_cache_does_not_pass_by_a_last_half_that_proves_too_little(late: Mapping[str, Any]) -> None:
    cold = an_estimate(theta=2.0, half=0.01, recovery=recovering(COLD, low=-0.05))
    assert held(LOAD, replace(cold, **{"quarter": None, **late})).undetermined is Undetermined.WARM_UP


def test_a_cold_cache_that_heads_beyond_the_bound_does_not_pass_by_its_last_half() -> None:
    cold = an_estimate(theta=2.0, recovery=recovering(COLD, low=0.15))
    assert held(LOAD, replace(cold, half=late_half(0.02, 0.13), quarter=None)).outcome is Outcome.EXCEEDED


@pytest.mark.parametrize("theta", [0.0, 2.0])
def test_a_cold_cache_that_heads_beyond_the_bound_exceeds_it(theta: float) -> None:
    estimate = an_estimate(theta=theta, recovery=recovering(COLD, low=0.15))
    assert held(LOAD, estimate).outcome is Outcome.EXCEEDED


def test_a_cold_cache_without_a_curve_is_cold() -> None:
    estimate = an_estimate(theta=2.0, half=0.01, recovery=recovering(COLD, low=None))
    assert held(LOAD, estimate).undetermined is Undetermined.WARM_UP


@pytest.mark.parametrize(("low", "outcome"), [(0.15, Outcome.EXCEEDED), (0.1, Outcome.UNDETERMINED)])
def test_after_a_cold_start_exceeded_needs_the_curve_too(low: float, outcome: Outcome) -> None:
    estimate = an_estimate(theta=2.0, half=0.1, recovery=recovering(WarmUpState.CONVERGED, low=low))
    found = held(LOAD, estimate)
    assert found.outcome is outcome
    assert found.undetermined is (Undetermined.WARM_UP if outcome is Outcome.UNDETERMINED else None)


@pytest.mark.parametrize(("overshoots", "outcome"), [(False, Outcome.WITHIN), (True, Outcome.UNDETERMINED)])
def test_young_keys_are_no_pass(overshoots: bool, outcome: Outcome) -> None:
    recovery = recovering(WarmUpState.CONVERGED, low=-0.3, overshoots=overshoots)
    found = held(LOAD, an_estimate(theta=-0.2, half=0.05, recovery=recovery))
    assert found.outcome is outcome
