from dataclasses import replace

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.measurement import Buckets, ByStratum, Side
from canary_guard.stats.trimming import between, parts
from tests.builders import START, STEP, a_grid, a_side

GRID = a_grid(intervals=5)


def whole() -> Side:
    seen = np.array([[True, True, False, True, True]])
    side = a_side(GRID, misses=[[0.0, 1.0, None, 3.0, 4.0]])
    buckets = Buckets(
        units=("a",), bounds=(0.1,), values=frozen(np.arange(10.0).reshape(1, 5, 2)), seen=seen, alive=seen
    )
    strata = ByStratum(strata=("x",), values=frozen(np.arange(5.0)[np.newaxis]), seen=seen[0])
    return replace(side, buckets={"miss_latency": buckets}, strata={"misses": strata})


def test_everything_is_cut_alike() -> None:
    found = between(whole(), 1, 4)
    assert (found.grid.start, found.grid.end) == (START + STEP, START + 4 * STEP)
    assert found.signals["misses"].values.tolist() == [[1.0, 0.0, 3.0]]
    assert found.signals["misses"].seen.tolist() == [[True, False, True]]
    assert found.signals["misses"].alive.tolist() == [[True, True, True]]
    assert found.buckets["miss_latency"].values.tolist() == [[[2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]]
    assert found.buckets["miss_latency"].seen.shape == found.buckets["miss_latency"].alive.shape == (1, 3)
    assert found.strata["misses"].values.tolist() == [[1.0, 2.0, 3.0]]
    assert found.strata["misses"].seen.tolist() == [True, False, True]


def test_two_parts_are_the_whole() -> None:
    first, second = parts(whole())
    assert (first.grid.intervals, second.grid.intervals) == (2, 3)
    assert first.grid.end == second.grid.start
