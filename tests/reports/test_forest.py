from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.model.estimate import Interval
from canary_guard.reports.forest import WIDTH, Forest, forest


def row(point: float | None, low: float | None, high: float | None, *, bound: float) -> Forest:
    made = forest(Interval(point=point, low=low, high=high), bound=bound)
    assert made is not None
    return made


def test_harm_is_to_the_right_of_the_bound_for_rises_and_drops_alike() -> None:
    rise = row(log(2), log(1.8), log(2.2), bound=log(1.15))
    drop = row(-0.0107, -0.0127, -0.0087, bound=-0.005)
    for made in (rise, drop):
        assert made.point is not None
        assert made.zero < made.bound < made.low < made.point < made.high


def test_no_change_and_the_bound_are_at_the_same_place_in_every_row() -> None:
    places = {(made.zero, made.bound) for made in (row(0, -1, 1, bound=bound) for bound in (0.5, -0.005, 2.0))}
    assert len(places) == 1


def test_a_change_inside_its_bound_ends_before_it() -> None:
    made = row(0.01, -0.05, 0.08, bound=log(1.15))
    assert made.low < made.zero < made.high < made.bound


def test_an_interval_that_goes_on_has_an_arrow() -> None:
    open_ended = row(None, 0.3, None, bound=0.1)
    assert (open_ended.low_beyond, open_ended.high_beyond, open_ended.point) == (False, True, None)
    far = row(-100, -200, 50, bound=1)
    assert (far.low_beyond, far.high_beyond, far.point) == (True, True, None)
    mirrored = row(None, None, 0.4, bound=-0.1)
    assert (mirrored.low_beyond, mirrored.high_beyond) == (True, True)


@pytest.mark.parametrize("bound", [0.0, -0.0])
def test_a_bound_of_nothing_has_no_picture(bound: float) -> None:
    assert forest(Interval(point=1, low=0, high=2), bound=bound) is None


def test_nothing_known_has_no_picture() -> None:
    assert forest(Interval(point=None, low=None, high=None), bound=1) is None


ends = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@given(point=ends, low=ends, high=ends, bound=st.floats(allow_nan=False, allow_infinity=False))
def test_every_mark_is_inside_the_picture(
    point: float | None, low: float | None, high: float | None, bound: float
) -> None:
    made = forest(Interval(point=point, low=low, high=high), bound=bound)
    if made is not None:
        marks = (made.low, made.high, made.zero, made.bound, made.zero if made.point is None else made.point)
        assert all(0 <= mark <= WIDTH for mark in marks)
