import numpy as np
import pytest

from canary_guard.stats.long_run_variance import autocorrelation, cosines, long_run_variance


def test_white_noise_has_the_variance_of_its_sum() -> None:
    generator = np.random.default_rng(3)
    found = [long_run_variance(generator.standard_normal(60)).variance for _ in range(400)]
    assert np.mean(found) == pytest.approx(60, rel=0.1)


def test_persistence_widens() -> None:
    """The sum of an AR(1) with phi 0.6 varies 1 / (1 - 0.6)^2 times as much as its shocks."""
    generator = np.random.default_rng(4)
    found = []
    for _ in range(400):
        shocks = generator.standard_normal(160)
        values = np.zeros(160)
        for t in range(1, 160):
            values[t] = 0.6 * values[t - 1] + shocks[t]
        found.append(long_run_variance(values[40:]).variance)
    assert np.mean(found) == pytest.approx(120 / 0.4**2, rel=0.2)


def test_a_level_does_not_matter() -> None:
    psi = np.random.default_rng(5).standard_normal(20)
    shifted = long_run_variance(psi + 3)
    assert shifted.variance == pytest.approx(long_run_variance(psi).variance)


def test_rounding_noise_is_no_variance() -> None:
    found = long_run_variance(np.array([1e-17, -1e-17] * 10))
    assert (found.variance, found.phi, found.degrees) == (0.0, 0.0, cosines(20, 0.0))


def test_a_short_series_has_no_autocorrelation() -> None:
    assert autocorrelation(np.array([3.0, 2.0, 1.0, -1.0, -2.0, -3.0])) == 0.0


def test_autocorrelation_stays_below_one_and_above_zero() -> None:
    assert autocorrelation(np.linspace(-1, 1, 50)) == 0.95
    assert autocorrelation(np.array([1.0, -1.0] * 20)) == 0.0
