from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.measure import MEASURES, Cost, CostKind
from canary_guard.model.measurement import Buckets, Measurement
from canary_guard.model.run import Trace
from canary_guard.model.window import Arm
from canary_guard.stats.tracing import traces
from tests.builders import START, STEP, a_measurement

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
