import math

import pytest

from canary_guard.model.estimate import Estimate, Levels
from canary_guard.model.window import Comparison
from canary_guard.stats.rough import rough_ratio
from tests.builders import a_measurement


def found(before: list[float], after: list[float], measure: str = "miss_rate") -> Estimate | None:
    def side(misses: list[float]) -> dict[str, list[list[float | None]]]:
        return {"misses": [list(misses)], "lookups": [[1000.0] * len(misses)]}

    measurement = a_measurement(baseline=side(before), canary=side(after), comparison=Comparison.BEFORE_AFTER)
    return rough_ratio(measure, measurement, levels=Levels(), db_load="db_queries")


def test_three_intervals_tell_a_ratio_by_their_counts() -> None:
    one = found([50, 50, 50], [100] * 9)
    assert one is not None
    assert one.change.point == pytest.approx(math.log(2))
    low, high = one.change.low, one.change.high
    assert low is not None
    assert high is not None
    # 2.326 sqrt(1/150 + 1/900) = 0.205
    assert (low, high) == pytest.approx((math.log(2) - 0.205, math.log(2) + 0.205), abs=0.03)
    assert one.change_within.low is not None
    assert one.change_within.low > low
    assert (one.thin, one.comparison, one.intervals) == (True, Comparison.BEFORE_AFTER, 3)


def test_counts_that_vary_tell_less() -> None:
    steady, uneven = found([50, 50, 50], [100] * 9), found([10, 50, 90], [100] * 9)
    assert steady is not None
    assert uneven is not None
    assert uneven.change.point == pytest.approx(steady.change.point)
    assert (uneven.change.low or 0) < (steady.change.low or 0) - 0.3


@pytest.mark.parametrize(
    ("before", "measure"),
    [([50], "miss_rate"), ([5, 5, 5], "miss_rate"), ([50] * 3, "db_load_per_request"), ([50] * 3, "set_rate")],
    ids=["one interval", "few events", "not counted", "no rate of events"],
)
def test_what_cannot_be_told_even_roughly(before: list[float], measure: str) -> None:
    assert found(before, [100] * 9, measure) is None
