import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.multiplicity import holm, p_beyond, p_of_interval

PS = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def candidate(variance: float, degrees: float | None = None) -> Candidate:
    return Candidate(method=Method.TIME, variance=variance, degrees=degrees)


@given(PS)
def test_adjusting_raises_and_keeps_the_order(p: list[float]) -> None:
    adjusted = np.array(holm(p))
    assert (adjusted >= np.array(p)).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


def test_the_smallest_pays_for_the_whole_family() -> None:
    assert holm([0.5, 0.001, 0.9])[1] == pytest.approx(0.003)


def test_no_family_no_p() -> None:
    assert holm([]) == ()


def test_the_widest_candidate_has_the_largest_p() -> None:
    alone = p_beyond(2.0, 0.0, [candidate(1.0)])
    assert alone == pytest.approx(0.02275, abs=1e-5)
    assert p_beyond(2.0, 0.0, [candidate(1.0), candidate(0.01), candidate(1.0, 3)]) > alone


def test_at_the_bound_nothing_is_proved() -> None:
    assert p_beyond(0.2, 0.2, [candidate(1.0, 5)]) == pytest.approx(0.5)


def test_what_does_not_vary_is_certain() -> None:
    assert p_beyond(0.3, 0.2, [candidate(0.0, 5)]) == 0.0
    assert p_beyond(0.2, 0.2, [candidate(0.0, 5)]) == 1.0


def test_the_p_of_an_interval_is_the_alpha_at_which_it_reaches_the_bound() -> None:
    """Of a normal estimate of 2 with a standard error of 1: the same as from its variance."""

    def low(alpha: float) -> float:
        return 2.0 + float(ndtri(alpha))

    for bound in (-1.0, 0.0, 1.5):
        assert p_of_interval(low, bound) == pytest.approx(p_beyond(2.0, bound, [candidate(1.0)]), rel=1e-3)
    assert p_of_interval(low, 2.1) == 1.0
    assert p_of_interval(low, -50.0) == pytest.approx(0, abs=1e-11)
    assert p_of_interval(lambda _: None, 0.0) == 1.0
