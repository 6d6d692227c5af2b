from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from canary_guard.model.measurement import Increments, Missing
from canary_guard.stats.lookups import third
from tests.builders import increments

Rows = Sequence[Sequence[float | None]]


def derived(*asked: str, **signals: Rows) -> Mapping[str, Increments | Missing]:
    found = {key: increments(rows) for key, rows in signals.items()}
    return third(found, {*found, *asked}, side="the canary")


def shown(found: Increments | Missing) -> list[list[float | None]]:
    assert isinstance(found, Increments)
    return [
        [value if seen else None for value, seen in zip(values, seens, strict=True)]
        for values, seens in zip(found.values.tolist(), found.seen.tolist(), strict=True)
    ]


def test_lookups_are_hits_and_misses() -> None:
    found = derived(hits=[[9, 8, None], [5, 5, 5]], misses=[[1, None, 3], [0, 1, 2]])
    assert list(found) == ["lookups"]
    assert shown(found["lookups"]) == [[10, None, None], [5, 6, 7]]


@pytest.mark.parametrize(("part", "rest"), [("hits", "misses"), ("misses", "hits")])
def test_a_part_is_what_the_other_leaves(part: str, rest: str) -> None:
    found = derived(lookups=[[10, 10, 10, None]], **{part: [[9, None, 10, 1]]})
    assert list(found) == [rest]
    assert shown(found[rest]) == [[1, None, 0, None]]


def test_a_part_that_runs_a_little_ahead_is_made_good() -> None:
    found = derived(lookups=[[100, 100, 100]], hits=[[101, 98, 95]])
    assert shown(found["misses"]) == [[0, 1, 5]]


@pytest.mark.parametrize(("ahead", "known"), [(1.9, True), (2.1, False)])
def test_two_lookups_ahead_are_a_scrape_of_one_counter_after_the_other_whatever_the_traffic(
    ahead: float, known: bool
) -> None:
    found = derived(lookups=[[1e-6, 0, 0]], hits=[[ahead, 0, 0]])["misses"]
    assert isinstance(found, Missing) is not known


@pytest.mark.parametrize("hits", [[110, 110, 110], [100, 107, 0], [106, 0, 0]])
def test_more_of_a_part_than_of_the_whole_is_a_contradiction(hits: list[float]) -> None:
    found = derived(lookups=[[100, 100, 100]], hits=[hits])
    assert isinstance(found["misses"], Missing)
    assert found["misses"].reason.startswith("more hits than lookups for the canary: ")


def test_units_are_held_against_themselves() -> None:
    found = derived(lookups=[[100, 100], [1000, 1000]], misses=[[110, 110], [0, 0]])
    assert isinstance(found["hits"], Missing)


def test_nothing_is_told_from_one_or_beside_what_was_asked() -> None:
    assert derived(hits=[[1]]) == {}
    assert derived(hits=[[1]], misses=[[1]], lookups=[[3]]) == {}
    assert derived("lookups", hits=[[1]], misses=[[1]]) == {}


def test_signals_with_other_units_are_taken_as_one() -> None:
    by_unit = increments([[1, 2, None], [3, None, 4]], units=("a", "b"))
    gone = np.array([[True, True, False], [True, True, True]])
    by_unit = Increments(units=by_unit.units, values=by_unit.values, seen=by_unit.seen, alive=gone)
    summed = increments([[10, 10, 10]], units=("",))
    found = third({"hits": by_unit, "misses": summed}, {"hits", "misses"}, side="the canary")["lookups"]
    assert isinstance(found, Increments)
    assert found.units == ("",)
    assert shown(found) == [[14, None, 14]]
