import math

import pytest

from canary_guard.model.estimate import Method
from canary_guard.model.recipe import recipe
from canary_guard.stats.alignment import Pair, align
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.difference import difference_of_means, difference_of_proportions
from canary_guard.stats.refusal import Refusal
from tests.builders import a_measurement


def pair(**signals: tuple[float, float]) -> Pair:
    """Each signal is one unit with (baseline, canary) in ten intervals."""
    return align(
        a_measurement(
            baseline={key: [[value] * 10] for key, (value, _) in signals.items()},
            canary={key: [[value] * 10] for key, (_, value) in signals.items()},
        ),
        tuple(signals),
    )


def of_means(measure: str, **signals: tuple[float, float]) -> Change | Refusal:
    found = recipe(measure, cost=None, db_load="db_queries")
    assert found is not None
    return difference_of_means(pair(**signals), found, fewest=20)


def test_a_difference_of_shares() -> None:
    found = recipe("error_rate", cost=None, db_load="db_queries")
    assert found is not None
    change = difference_of_proportions(pair(errors=(1, 3), requests=(100, 100)), found)
    assert change.point == pytest.approx(0.02)
    ends, method = ends_of(change, 0.01)
    assert method is Method.COUNTS
    assert ends.low is not None
    assert 0 < ends.low < 0.02


def test_a_difference_of_means_is_as_wide_as_single_values_scatter() -> None:
    """A coefficient of variation of 1: V = R_c^2 / E_c + R_b^2 / E_b."""
    found = of_means("miss_latency_mean", miss_latency_sum=(5, 10), miss_latency_count=(50, 50))
    assert isinstance(found, Change)
    assert found.point == pytest.approx(0.1)
    (counts,) = [candidate for candidate in found.candidates if candidate.method is Method.COUNTS]
    assert counts.variance == pytest.approx((0.2**2 + 0.1**2) / 500)


def test_a_mean_of_few_is_too_few() -> None:
    found = of_means("miss_latency_mean", miss_latency_sum=(5, 10), miss_latency_count=(50, 1))
    assert isinstance(found, Refusal)
    assert found.reason.startswith("fewer than 20 timed misses")


def test_no_retries_at_all_prove_that_there_are_few() -> None:
    """Garwood: at most ln(100) = 4.6 of 10000 in the canary, at 1 %."""
    found = of_means("retry_rate", retries=(0, 0), requests=(1000, 1000))
    assert isinstance(found, Change)
    ends, method = ends_of(found, 0.01)
    assert (found.point, method) == (0, Method.COUNTS)
    assert ends.high == pytest.approx(4.605e-4, rel=1e-3)
    assert ends.low == pytest.approx(-4.605e-4, rel=1e-3)


def test_few_retries_are_no_wider_than_their_count() -> None:
    found = of_means("retry_rate", retries=(0, 1), requests=(1000, 1000))
    assert isinstance(found, Change)
    ends, _ = ends_of(found, 0.01)
    assert ends.low is not None
    assert ends.high is not None
    assert -1e-3 < ends.low < 1e-3 < ends.high < 3e-3


def test_few_retries_are_held_against_each_arms_own_requests() -> None:
    """One retry in each arm. Garwood at 1 %: 0.01005 to 6.638; then the method of variance estimates recovery."""
    found = of_means("retry_rate", retries=(0.1, 0.1), requests=(1000, 500))
    assert isinstance(found, Change)
    ends, method = ends_of(found, 0.01)
    assert method is Method.COUNTS
    assert found.point == pytest.approx(1e-4)
    low, high = 0.01005, 6.638
    assert ends.low == pytest.approx(1e-4 - math.hypot((1 - low) / 5000, (high - 1) / 10_000), rel=1e-3)
    assert ends.high == pytest.approx(1e-4 + math.hypot((high - 1) / 5000, (1 - low) / 10_000), rel=1e-3)


def test_time_that_was_not_taken_is_refused() -> None:
    assert isinstance(of_means("miss_latency_mean", miss_latency_sum=(5, 0), miss_latency_count=(50, 50)), Refusal)
