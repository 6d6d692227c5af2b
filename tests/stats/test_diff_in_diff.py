import pytest

from canary_guard.model.estimate import Candidate, Method, Undetermined
from canary_guard.stats.change import UNTOLD, Change, Floor
from canary_guard.stats.diff_in_diff import diff_in_diff
from canary_guard.stats.ends import Ends
from canary_guard.stats.refusal import Refusal

TIME = Candidate(method=Method.TIME, variance=0.02, degrees=7)
UNITS = Candidate(method=Method.UNITS, variance=0.5, degrees=3)
COUNTS = Candidate(method=Method.COUNTS, variance=0.04, degrees=None)
EXACT = Floor(method=Method.EXACT, ends=lambda _: Ends(low=-1, high=1), variance=0.01)


def change(
    point: float | None,
    *spread: Candidate,
    floor: Floor | None = None,
    alike: Candidate | None = None,
    thin: bool = False,
) -> Change:
    return Change(point=point, spread=spread, floor=floor, alike=alike, thin=thin, events_baseline=30, events_canary=50)


def test_the_later_change_beyond_the_earlier_one() -> None:
    found = diff_in_diff(before=change(0.2, TIME), after=change(0.5, TIME))
    assert isinstance(found, Change)
    assert found.point == pytest.approx(0.3)
    (time,) = found.spread
    assert time.method is Method.TIME
    assert time.variance == pytest.approx(0.04)
    assert time.degrees == pytest.approx(14)
    assert found.notes == (UNTOLD,)
    assert (found.events_baseline, found.events_canary) == (30, 50)


def test_counting_noise_of_all_four_cells() -> None:
    found = diff_in_diff(before=change(0.2, TIME, floor=EXACT), after=change(0.5, TIME, COUNTS))
    assert isinstance(found, Change)
    assert found.spread[-1] == Candidate(method=Method.COUNTS, variance=0.05, degrees=None)


def test_a_candidate_of_one_period_alone_does_not_count() -> None:
    found = diff_in_diff(before=change(0.2, TIME), after=change(0.5, TIME, UNITS))
    assert isinstance(found, Change)
    assert [candidate.method for candidate in found.spread] == [Method.TIME]


def test_pods_set_aside_in_one_period_come_back_with_the_other() -> None:
    small = Candidate(method=Method.UNITS, variance=0.01, degrees=3)
    found = diff_in_diff(before=change(0.2, TIME, alike=small), after=change(0.5, TIME, UNITS))
    assert isinstance(found, Change)
    assert [candidate.method for candidate in found.spread] == [Method.TIME, Method.UNITS]
    assert found.spread[1].variance == pytest.approx(0.51)
    assert found.notes == ()


def test_pods_that_look_alike_over_both_periods_are_set_aside() -> None:
    small = Candidate(method=Method.UNITS, variance=0.01, degrees=3)
    found = diff_in_diff(before=change(0.2, TIME, alike=small), after=change(0.5, TIME, alike=small))
    assert isinstance(found, Change)
    assert [candidate.method for candidate in found.spread] == [Method.TIME]
    assert found.alike is not None


def test_a_period_without_an_estimate_says_which() -> None:
    nothing = Refusal(reason="no lookups in the canary", undetermined=Undetermined.EXPOSURE)
    before = diff_in_diff(before=nothing, after=change(0.5, TIME))
    after = diff_in_diff(before=change(0.5, TIME), after=nothing)
    assert isinstance(before, Refusal)
    assert isinstance(after, Refusal)
    assert before.reason == "before the deploy: no lookups in the canary"
    assert after.reason == "after the deploy: no lookups in the canary"


def test_thin_data_have_no_difference() -> None:
    found = diff_in_diff(before=change(0.2, TIME), after=change(0.5, floor=EXACT, thin=True))
    assert isinstance(found, Refusal)
    assert found.reason == "after the deploy: too few events in one arm"


def test_quantiles_have_none() -> None:
    mover = Floor(method=Method.MOVER, ends=lambda _: Ends(low=-1, high=1))
    assert isinstance(diff_in_diff(before=change(0.2, floor=mover), after=change(0.5, floor=mover)), Refusal)
