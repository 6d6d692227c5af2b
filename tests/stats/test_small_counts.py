import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.stats.small_counts import conditional_ratio, overdispersion, poisson_rate

COUNTS = st.floats(0, 1e6)
EXPOSURES = st.floats(1, 1e6)


@given(COUNTS, COUNTS, EXPOSURES, EXPOSURES)
def test_swapping_the_arms_inverts_the_ratio(x: float, y: float, d: float, e: float) -> None:
    one = conditional_ratio(events_baseline=x, exposure_baseline=d, events_canary=y, exposure_canary=e, alpha=0.01)
    other = conditional_ratio(events_baseline=y, exposure_baseline=e, events_canary=x, exposure_canary=d, alpha=0.01)
    assert (one.low is None) == (other.high is None)
    if one.low is not None and other.high is not None:
        assert one.low * other.high == pytest.approx(1, rel=1e-6)


def test_without_events_both_ends_are_open() -> None:
    found = conditional_ratio(events_baseline=0, exposure_baseline=9, events_canary=0, exposure_canary=9, alpha=0.01)
    assert (found.low, found.high) == (None, None)


def test_counts_in_proportion_are_not_overdispersed() -> None:
    assert overdispersion(np.array([10.0, 20.0, 30.0]), np.array([100.0, 200.0, 300.0])) == 1.0


def test_a_lump_is_overdispersed() -> None:
    """Pearson: expected 10 each; (20^2 / 10 + 2 * 10^2 / 10) / 2 = 30."""
    assert overdispersion(np.array([30.0, 0.0, 0.0]), np.array([5.0, 5.0, 5.0])) == pytest.approx(30)


def test_intervals_without_exposure_do_not_count() -> None:
    lump = overdispersion(np.array([30.0, 0.0, 0.0, 4.0]), np.array([5.0, 5.0, 5.0, 0.0]))
    assert lump == pytest.approx(30)


def test_nothing_to_tell_dispersion_from() -> None:
    assert overdispersion(np.zeros(4), np.ones(4)) == 1.0
    assert overdispersion(np.array([3.0]), np.array([1.0])) == 1.0


def test_the_rate_of_no_event_has_an_upper_end() -> None:
    """The rule of three, at 1 %: ln(100) / D."""
    found = poisson_rate(events=0, exposure=10, alpha=0.01)
    assert found.low is None
    assert found.high == pytest.approx(0.460517)
