import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.stats.ends import (
    Ends,
    change_interval,
    clipped,
    exponential,
    interval,
    logarithm,
    mover,
    number,
    wider,
)

NOTHING = Ends(low=None, high=None)


@given(st.floats())
def test_no_number_of_a_record_is_infinite_or_none_at_all(value: float) -> None:
    for kept in (number(value), interval(value, NOTHING).point, change_interval(value, NOTHING).point):
        assert (kept is None) is not math.isfinite(value)
        assert kept is None or kept == pytest.approx(value, rel=1e-11, abs=1e-12)


def test_twelve_digits_are_kept() -> None:
    assert number(1.23456789012345) == 1.23456789012


def test_what_is_left_of_a_cancellation_is_nothing() -> None:
    assert change_interval(2e-15, Ends(low=-0.0, high=None)) == interval(0.0, Ends(low=0.0, high=None))


def test_there_is_no_negative_zero() -> None:
    assert math.copysign(1, number(-0.0) or 0.0) == 1
    assert str(change_interval(-1e-15, NOTHING).point) == "0.0"


def test_unbounded_is_the_widest() -> None:
    one, other = Ends(low=None, high=2.0), Ends(low=1.0, high=3.0)
    assert wider(one, other) == wider(other, one) == Ends(low=None, high=3.0)


def test_clipping_bounds_nothing_that_was_unbounded() -> None:
    assert clipped(Ends(low=None, high=7.0), -1, 1) == Ends(low=None, high=1.0)


def test_logarithm_and_exponential_of_nothing() -> None:
    assert logarithm(0.0) is None
    assert logarithm(None) is None
    assert exponential(None) is None
    assert exponential(1e6) is None
    assert exponential(logarithm(5.0)) == pytest.approx(5.0)


def test_mover_of_symmetric_intervals_is_the_usual_one() -> None:
    arm = Ends(low=-3.0, high=3.0)
    found = mover(baseline=0.0, baseline_ends=Ends(low=-4.0, high=4.0), canary=0.0, canary_ends=arm)
    assert (found.low, found.high) == (-5.0, 5.0)


def test_mover_needs_the_ends_that_face_each_other() -> None:
    found = mover(
        baseline=0.0, baseline_ends=Ends(low=None, high=4.0), canary=0.0, canary_ends=Ends(low=-3.0, high=3.0)
    )
    assert (found.low, found.high) == (-5.0, None)
