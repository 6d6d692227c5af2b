import numpy as np
import pytest

from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.candidates import alike, half_width, time_candidate, units_candidate, widest

GENERATOR = np.random.default_rng(11)
SHOCKS = GENERATOR.standard_normal((1, 40))
NOISE = 0.01 * GENERATOR.standard_normal((1, 40))
TIME = Candidate(method=Method.TIME, variance=1.0, degrees=7)
UNITS = Candidate(method=Method.UNITS, variance=1.0, degrees=2)
COUNTS = Candidate(method=Method.COUNTS, variance=1.0, degrees=None)


def test_shocks_that_both_arms_share_cancel_only_in_pairs() -> None:
    paired = time_candidate(baseline=SHOCKS, canary=SHOCKS + NOISE, paired=True)
    alone = time_candidate(baseline=SHOCKS, canary=SHOCKS + NOISE, paired=False)
    assert paired.variance < 0.01 * alone.variance


def test_windows_that_do_not_pair_add_their_variances_and_degrees() -> None:
    one = time_candidate(baseline=SHOCKS, canary=np.zeros((1, 9)), paired=False)
    both = time_candidate(baseline=SHOCKS, canary=SHOCKS, paired=False)
    assert both.variance == pytest.approx(2 * one.variance)
    assert one.degrees is not None
    assert both.degrees == pytest.approx(2 * one.degrees)


def test_pods_that_cannot_be_told_from_the_deploy_make_no_candidate() -> None:
    one = np.ones(1)
    assert units_candidate(baseline=SHOCKS, weights_baseline=one, canary=NOISE, weights_canary=one) is None


def test_pods_are_alike_where_time_explains_them() -> None:
    assert alike(TIME, UNITS)
    assert not alike(TIME, Candidate(method=Method.UNITS, variance=9.0, degrees=2))
    assert not alike(TIME, COUNTS)


def test_the_widest_is_the_one_with_the_heaviest_tail_here() -> None:
    half, method = widest([TIME, UNITS, COUNTS], 0.01)
    assert method is Method.UNITS
    assert half == half_width(UNITS, 0.01) == pytest.approx(6.9646, abs=1e-4)
    assert half_width(COUNTS, 0.01) == pytest.approx(2.3263, abs=1e-4)
