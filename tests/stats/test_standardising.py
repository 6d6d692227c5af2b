import numpy as np
import pytest

from canary_guard.stats.refusal import Refusal
from canary_guard.stats.standardising import ByStratum, Standardised, standardise

GENERATOR = np.random.default_rng(9)


def arm(*strata: tuple[float, float], intervals: int = 12) -> ByStratum:
    """Each stratum as (lookups per interval, hit rate)."""
    lookups = np.array([GENERATOR.poisson(size, intervals) for size, _ in strata], dtype=float)
    rates = np.array([rate for _, rate in strata])[:, np.newaxis]
    return ByStratum(over=GENERATOR.binomial(lookups.astype(int), rates).astype(float), under=lookups)


def standardised(baseline: ByStratum, canary: ByStratum) -> Standardised:
    found = standardise(baseline=baseline, canary=canary)
    assert isinstance(found, Standardised)
    return found


def test_other_traffic_alone_is_mix() -> None:
    found = standardised(arm((900, 0.99), (100, 0.8)), arm((100, 0.99), (900, 0.8)))
    assert found.behaviour == pytest.approx(0, abs=0.01)
    assert found.mix == pytest.approx(-0.152, abs=0.02)


def test_other_rates_alone_are_behaviour() -> None:
    found = standardised(arm((900, 0.99), (100, 0.8)), arm((900, 0.90), (100, 0.8)))
    assert found.behaviour == pytest.approx(-0.081, abs=0.02)
    assert found.mix == pytest.approx(0, abs=0.01)


def test_behaviour_and_mix_add_up() -> None:
    found = standardised(arm((900, 0.99), (100, 0.8), (50, 0.5)), arm((300, 0.9), (0, 0), (70, 0.6)))
    assert found.behaviour + found.mix == pytest.approx(found.canary - found.baseline)


def test_a_renamed_stratum_is_behaviour() -> None:
    found = standardised(arm((900, 0.99), (100, 0.9), (0, 0)), arm((900, 0.99), (0, 0), (100, 0.2)))
    assert found.behaviour == pytest.approx(-0.07, abs=0.02)
    assert found.kept == pytest.approx(0.9, abs=0.02)


def test_influences_sum_to_nothing() -> None:
    found = standardised(arm((900, 0.99), (100, 0.8), (0, 0)), arm((300, 0.9), (500, 0.7), (70, 0.6)))
    for psi in (found.psi_baseline, found.psi_mix, found.psi_canary, found.psi_plain):
        assert psi.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("which", ["baseline", "canary"])
def test_influences_are_derivatives(which: str) -> None:
    """A little more of everything in one interval of one arm moves the change by that much of its influence."""
    arms = {
        "baseline": arm((900, 0.99), (100, 0.8), (0, 0)),
        "canary": arm((300, 0.9), (500, 0.7), (70, 0.6)),
    }
    found = standardised(arms["baseline"], arms["canary"])

    def behaviour(weight: float) -> float:
        weights = np.ones(12)
        weights[4] = weight
        moved = ByStratum(over=weights * arms[which].over, under=weights * arms[which].under)
        both = {**arms, which: moved}
        return standardised(both["baseline"], both["canary"]).behaviour

    step = 1e-5
    expected = {"baseline": found.psi_mix[4] - found.psi_baseline[4], "canary": found.psi_canary[4]}[which]
    assert (behaviour(1 + step) - behaviour(1 - step)) / (2 * step) == pytest.approx(expected, rel=1e-3)


def test_nothing_in_common() -> None:
    found = standardise(baseline=arm((900, 0.99), (0, 0)), canary=arm((0, 0), (900, 0.99)))
    assert isinstance(found, Refusal)
    assert found.reason == "no stratum exists in both arms"
