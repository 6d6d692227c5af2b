from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canary_guard.model.arrays import frozen
from canary_guard.model.estimate import Estimate, Estimated, Levels, Method, Minimum, NoEstimate, Undetermined
from canary_guard.model.measure import MEASURES, Cost, CostKind, Scale
from canary_guard.model.measurement import Buckets, Increments, Measurement, Missing, Side
from canary_guard.model.window import Comparison
from canary_guard.stats.behaviour import baseline_mix
from canary_guard.stats.estimating import estimate, estimate_beyond
from tests.builders import START, STEP, a_grid, a_measurement, increments
from tests.strata import a_split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LATENCY = Cost(kind=CostKind.LATENCY)
KEYS = (
    "db_queries",
    "db_seconds",
    "errors",
    "evictions",
    "expirations",
    "hit_latency_count",
    "hit_latency_sum",
    "hits",
    "lookups",
    "miss_latency_count",
    "miss_latency_sum",
    "misses",
    "requests",
    "retries",
    "sets",
)


def estimated(
    measurement: Measurement,
    measure: str = "miss_rate",
    *,
    scale: Scale | None = None,
    levels: Levels | None = None,
    cost: Cost | None = LATENCY,
) -> Estimated:
    return estimate(
        measure,
        scale or MEASURES[measure].scale,
        measurement,
        levels=levels or Levels(),
        cost=cost,
        db_load="db_queries",
    )


def an_arm(
    generator: np.random.Generator, *, units: int = 3, intervals: int = 40, rate: float = 0.02, spread: float = 0.0
) -> dict[str, list[list[float]]]:
    """Poisson misses of Poisson lookups; `spread` is the standard deviation of the log rate between units."""
    rates = rate * np.exp(spread * generator.standard_normal((units, 1)))
    lookups = generator.poisson(500, (units, intervals))
    misses = generator.binomial(lookups, np.minimum(rates, 1))
    return {
        "lookups": lookups.tolist(),
        "misses": misses.tolist(),
        "hits": (lookups - misses).tolist(),
        "requests": generator.poisson(250, (units, intervals)).tolist(),
        "db_queries": (2 * misses).tolist(),
    }


def a_pair(seed: int = 1, *, canary: float = 0.02, comparison: Comparison = Comparison.CONCURRENT) -> Measurement:
    generator = np.random.default_rng(seed)
    return a_measurement(baseline=an_arm(generator), canary=an_arm(generator, rate=canary), comparison=comparison)


def swapped(measurement: Measurement) -> Measurement:
    return replace(measurement, baseline=measurement.canary, canary=measurement.baseline)


def with_signal(
    side: Side, key: str, rows: Sequence[Sequence[float | None]], units: Sequence[str] | None = None
) -> Side:
    return replace(side, signals={**side.signals, key: increments(rows, units=units)})


def without(measurement: Measurement, key: str, missing: Missing | None) -> Measurement:
    def cut(side: Side) -> Side:
        signals = {name: signal for name, signal in side.signals.items() if name != key}
        return replace(side, signals=signals, missing={} if missing is None else {key: missing})

    return replace(measurement, baseline=cut(measurement.baseline), canary=cut(measurement.canary))


def numbers(record: object) -> Iterator[float]:
    match record:
        case dict():
            for value in record.values():
                yield from numbers(value)
        case list() | tuple():
            for value in record:
                yield from numbers(value)
        case float():
            yield record
        case _:
            pass


# What an estimate holds


def test_a_doubled_miss_rate_is_found() -> None:
    found = estimated(a_pair(canary=0.04))
    assert isinstance(found, Estimate)
    assert found.change.point == pytest.approx(math.log(2), abs=0.1)
    assert found.change.low is not None
    assert found.change.low > math.log(1.6)
    assert found.baseline.point == pytest.approx(0.02, rel=0.1)
    assert found.canary.point == pytest.approx(0.04, rel=0.1)
    assert found.intervals == 40


