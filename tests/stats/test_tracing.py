from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.measure import MEASURES, Cost, CostKind
from canary_guard.model.measurement import Buckets, Measurement
from canary_guard.model.run import Trace
from canary_guard.model.window import Arm
from canary_guard.stats.tracing import MOST_PER_PATTERN, traces, traces_by_pattern
from tests.builders import START, STEP, a_measurement
from tests.strata import INTERVALS, a_split

Rows = dict[str, list[list[float | None]]]
LATENCY = Cost(kind=CostKind.LATENCY)


def traced(measurement: Measurement, *measures: str, cost: Cost | None = LATENCY) -> tuple[Trace, ...]:
    return traces(measurement, measures, cost=cost, db_load="db_queries")


def test_the_ratio_of_sums_over_units_interval_by_interval() -> None:
    arm: Rows = {"misses": [[1, 2], [3, None]], "lookups": [[10, 10], [30, 30]]}
    baseline, canary = traced(a_measurement(baseline=arm, canary=arm), "miss_rate")
    assert (baseline.side, canary.side) == (Arm.BASELINE, Arm.CANARY)
    assert (baseline.measure, baseline.start, baseline.step) == ("miss_rate", START, STEP)
    assert baseline.values.tolist() == [0.1, 0.2]
    assert baseline.missing == ()


def test_a_gap_and_an_empty_denominator_are_missing() -> None:
    arm: Rows = {"misses": [[1, None, 0, 0]], "lookups": [[10, 10, 0, 5]]}
    baseline, _ = traced(a_measurement(baseline=arm, canary=arm), "miss_rate")
    assert baseline.values.tolist() == [0.1, 0.0, 0.0, 0.0]
    assert baseline.missing == (1, 2)


def test_a_side_without_a_signal_has_no_trace() -> None:
    arm: Rows = {"misses": [[1, 2]], "lookups": [[10, 10]]}
    found = traced(a_measurement(baseline=arm, canary={"misses": [[1, 2]]}), "miss_rate", "db_load_per_miss")
    assert [(trace.measure, trace.side) for trace in found] == [("miss_rate", Arm.BASELINE)]


def test_origin_load_is_drawn_in_hits_of_the_baseline() -> None:
    arm: Rows = {"misses": [[1, 2]], "lookups": [[10, 10]], "miss_latency_sum": [[0.1, 0.3]]}
    hits: Rows = {"hit_latency_sum": [[0.01, 0.01]], "hit_latency_count": [[10, 10]]}
    found = traced(a_measurement(baseline={**arm, **hits}, canary=arm), "origin_load")
    assert [trace.values.tolist() for trace in found] == [pytest.approx([10, 30])] * 2


def test_no_cost_no_origin_load() -> None:
    arm: Rows = {"misses": [[1, 2]], "lookups": [[10, 10]]}
    assert traced(a_measurement(baseline=arm, canary=arm), "origin_load", cost=None) == ()


def test_a_quantile_is_drawn_where_there_are_events_enough() -> None:
    plain = a_measurement(baseline={"misses": [[0.0] * 3]}, canary={"misses": [[0.0] * 3]})
    seen = np.ones((2, 3), dtype=bool)
    values = np.zeros((2, 3, 3))
    values[:, 0] = [5, 5, 0]
    values[:, 1] = [5, 4, 0]
    values[:, 2] = [1, 1, 40]
    buckets = Buckets(units=("a", "b"), bounds=(0.1, 0.2), values=values, seen=seen, alive=seen)
    measurement = replace(plain, baseline=replace(plain.baseline, buckets={"miss_latency": buckets}))
    (found,) = traced(measurement, "miss_latency_p50")
    assert found.values.tolist() == [pytest.approx(0.1), 0.0, 0.0]
    assert found.missing == (1, 2)


def test_a_value_that_is_no_number_is_missing() -> None:
    arm: Rows = {"misses": [[1e300, 1]], "lookups": [[1e-300, 10]]}
    baseline, _ = traced(a_measurement(baseline=arm, canary=arm), "miss_rate")
    assert baseline.missing == (0,)
    assert np.isfinite(baseline.values).all()


def test_every_measure_can_be_asked_for() -> None:
    plain = a_measurement(baseline={"misses": [[0.0] * 3]}, canary={"misses": [[0.0] * 3]})
    assert traced(plain, *MEASURES) == ()


def alike(patterns: dict[str, tuple[float, float]], *, intervals: int = INTERVALS) -> Measurement:
    return a_split(patterns, patterns, intervals=intervals)


def test_a_pattern_is_drawn_by_itself_and_small_ones_together() -> None:
    measurement = alike({"product": (900, 0.02), "user": (100, 0.1), "rare": (3, 0.5), "odd": (2, 0.5)})
    found = traces_by_pattern(measurement, ["hit_rate"])
    assert [(one.stratum, one.side) for one in found] == [
        (name, arm) for name in ("product", "user", "other") for arm in Arm
    ]
    counted = measurement.canary.strata
    place = counted["hits"].strata.index("user")
    expected = counted["hits"].values[place] / counted["lookups"].values[place]
    assert found[3].values.tolist() == pytest.approx(expected.tolist())
    assert {(one.measure, one.start, one.step, one.missing) for one in found[:4]} == {("hit_rate", START, STEP, ())}


def test_the_intervals_of_a_pattern_are_summed_until_they_are_few() -> None:
    measurement = alike({"product": (900, 0.02)}, intervals=100)
    _, canary = traces_by_pattern(measurement, ["miss_rate"])
    assert (canary.step, len(canary.values)) == (3 * STEP, 34)
    assert len(canary.values) <= MOST_PER_PATTERN
    misses, lookups = (measurement.canary.strata[key].values[0] for key in ("misses", "lookups"))
    assert canary.values[0] == pytest.approx(misses[:3].sum() / lookups[:3].sum())
    assert canary.values[33] == pytest.approx(misses[99] / lookups[99])


def test_an_interval_in_which_a_pattern_has_no_lookups_is_missing() -> None:
    measurement = alike({"product": (900, 0.02), "rare": (0, 0.5)})
    found = {(one.stratum, one.side): one for one in traces_by_pattern(measurement, ["hit_rate"])}
    assert found["product", Arm.BASELINE].missing == ()
    assert found["other", Arm.BASELINE].missing == tuple(range(INTERVALS))


def test_without_patterns_there_is_nothing_to_draw() -> None:
    arm: Rows = {"misses": [[1, 2]], "hits": [[9, 8]], "lookups": [[10, 10]]}
    assert traces_by_pattern(a_measurement(baseline=arm, canary=arm), ["hit_rate"]) == ()
    assert traces_by_pattern(alike({"product": (900, 0.02)}), ["db_load_per_request"]) == ()
