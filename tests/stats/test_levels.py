import math

import numpy as np
import pytest

from canary_guard.model.recipe import Recipe, recipe
from canary_guard.stats.alignment import Aligned, align_side
from canary_guard.stats.levels import level, log_linear_ends, proportion_ends
from canary_guard.stats.proportions import wilson
from tests.builders import a_grid, a_side


def arm(**signals: list[list[float]]) -> Aligned:
    intervals = len(next(iter(signals.values()))[0])
    return align_side(a_side(a_grid(intervals=intervals), **signals), tuple(signals))


def steady(**signals: float) -> Aligned:
    return arm(**{key: [[value] * 10] for key, value in signals.items()})


def of(measure: str) -> Recipe:
    found = recipe(measure, cost=None, db_load="db_queries")
    assert found is not None
    return found


def test_a_level_is_a_ratio_of_sums() -> None:
    amplification = steady(miss_latency_sum=6, misses=3, hit_latency_sum=1, hits=10)
    assert level(amplification, of("amplification")) == pytest.approx(20)


def test_a_steady_rate_is_as_uncertain_as_its_count() -> None:
    """Garwood 1936 for 20 events at 2.5 %: 12.217 to 30.888."""
    found = log_linear_ends(steady(misses=2, lookups=100), of("miss_rate"), 0.025)
    assert found.low == pytest.approx(12.2165e-3, rel=1e-4)
    assert found.high == pytest.approx(30.8884e-3, rel=1e-4)


def test_a_rate_of_nothing_has_an_upper_end() -> None:
    for measure, signals in (
        ("miss_rate", steady(misses=0, lookups=100)),
        ("set_rate", steady(sets=0, misses=100)),
    ):
        found = log_linear_ends(signals, of(measure), 0.01)
        assert found.low is None
        assert found.high == pytest.approx(math.log(100) / 1000)


def test_a_mean_is_as_uncertain_as_single_values_scatter() -> None:
    found = log_linear_ends(steady(miss_latency_sum=1, miss_latency_count=10), of("miss_latency_mean"), 0.01)
    assert found.low == pytest.approx(0.1 * math.exp(-2.32635 / 10))
    assert found.high == pytest.approx(0.1 * math.exp(2.32635 / 10))


def test_pods_that_differ_widen_the_level_of_one_arm() -> None:
    alike = log_linear_ends(arm(misses=[[50] * 10] * 4, lookups=[[1000] * 10] * 4), of("miss_rate"), 0.01)
    differing: list[list[float]] = [[20] * 10, [80] * 10, [30] * 10, [70] * 10]
    found = log_linear_ends(arm(misses=differing, lookups=[[1000] * 10] * 4), of("miss_rate"), 0.01)
    assert found.low is not None
    assert alike.low is not None
    assert found.low < 0.7 * alike.low


def test_two_pods_are_too_few_to_tell_what_they_differ_by() -> None:
    found = log_linear_ends(arm(misses=[[20] * 10, [80] * 10], lookups=[[1000] * 10] * 2), of("miss_rate"), 0.01)
    same = log_linear_ends(arm(misses=[[50] * 10] * 2, lookups=[[1000] * 10] * 2), of("miss_rate"), 0.01)
    assert found.low == pytest.approx(same.low)


def test_a_share_is_as_uncertain_as_its_trials_and_stays_a_share() -> None:
    found = proportion_ends(steady(hits=99, lookups=100), of("hit_rate"), 0.01)
    assert (found.low, found.high) == pytest.approx(wilson(events=990, trials=1000, alpha=0.01))
    rough = np.array([100, 0] * 5, dtype=float).tolist()
    wild = proportion_ends(arm(hits=[rough], lookups=[[100.0] * 10]), of("hit_rate"), 1e-9)
    assert (wild.low, wild.high) == (0.0, 1.0) or (wild.low is not None and 0 <= wild.low < 0.5)