def test_the_interval_for_within_is_narrower() -> None:
    found = estimated(a_pair())
    assert isinstance(found, Estimate)
    assert found.change_within.point == found.change.point
    for wide, narrow in (
        (found.change.low, found.change_within.low),
        (found.change_within.high, found.change.high),
    ):
        assert wide is not None
        assert narrow is not None
        assert wide < narrow


def test_the_counting_noise_is_among_the_candidates() -> None:
    found = estimated(a_pair())
    assert isinstance(found, Estimate)
    (exact,) = [candidate for candidate in found.candidates if candidate.method is Method.EXACT]
    assert exact.variance == pytest.approx(1 / found.events_baseline + 1 / found.events_canary)
    assert exact.degrees is None


def test_origin_load_is_told_in_hits_of_the_baseline() -> None:
    rows = [[100.0] * 10]
    arms = {"lookups": [[1000.0] * 10], "misses": rows, "miss_latency_sum": [[5.0] * 10]}
    hits = {"hit_latency_sum": [[0.9] * 10], "hit_latency_count": [[900.0] * 10]}
    slower = {"hit_latency_sum": [[9.0] * 10], "hit_latency_count": [[900.0] * 10]}
    found = estimated(a_measurement(baseline={**arms, **hits}, canary={**arms, **slower}), "origin_load")
    assert isinstance(found, Estimate)
    assert found.baseline.point == found.canary.point == 5.0
    assert found.notes == ("pods cannot be told from the deploy",)


def test_origin_load_without_timed_hits_says_its_unit() -> None:
    arms = {"lookups": [[1000.0] * 10], "misses": [[100.0] * 10], "miss_latency_sum": [[5.0] * 10]}
    found = estimated(a_measurement(baseline=arms, canary=arms), "origin_load")
    assert isinstance(found, Estimate)
    assert found.baseline.point == 0.005
    assert "hits were not timed" in found.notes[-1]


def test_origin_load_at_a_stated_cost_is_the_miss_rate_times_it() -> None:
    cost = Cost(kind=CostKind.FIXED, value=100.0)
    found, plain = estimated(a_pair(), "origin_load", cost=cost), estimated(a_pair())
    assert isinstance(found, Estimate)
    assert isinstance(plain, Estimate)
    assert found.change == plain.change
    assert plain.canary.point is not None
    assert found.canary.point == pytest.approx(100 * plain.canary.point)


def test_a_late_fault_shows_in_the_tails() -> None:
    calm = {"lookups": [[1000.0] * 40], "misses": [[20.0] * 40]}
    late = {"lookups": [[1000.0] * 40], "misses": [[20.0] * 28 + [60.0] * 12]}
    found = estimated(a_measurement(baseline=calm, canary=late))
    assert isinstance(found, Estimate)
    assert found.half is not None
    assert found.quarter is not None
    assert (found.half.intervals, found.quarter.intervals) == (20, 10)
    assert found.quarter.start == START + 30 * STEP
    assert found.quarter.change.point == pytest.approx(math.log(3))
    assert found.quarter.change.low is not None
    assert found.quarter.change.low > math.log(2)


def test_before_and_after_have_only_a_point_at_the_end() -> None:
    found = estimated(a_pair(comparison=Comparison.BEFORE_AFTER))
    assert isinstance(found, Estimate)
    assert found.half is None
    assert found.quarter is not None
    assert found.quarter.change.point is not None
    assert (found.quarter.change.low, found.quarter.change.high) == (None, None)


# What is refused


def test_what_the_source_failed_to_answer_is_data() -> None:
    gone = Missing(reason="misses: the server said `too many samples`", from_source=True)
    found = estimated(without(a_pair(), "misses", gone))
    assert isinstance(found, NoEstimate)
    assert (found.undetermined, found.from_source, found.reason) == (Undetermined.DATA, True, gone.reason)


