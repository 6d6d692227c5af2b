import math

import numpy as np
import pytest

from canary_guard.model.estimate import Interval
from canary_guard.model.measure import Scale
from canary_guard.stats.steady_state import projection
from canary_guard.stats.warm_up import Fit

LOOKUPS = np.full(20, 1000.0)
MISSES = np.full(20, 20.0)


def projected(scale: Scale, *, level: float, low: float, high: float) -> Interval:
    fit = Fit(level=level, level_low=low, level_high=high, amplitude=1, tau=1, beta=1, decay=20, warm_at=1)
    return projection(fit, events_baseline=MISSES, exposure_baseline=LOOKUPS, scale=scale, alpha=0.01)


def test_the_level_it_heads_for_against_the_baseline() -> None:
    """A steady baseline of 400 misses is as uncertain as its count: z / 20."""
    found = projected(Scale.RATIO, level=0.06, low=0.06 / 1.1, high=0.06 * 1.1)
    assert found.point == pytest.approx(math.log(3))
    half = math.hypot(math.log(1.1), 2.32635 / 20)
    assert (found.low, found.high) == pytest.approx((math.log(3) - half, math.log(3) + half))


def test_as_a_difference() -> None:
    found = projected(Scale.DIFFERENCE, level=0.06, low=0.05, high=0.08)
    assert found.point == pytest.approx(0.04)
    assert found.low == pytest.approx(0.04 - math.hypot(0.01, 0.02 * 2.32635 / 20))
    assert found.high == pytest.approx(0.04 + math.hypot(0.02, 0.02 * 2.32635 / 20))


def test_heading_for_nothing_has_no_ratio() -> None:
    assert projected(Scale.RATIO, level=0.0, low=0.0, high=0.01) == Interval(point=None, low=None, high=None)
    assert projected(Scale.DIFFERENCE, level=0.0, low=0.0, high=0.01).point == pytest.approx(-0.02)


def test_a_lower_end_of_0_leaves_a_ratio_open_below() -> None:
    found = projected(Scale.RATIO, level=0.02, low=0.0, high=0.03)
    assert found.low is None
    assert found.high is not None


def test_a_baseline_whose_rate_wanders_is_less_certain_than_its_count() -> None:
    """Misses that come and go with the lookups are no wandering; misses that do so alone are."""
    fit = Fit(level=0.06, level_low=0.06, level_high=0.06, amplitude=1, tau=1, beta=1, decay=20, warm_at=1)
    traffic = np.repeat([0.25, 1.75], 10)

    def half(misses: np.ndarray, lookups: np.ndarray) -> float:
        found = projection(
            fit, events_baseline=100 * misses, exposure_baseline=1000 * lookups, scale=Scale.RATIO, alpha=0.01
        )
        assert found.point is not None
        assert found.high is not None
        return found.high - found.point

    with_traffic, alone = half(traffic, traffic), half(traffic, np.ones(20))
    assert with_traffic == pytest.approx(2.32635 / math.sqrt(2000))
    assert alone > 4 * with_traffic
