import numpy as np
import pytest
from scipy.special import ndtr

from canary_guard.stats.watch_boundary import alpha_at, boundary


def test_the_level_of_a_look_is_the_tail_beyond_its_boundary() -> None:
    assert alpha_at(20, 120, alpha=0.01) == pytest.approx(1 - ndtr(boundary(20, 120, alpha=0.01)))


def test_a_last_look_costs_half_of_alpha_and_each_look_less_than_alpha() -> None:
    assert alpha_at(120, 120, alpha=0.01) == pytest.approx(0.0025)
    assert all(0 < alpha_at(look, 120, alpha=0.01) < 0.01 for look in range(8, 121))


def test_all_looks_together_keep_alpha() -> None:
    """Nominal 5 %; 2000 paths, Monte-Carlo error 0.5 %."""
    paths = np.random.default_rng(2).standard_normal((2000, 60)).cumsum(axis=1) / np.sqrt(np.arange(1, 61))
    limits = np.array([boundary(look, 60, alpha=0.05) for look in range(8, 61)])
    crossed = (paths[:, 7:] > limits).any(axis=1).mean()
    assert 0.01 < crossed < 0.06