def test_what_the_lookups_lack_is_told_by_the_misses() -> None:
    gone = Missing(reason="misses: no series in the canary")
    measurement = without(without(a_pair(), "lookups", None), "misses", gone)
    found = estimated(measurement, "eviction_rate")
    assert isinstance(found, NoEstimate)
    assert gone.reason in found.reason


def test_what_was_not_asked_for_is_data() -> None:
    found = estimated(without(a_pair(), "misses", None))
    assert isinstance(found, NoEstimate)
    assert (found.undetermined, found.reason) == (Undetermined.DATA, "misses: not asked for")


def test_a_cost_that_nothing_tells_is_data() -> None:
    found = estimated(a_pair(), "origin_load", cost=None)
    assert isinstance(found, NoEstimate)
    assert found.reason == "no signal says what a miss costs"


def test_a_silent_pod_of_three_is_data() -> None:
    measurement = a_pair()
    misses: list[list[float | None]] = measurement.canary.signals["misses"].values.tolist()
    misses[1] = [None] * 40
    found = estimated(replace(measurement, canary=with_signal(measurement.canary, "misses", misses)))
    assert isinstance(found, NoEstimate)
    assert found.undetermined is Undetermined.DATA
    assert found.reason == "33% of the canary's intervals have a gap in misses and lookups (pod-2: 100%)"


def test_fewer_gaps_are_dropped() -> None:
    measurement = a_pair()
    misses: list[list[float | None]] = measurement.canary.signals["misses"].values.tolist()
    misses[1][:20] = [None] * 20
    assert isinstance(
        estimated(replace(measurement, canary=with_signal(measurement.canary, "misses", misses))), Estimate
    )


def test_a_pod_that_was_not_there_is_no_gap() -> None:
    measurement = a_pair()

    def late(signal: Increments) -> Increments:
        there = signal.alive.copy()
        there[1, :20] = False
        return replace(
            signal, values=frozen(np.where(there, signal.values, 0)), seen=frozen(there), alive=frozen(there)
        )

    canary = replace(measurement.canary, signals={key: late(row) for key, row in measurement.canary.signals.items()})
    assert isinstance(estimated(replace(measurement, canary=canary)), Estimate)


def test_more_misses_than_lookups_is_data() -> None:
    measurement = a_pair()
    measurement = replace(measurement, canary=with_signal(measurement.canary, "lookups", [[5.0] * 40] * 3))
    for scale in Scale:
        found = estimated(measurement, scale=scale)
        assert isinstance(found, NoEstimate)
        assert found.undetermined is Undetermined.DATA
        assert found.reason.startswith("more misses than lookups in the canary")


def test_a_measure_that_needs_no_lookups_has_no_minimum_of_them() -> None:
    arm = {"db_queries": [[30.0] * 10], "requests": [[40.0] * 10]}
    assert isinstance(estimated(a_measurement(baseline=arm, canary=arm), "db_load_per_request"), Estimate)


def test_minimums_can_be_raised() -> None:
    high = Levels(minimum=Minimum(intervals=50))
    found = estimated(a_pair(), levels=high)
    assert isinstance(found, NoEstimate)
    assert found.reason == "too few intervals: 40; at least 50 are needed"
    assert (found.intervals, found.shortfall) == (40, 1.25)
    assert found.undetermined is Undetermined.EXPOSURE


def test_what_is_wanting_is_told_in_windows() -> None:
    baseline = {"lookups": [[1000.0] * 10], "misses": [[1.0] * 10]}
    found = estimated(a_measurement(baseline=baseline, canary=baseline))
    assert isinstance(found, NoEstimate)
    assert (found.intervals, found.shortfall) == (10, 2.0)
    assert (found.events_baseline, found.events_canary) == (10, 10)


