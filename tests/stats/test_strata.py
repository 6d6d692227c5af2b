import numpy as np
import pytest

from canary_guard.model.estimate import Candidate, Method
from canary_guard.model.recipe import recipe
from canary_guard.stats.change import Change, Floor, ends_of
from canary_guard.stats.difference import difference_of_proportions
from canary_guard.stats.ends import Ends
from canary_guard.stats.strata import Group, groups, one_stratum, pod_variance, pooled, with_pods

TIME = Candidate(method=Method.TIME, variance=0.02, degrees=7)
UNITS = Candidate(method=Method.UNITS, variance=0.5, degrees=3)


def change(*spread: Candidate, thin: bool = False) -> Change:
    return Change(point=0.1, spread=spread, thin=thin, events_baseline=30, events_canary=50)


def test_small_strata_are_pooled_behind_the_others() -> None:
    found = groups(
        ("a", "b", "c", "d"),
        baseline=np.array([900.0, 4.0, 90.0, 3.0]),
        canary=np.array([90.0, 0.0, 10.0, 5.0]),
        min_share=0.01,
    )
    assert found == (
        Group(name="a", members=(0,)),
        Group(name="c", members=(2,)),
        Group(name="other", members=(1, 3)),
    )
    counts = np.arange(8.0).reshape(4, 2)
    assert pooled(counts, found).tolist() == [[0, 1], [4, 5], [8, 10]]


def test_without_small_strata_there_is_no_other() -> None:
    found = groups(("a", "b"), baseline=np.array([5.0, 5.0]), canary=np.array([5.0, 5.0]), min_share=0.01)
    assert [group.name for group in found] == ["a", "b"]


def test_a_stratum_called_other_joins_the_small_ones_if_there_are_any() -> None:
    together = {"baseline": np.array([50.0, 0.5, 49.5]), "canary": np.array([50.0, 0.5, 49.5])}
    found = groups(("a", "b", "other"), **together, min_share=0.01)
    assert found == (Group(name="a", members=(0,)), Group(name="other", members=(1, 2)))
    alone = groups(("a", "other"), baseline=np.array([5.0, 5.0]), canary=np.array([5.0, 5.0]), min_share=0.01)
    assert alone == (Group(name="a", members=(0,)), Group(name="other", members=(1,)))


def test_a_stratum_is_estimated_like_one_pod() -> None:
    found = recipe("hit_rate", cost=None, db_load="db_queries")
    assert found is not None
    baseline = {"hits": np.full(20, 90.0), "misses": np.full(20, 10.0), "lookups": np.full(20, 100.0)}
    canary = {"hits": np.full(20, 50.0), "misses": np.full(20, 50.0), "lookups": np.full(20, 100.0)}
    pair = one_stratum(baseline=baseline, canary=canary, paired=True)
    assert pair.intervals == 20
    ends, _ = ends_of(difference_of_proportions(pair, found), 0.01)
    assert ends.high is not None
    assert ends.high < -0.3


def test_pods_add_what_they_widen_the_total_by() -> None:
    added = pod_variance(change(TIME, UNITS), 0.01)
    widened = Candidate(method=Method.TIME, variance=0.02 + added, degrees=7)
    assert ends_of(change(widened), 0.01)[0].low == pytest.approx(ends_of(change(TIME, UNITS), 0.01)[0].low)


def test_pods_that_widen_nothing_add_nothing() -> None:
    assert pod_variance(change(TIME), 0.01) == pytest.approx(0, abs=1e-12)
    assert pod_variance(change(TIME, UNITS, thin=True), 0.01) == 0.0
    assert pod_variance(change(), 0.01) == 0.0


def test_each_variance_of_a_stratum_grows() -> None:
    floor = Floor(method=Method.COUNTS, ends=lambda _: Ends(low=-1, high=1), variance=0.3)
    stratum = Change(point=0.1, spread=(TIME,), floor=floor, events_baseline=1, events_canary=1)
    found = with_pods(stratum, 2 * 0.0081)
    grown = [candidate.variance for candidate in found.candidates]
    assert grown == pytest.approx([0.02 + 2 * 0.0081, 0.3 + 2 * 0.0081])


def test_a_floor_without_a_variance_stays() -> None:
    floor = Floor(method=Method.EXACT, ends=lambda _: Ends(low=-1, high=1))
    stratum = Change(point=None, floor=floor, thin=True, events_baseline=1, events_canary=1)
    assert with_pods(stratum, 2 * 0.0081) == stratum
