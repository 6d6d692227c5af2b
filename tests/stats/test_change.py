import math

import numpy as np
import pytest

from canary_guard.model.arrays import FloatArray
from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.change import UNTOLD, Change, Floor, ends_of, sound, spread_of
from canary_guard.stats.ends import Ends
from canary_guard.stats.refusal import Refusal

TIME = Candidate(method=Method.TIME, variance=1.0, degrees=None)


def floor(low: float | None, high: float | None, *, variance: float | None = None) -> Floor:
    return Floor(method=Method.EXACT, ends=lambda _: Ends(low=low, high=high), variance=variance)


def change(point: float | None = 0.0, *, spread: tuple[Candidate, ...] = (TIME,), **fields: object) -> Change:
    return Change(point=point, spread=spread, events_baseline=1, events_canary=1, **fields)  # type: ignore[arg-type]


def test_a_spread_alone_is_symmetric() -> None:
    ends, method = ends_of(change(2.0), 0.025)
    assert ends.low is not None
    assert (ends.low + (ends.high or 0)) / 2 == pytest.approx(2.0)
    assert method is Method.TIME


def test_a_narrower_floor_changes_nothing() -> None:
    assert ends_of(change(floor=floor(-1, 1)), 0.01) == ends_of(change(), 0.01)


def test_a_floor_replaces_the_end_where_it_is_wider() -> None:
    ends, method = ends_of(change(floor=floor(-1, 9)), 0.01)
    assert ends.low == ends_of(change(), 0.01)[0].low
    assert (ends.high, method) == (9, Method.EXACT)


def test_a_floor_alone_is_the_interval() -> None:
    assert ends_of(change(None, spread=(), floor=floor(1, None)), 0.01) == (Ends(low=1, high=None), Method.EXACT)


def test_nothing_known_is_unbounded() -> None:
    assert ends_of(change(spread=()), 0.01)[0] == Ends(low=None, high=None)


def test_a_difference_of_proportions_stays_inside_its_limit() -> None:
    ends, _ = ends_of(change(0.9, limit=1.0), 0.01)
    assert ends.high == 1.0
    assert ends.low == pytest.approx(0.9 - 2.3263, abs=1e-4) or ends.low == -1.0


def test_counting_noise_stands_last_among_the_candidates() -> None:
    found = change(floor=floor(-1, 1, variance=0.5)).candidates
    assert found == (TIME, Candidate(method=Method.EXACT, variance=0.5, degrees=None))
    assert change(floor=floor(-1, 1)).candidates == (TIME,)


def steady(offsets: list[float], seed: int) -> FloatArray:
    noise = np.random.default_rng(seed).standard_normal((len(offsets), 40))
    values: FloatArray = 0.01 * noise + np.array(offsets)[:, np.newaxis]
    return values


def test_a_change_without_a_number_is_refused_unless_it_is_thin() -> None:
    assert sound(change(None, thin=True)) == change(None, thin=True)
    assert sound(change()) == change()
    for broken in (
        change(None),
        change(math.nan),
        change(math.inf, thin=True),
        change(spread=(Candidate(method=Method.TIME, variance=math.inf, degrees=3),)),
    ):
        assert isinstance(sound(broken), Refusal)


@pytest.mark.parametrize("paired", [True, False])
def test_pods_that_differ_are_a_candidate(paired: bool) -> None:
    ones = np.ones(3)
    arm = steady([1.0, -1.0, 0.0], 1)
    spread, alike, notes = spread_of(
        baseline=arm, weights_baseline=ones, canary=arm, weights_canary=ones, paired=paired
    )
    assert [candidate.method for candidate in spread] == [Method.TIME, Method.UNITS]
    assert (alike, notes) == (None, ())


def test_pods_that_look_alike_are_set_aside_unless_unpaired() -> None:
    ones = np.ones(3)
    arms = steady([0.0] * 3, 2), steady([0.0] * 3, 3)
    spread, alike, _ = spread_of(
        baseline=arms[0], weights_baseline=ones, canary=arms[1], weights_canary=ones, paired=True
    )
    assert [candidate.method for candidate in spread] == [Method.TIME]
    assert alike is not None
    unpaired, none_aside, _ = spread_of(
        baseline=arms[0], weights_baseline=ones, canary=arms[1], weights_canary=ones, paired=False
    )
    assert len(unpaired) == 2
    assert none_aside is None


def test_one_pod_against_one_is_said() -> None:
    one = np.ones(1)
    _, _, notes = spread_of(
        baseline=steady([0.0], 1), weights_baseline=one, canary=steady([0.0], 2), weights_canary=one, paired=True
    )
    assert notes == (UNTOLD,)