def test_no_units_are_no_data() -> None:
    nobody = Increments(
        units=(), values=np.zeros((0, 10)), seen=np.zeros((0, 10), dtype=bool), alive=np.zeros((0, 10), dtype=bool)
    )
    side = Side(grid=a_grid(intervals=10), signals=dict.fromkeys(KEYS, nobody), buckets={}, missing={})
    found = estimated(Measurement(comparison=Comparison.CONCURRENT, baseline=side, canary=side))
    assert isinstance(found, NoEstimate)
    assert found.reason == "there is no interval in which both sides were counted"
    assert found.undetermined is Undetermined.DATA


def test_nothing_stored_at_all_is_a_drop_and_not_a_riddle() -> None:
    baseline = {"misses": [[50.0] * 10], "sets": [[50.0] * 10]}
    canary = {"misses": [[50.0] * 10], "sets": [[0.0] * 10]}
    found = estimated(a_measurement(baseline=baseline, canary=canary), "set_rate")
    assert isinstance(found, Estimate)
    assert found.thin
    assert found.change.point is None
    assert found.change.high is not None
    assert found.change.high < math.log(0.1)
    assert found.canary.point == 0


def test_misses_that_took_no_time_are_data() -> None:
    baseline = {"miss_latency_count": [[50.0] * 10], "miss_latency_sum": [[5.0] * 10]}
    canary = {"miss_latency_count": [[50.0] * 10], "miss_latency_sum": [[0.0] * 10]}
    for scale in Scale:
        found = estimated(a_measurement(baseline=baseline, canary=canary), "miss_latency_mean", scale=scale)
        assert isinstance(found, NoEstimate)
        assert found.undetermined is Undetermined.DATA


# Laws


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize(
    ("measure", "scale"), [("miss_rate", Scale.RATIO), ("miss_rate", Scale.DIFFERENCE), ("hit_rate", Scale.DIFFERENCE)]
)
def test_swapping_the_arms_negates_the_change(comparison: Comparison, measure: str, scale: Scale) -> None:
    one = estimated(a_pair(canary=0.03, comparison=comparison), measure, scale=scale)
    other = estimated(swapped(a_pair(canary=0.03, comparison=comparison)), measure, scale=scale)
    assert isinstance(one, Estimate)
    assert isinstance(other, Estimate)
    assert one.change.point is not None
    assert one.change.low is not None
    assert one.change.high is not None
    expected = (-one.change.point, -one.change.high, -one.change.low)
    assert (other.change.point, other.change.low, other.change.high) == pytest.approx(expected, abs=1e-12)
    assert other.method is one.method
    assert (other.baseline, other.canary) == (one.canary, one.baseline)


def test_the_order_of_units_does_not_matter() -> None:
    measurement = a_pair(canary=0.03)

    def mirrored(side: Side) -> Side:
        return replace(
            side,
            signals={
                key: replace(row, values=row.values[::-1], seen=row.seen[::-1]) for key, row in side.signals.items()
            },
        )

    other = replace(measurement, baseline=mirrored(measurement.baseline), canary=mirrored(measurement.canary))
    assert estimated(other) == estimated(measurement)


def test_signals_with_other_units_are_taken_together() -> None:
    measurement = a_pair()
    whole = measurement.canary.signals["misses"].values.sum(axis=0, keepdims=True).tolist()
    canary = with_signal(measurement.canary, "misses", whole, units=[""])
    found, plain = estimated(replace(measurement, canary=canary)), estimated(measurement)
    assert isinstance(found, Estimate)
    assert isinstance(plain, Estimate)
    assert found.change.point == plain.change.point
    assert Method.UNITS in {candidate.method for candidate in plain.candidates} or plain.notes == ()


counts = st.one_of(
    st.integers(0, 30).map(float),
    st.integers(0, 5000).map(float),
    st.floats(0, allow_nan=False, allow_infinity=False),
    st.just(0.0),
)


