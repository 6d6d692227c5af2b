import numpy as np
import pytest

from canary_guard.model.recipe import recipe
from canary_guard.stats.alignment import Aligned
from canary_guard.stats.influence import denominator, log_influence, numerator, plain_influence

GENERATOR = np.random.default_rng(8)
ARM = Aligned(
    at=tuple(range(5)),
    values={
        key: GENERATOR.poisson(50, (2, 5)).astype(float)
        for key in ("misses", "lookups", "hits", "miss_latency_sum", "hit_latency_sum")
    },
)


@pytest.mark.parametrize("measure", ["miss_rate", "amplification"])
def test_influences_are_derivatives_and_sum_to_nothing(measure: str) -> None:
    """A little more of everything in one unit-interval moves ln R by that much of its influence."""
    found = recipe(measure, cost=None, db_load="db_queries")
    assert found is not None
    psi = log_influence(ARM, found)
    assert psi.sum() == pytest.approx(0, abs=1e-12)

    def logarithm(weight: float) -> float:
        weights = np.ones((2, 5))
        weights[1, 3] = weight
        return float(sum(term.power * np.log((weights * ARM.values[term.signal]).sum()) for term in found.terms))

    step = 1e-6
    assert (logarithm(1 + step) - logarithm(1 - step)) / (2 * step) == pytest.approx(psi[1, 3], rel=1e-4)


def test_plain_influence_is_the_ratio_times_the_logarithms() -> None:
    found = recipe("miss_rate", cost=None, db_load="db_queries")
    assert found is not None
    ratio = ARM.total("misses") / ARM.total("lookups")
    plain = plain_influence(ARM, over="misses", under="lookups")
    assert plain == pytest.approx(ratio * log_influence(ARM, found))


def test_the_first_factors() -> None:
    found = recipe("amplification", cost=None, db_load="db_queries")
    assert found is not None
    assert (numerator(found), denominator(found)) == ("miss_latency_sum", "misses")
