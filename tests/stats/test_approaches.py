from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.estimate import Interval, Levels, Undetermined
from canary_guard.model.measure import Cost, CostKind, Scale
from canary_guard.model.measurement import Buckets, Measurement
from canary_guard.stats.alignment import Aligned
from canary_guard.stats.approaches import UNTIMED_HITS, Approach, approach
from canary_guard.stats.refusal import Refusal
from tests.builders import a_measurement

EMPTY = a_measurement(baseline={"misses": [[1.0]]}, canary={"misses": [[1.0]]})


def chosen(measure: str, measurement: Measurement = EMPTY, *, cost: Cost | None = None) -> Approach | Refusal:
    return approach(measure, Scale.RATIO, measurement, levels=Levels(), cost=cost, db_load="db_seconds")


def keys(found: Approach | Refusal) -> set[str]:
    assert isinstance(found, Approach)
    return set(found.keys)


def test_a_measure_needs_its_terms_and_its_events() -> None:
    assert keys(chosen("miss_rate")) == {"misses", "lookups"}
    assert keys(chosen("db_load_per_request")) == {"db_seconds", "requests", "misses"}
    assert keys(chosen("miss_latency_p95")) == {"miss_latency_bucket"}


def test_origin_load_needs_a_cost() -> None:
    found = chosen("origin_load")
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.DATA


def test_origin_load_says_when_its_unit_is_seconds() -> None:
    found = chosen("origin_load", cost=Cost(kind=CostKind.LATENCY))
    assert isinstance(found, Approach)
    assert found.notes == (UNTIMED_HITS,)


def test_histograms_of_another_layout_do_not_compare() -> None:
    seen = np.ones((1, 1), dtype=bool)

    def with_buckets(*bounds: float) -> Buckets:
        return Buckets(units=("a",), bounds=bounds, values=np.zeros((1, 1, len(bounds) + 1)), seen=seen, alive=seen)

    other = replace(
        EMPTY,
        baseline=replace(EMPTY.baseline, buckets={"miss_latency": with_buckets(0.1, 0.2)}),
        canary=replace(EMPTY.canary, buckets={"miss_latency": with_buckets(0.1, 0.5)}),
    )
    found = chosen("miss_latency_p95", other)
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.DATA
    assert "different bounds" in found.reason


def test_a_quantile_above_all_bounds_has_no_level() -> None:
    found = chosen("miss_latency_p95")
    assert isinstance(found, Approach)
    above = Aligned(at=(0,), values={"miss_latency_bucket": np.array([[[9.0]]])})
    assert found.level(above, 0.01) == Interval(point=None, low=None, high=None)


def test_a_quantile_has_a_level_in_seconds() -> None:
    seen = np.ones((1, 1), dtype=bool)
    buckets = Buckets(units=("a",), bounds=(0.1, 0.2), values=np.zeros((1, 1, 3)), seen=seen, alive=seen)
    side = replace(EMPTY.baseline, buckets={"miss_latency": buckets})
    found = chosen("miss_latency_p50", replace(EMPTY, baseline=side, canary=side))
    assert isinstance(found, Approach)
    arm = Aligned(at=tuple(range(8)), values={"miss_latency_bucket": np.array([[[9.0, 11.0, 1.0]] * 8])})
    level = found.level(arm, 0.01)
    assert level.low is not None
    assert level.high is not None
    assert 0.09 < level.low < 0.1 < (level.point or 0) < level.high < 0.15


def test_origin_load_in_units_of_a_hit_has_both_its_ends_multiplied() -> None:
    one = {key: [[value] * 10] for key, value in {"misses": 20.0, "lookups": 1000.0}.items()}
    measured = a_measurement(baseline=one, canary=one)
    fixed = chosen("origin_load", measured, cost=Cost(kind=CostKind.FIXED, value=50.0))
    rate = chosen("miss_rate", measured)
    assert isinstance(fixed, Approach)
    assert isinstance(rate, Approach)
    arm = Aligned(at=tuple(range(10)), values={key: np.array(rows) for key, rows in one.items()})
    levels = [found.level(arm, 0.01) for found in (fixed, rate)]
    for end in ("point", "low", "high"):
        cost, misses = (getattr(level, end) for level in levels)
        assert cost == pytest.approx(50 * misses, rel=0.1)