@st.composite
def sides(draw: st.DrawFn, intervals: int) -> Side:
    units = draw(st.integers(0, 3))
    grid = a_grid(intervals=intervals)
    names = tuple(f"pod-{index}" for index in range(units))
    scale = draw(st.sampled_from([0.0, 1.0, 100.0]))
    generator = np.random.default_rng(draw(st.integers(0, 10)))

    def signal() -> Increments:
        values = scale * generator.poisson(5, (units, intervals)).astype(float)
        if units and intervals:
            values[draw(st.integers(0, units - 1)), draw(st.integers(0, intervals - 1))] = draw(counts)
        alive = generator.random((units, intervals)) < draw(st.sampled_from([1.0, 0.9]))
        seen = alive & (generator.random((units, intervals)) < draw(st.sampled_from([1.0, 0.95, 0.5])))
        return Increments(
            units=names, values=frozen(np.where(seen, values, 0.0)), seen=frozen(seen), alive=frozen(alive)
        )

    first = signal()
    buckets = np.stack([signal().values for _ in range(3)], axis=2)
    return Side(
        grid=grid,
        signals={key: signal() for key in KEYS if draw(st.sampled_from([True] * 20 + [False]))},
        buckets={
            "miss_latency": Buckets(
                units=names, bounds=(0.1, 0.5), values=frozen(buckets), seen=first.seen, alive=first.alive
            )
        },
        missing={},
    )


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    comparison = draw(st.sampled_from(Comparison))
    intervals = draw(st.sampled_from([0, 1, 8, 9, 17, 33]))
    other = intervals if comparison is Comparison.CONCURRENT else draw(st.sampled_from([0, 8, 20]))
    return Measurement(comparison=comparison, baseline=draw(sides(other)), canary=draw(sides(intervals)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(measurement=measurements(), cost=st.sampled_from(CostKind))
def test_no_input_raises_or_makes_a_number_that_is_none(measurement: Measurement, cost: CostKind) -> None:
    for measure in MEASURES:
        for scale in Scale:
            found = estimated(measurement, measure, scale=scale, cost=Cost(kind=cost, value=100.0))
            assert all(math.isfinite(value) for value in numbers(asdict(found)))
            if isinstance(found, Estimate):
                assert found.thin or found.change.point is not None
            else:
                assert found.reason


def misjudged(rate: float, *, units: int, spread: float, repetitions: int = 400) -> tuple[float, float]:
    """How often the interval lies above and below a true change of 0."""
    generator = np.random.default_rng(20)
    above = below = 0
    for _ in range(repetitions):
        baseline = an_arm(generator, units=units, intervals=20, rate=rate, spread=spread)
        canary = an_arm(generator, units=units, intervals=20, rate=rate, spread=spread)
        found = estimated(a_measurement(baseline=baseline, canary=canary), levels=Levels(alpha=0.05))
        assert isinstance(found, Estimate)
        above += found.change.low is not None and found.change.low > 0
        below += found.change.high is not None and found.change.high < 0
    return above / repetitions, below / repetitions


@pytest.mark.parametrize(("rate", "units", "spread"), [(0.02, 3, 0.0), (0.02, 4, 0.3), (0.004, 2, 0.0)])
def test_coverage_is_near_nominal(rate: float, units: int, spread: float) -> None:
    """Nominal 5 %; the Monte-Carlo error is 1.1 %, and the widest of three candidates is rather too wide."""
    above, below = misjudged(rate, units=units, spread=spread)
    assert max(above, below) < 0.085
    assert above + below > 0.005


# At the baseline's mix of key patterns

SHIFTED = a_split({"product": (900, 0.01), "user": (100, 0.2)}, {"product": (300, 0.01), "user": (300, 0.2)})
"""Nothing changed inside a pattern; the canary sees more of the one that misses much."""
QUERIES = Cost(kind=CostKind.DB_QUERIES)
UNSHIFTED = a_split({"product": (900, 0.01), "user": (100, 0.2)}, {"product": (900, 0.01), "user": (100, 0.2)})
AT_MIX_CHANGES = [
    ("hit_rate", Scale.DIFFERENCE),
    ("miss_rate", Scale.RATIO),
    ("origin_load", Scale.RATIO),
    ("db_load_per_request", Scale.RATIO),
]


def at_mix(measurement: Measurement, measure: str, scale: Scale, *, cost: Cost = QUERIES) -> tuple[Estimate, Estimate]:
    """The plain estimate, and the one at the baseline's mix."""
    levels = Levels()
    mix = baseline_mix(measurement, levels)
    assert mix is not None
    plain, found = (
        estimate(measure, scale, measurement, mix=one, levels=levels, cost=cost, db_load="db_queries")
        for one in (None, mix)
    )
    assert isinstance(plain, Estimate)
    assert isinstance(found, Estimate)
    return plain, found


@pytest.mark.parametrize(("measure", "scale"), AT_MIX_CHANGES)
def test_the_change_is_behaviour_and_both_parts_are_told(measure: str, scale: Scale) -> None:
    plain, found = at_mix(SHIFTED, measure, scale)
    assert plain.mix is None
    assert found.mix is not None
    assert found.mix.plain == plain.change
    assert found.change.point is not None
    assert plain.change.point is not None
    assert found.change.point + found.mix.mix == pytest.approx(plain.change.point, abs=1e-9)
    assert abs(found.change.point) < 0.2 * abs(found.mix.mix)
    assert found.change.low is not None
    assert found.change.high is not None
    assert found.change.low < 0 < found.change.high


def test_the_levels_are_what_was_measured_whatever_the_mix() -> None:
    plain, found = at_mix(SHIFTED, "miss_rate", Scale.RATIO)
    assert (found.baseline, found.canary) == (plain.baseline, plain.canary)


def test_the_tails_are_at_the_same_mix() -> None:
    plain, found = at_mix(SHIFTED, "miss_rate", Scale.RATIO)
    for part, whole in ((found.half, plain.half), (found.quarter, plain.quarter)):
        assert part is not None
        assert whole is not None
        assert part.change.point is not None
        assert whole.change.point is not None
        assert abs(part.change.point) < 0.5 * whole.change.point


def test_what_has_no_mix_to_take_out_is_plain() -> None:
    plain, found = at_mix(SHIFTED, "db_load_per_miss", Scale.RATIO)
    assert found == plain
    strangers = a_split({"a": (900, 0.05)}, {"b": (900, 0.05)})
    for measure, scale in AT_MIX_CHANGES:
        plain, found = at_mix(strangers, measure, scale)
        assert found == plain


def test_a_stated_cost_is_judged_as_the_miss_rate_is() -> None:
    cost = Cost(kind=CostKind.FIXED, value=100.0)
    _, load = at_mix(SHIFTED, "origin_load", Scale.RATIO, cost=cost)
    _, rate = at_mix(SHIFTED, "miss_rate", Scale.RATIO)
    assert (load.change, load.mix) == (rate.change, rate.mix)


# Difference in differences


def grown(
    before: Measurement, after: Measurement, measure: str = "miss_rate", *, mixed: tuple[bool, bool] = (False, False)
) -> Estimated:
    mixes = [baseline_mix(one, Levels()) if known else None for one, known in zip((before, after), mixed, strict=True)]
    return estimate_beyond(
        measure,
        MEASURES[measure].scale,
        before=before,
        after=after,
        mix_before=mixes[0],
        mix_after=mixes[1],
        levels=Levels(),
        cost=LATENCY,
        db_load="db_queries",
    )


def test_a_difference_that_was_there_before_is_no_growth() -> None:
    found = grown(a_pair(1, canary=0.04), a_pair(2, canary=0.04))
    assert isinstance(found, Estimate)
    assert found.comparison is Comparison.DIFF_IN_DIFF
    assert found.change.point == pytest.approx(0, abs=0.15)
    assert found.canary.point == pytest.approx(0.04, rel=0.1)
    assert (found.half, found.mix) == (None, None)


def test_what_grew_with_the_deploy_is_found_beyond_it() -> None:
    found = grown(a_pair(1, canary=0.04), a_pair(2, canary=0.12))
    assert isinstance(found, Estimate)
    assert found.change.point == pytest.approx(math.log(3), abs=0.15)
    assert found.change.low is not None
    assert found.change.low > math.log(2)
    alone = estimated(a_pair(2, canary=0.12))
    assert isinstance(alone, Estimate)
    assert alone.change.low is not None
    assert alone.change.point is not None
    assert found.change.point is not None
    assert found.change.point - found.change.low > alone.change.point - alone.change.low


def test_growth_that_begins_late_is_seen_in_the_last_quarter_and_proves_nothing_there() -> None:
    late = a_measurement(
        baseline={"lookups": [[1000.0] * 40], "misses": [[20.0, 24.0] * 20]},
        canary={"lookups": [[1000.0] * 40], "misses": [[40.0, 48.0] * 15 + [120.0, 144.0] * 5]},
    )
    found = grown(a_pair(1, canary=0.04), late)
    assert isinstance(found, Estimate)
    assert found.quarter is not None
    assert found.quarter.change.point == pytest.approx(math.log(3), abs=0.15)
    assert (found.quarter.change.low, found.quarter.change.high) == (None, None)
    steady = grown(a_pair(1, canary=0.04), a_pair(2, canary=0.04))
    assert isinstance(steady, Estimate)
    assert steady.quarter is not None
    assert steady.quarter.change.point == pytest.approx(0, abs=0.2)


def test_either_period_without_an_estimate_is_none() -> None:
    gone = without(a_pair(1), "misses", Missing(reason="misses: no series"))
    for before, after in ((gone, a_pair(2)), (a_pair(2), gone)):
        found = grown(before, after)
        assert isinstance(found, NoEstimate)
        assert found.comparison is Comparison.DIFF_IN_DIFF
        assert (found.undetermined, found.reason) == (Undetermined.DATA, "misses: no series")
    calm = a_measurement(
        baseline={"lookups": [[1000.0] * 40], "misses": [[20.0] * 40]},
        canary={"lookups": [[1000.0] * 40], "misses": [[0.0] * 40]},
    )
    thin = grown(calm, a_pair(2))
    assert isinstance(thin, NoEstimate)
    assert thin.comparison is Comparison.DIFF_IN_DIFF
    assert thin.reason == "before the deploy: too few events in one arm"


def test_growth_is_at_the_baselines_mix_in_both_periods_and_tells_the_plain_one() -> None:
    """Other traffic since the deploy: the plain difference grew, behaviour did not."""
    plain, found = grown(UNSHIFTED, SHIFTED), grown(UNSHIFTED, SHIFTED, mixed=(True, True))
    assert isinstance(plain, Estimate)
    assert isinstance(found, Estimate)
    assert found.mix is not None
    assert found.mix.plain == plain.change
    assert found.change.point is not None
    assert plain.change.point is not None
    assert plain.change.point > 1
    assert found.change.point == pytest.approx(0, abs=0.2)
    assert found.change.point + found.mix.mix == pytest.approx(plain.change.point, abs=1e-9)


@pytest.mark.parametrize("mixed", [(True, False), (False, True)])
def test_a_mix_that_is_known_in_one_period_alone_is_taken_out_of_neither(mixed: tuple[bool, bool]) -> None:
    """Or a mix that never changed would look like a change."""
    found = grown(SHIFTED, SHIFTED, mixed=mixed)
    assert isinstance(found, Estimate)
    assert found.change.point == 0
    assert found.mix is None
    assert found == grown(SHIFTED, SHIFTED)
