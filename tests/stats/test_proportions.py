import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.stats.proportions import newcombe, proportion_variance, wilson


def test_wilson_of_a_known_case() -> None:
    """Newcombe 1998, Stat. Med. 17, 857: 81/263 at 95 % is 0.2553 to 0.3662 (score)."""
    low, high = wilson(events=81, trials=263, alpha=0.025)
    assert (low, high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.floats(0, 1), st.floats(1, 1e9), st.sampled_from([0.001, 0.01, 0.05]))
def test_wilson_holds_the_proportion_inside_0_and_1(share: float, trials: float, alpha: float) -> None:
    low, high = wilson(events=share * trials, trials=trials, alpha=alpha)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_more_events_than_trials_is_all_of_them() -> None:
    assert wilson(events=10.05, trials=10, alpha=0.01) == wilson(events=10, trials=10, alpha=0.01)


def test_swapping_the_arms_negates_newcombe() -> None:
    one = newcombe(events_baseline=3, trials_baseline=10, events_canary=9, trials_canary=10, alpha=0.01)
    other = newcombe(events_baseline=9, trials_baseline=10, events_canary=3, trials_canary=10, alpha=0.01)
    assert one.low is not None
    assert one.high is not None
    assert other.high == pytest.approx(-one.low)
    assert other.low == pytest.approx(-one.high)


def test_a_proportion_of_0_still_varies() -> None:
    assert proportion_variance(events=0, trials=100) == pytest.approx((2 / 104) * (102 / 104) / 100)
