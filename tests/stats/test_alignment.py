from dataclasses import replace

import numpy as np

from canary_guard.model.measurement import Buckets
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import align, align_side, recorded
from tests.builders import a_grid, a_measurement, a_side, increments


def test_a_gap_in_one_signal_drops_the_unit_interval_of_all() -> None:
    side = a_side(a_grid(intervals=3), hits=[[1, 2, 3], [4, 5, 6]], misses=[[1, None, 1], [1, 1, 1]])
    found = align_side(side, ["hits", "misses"])
    assert found.values["hits"].tolist() == [[1, 0, 3], [4, 5, 6]]
    assert found.values["misses"].tolist() == [[1, 0, 1], [1, 1, 1]]
    assert found.at == (0, 1, 2)
    assert found.total("hits") == 19


def test_side_by_side_an_interval_without_units_is_dropped_in_both_arms() -> None:
    measurement = a_measurement(baseline={"hits": [[1, 2, 3, 4]]}, canary={"hits": [[5, None, 7, 8]]})
    found = align(measurement, ["hits"])
    assert found.paired
    assert found.baseline.values["hits"].tolist() == [[1, 3, 4]]
    assert found.canary.values["hits"].tolist() == [[5, 7, 8]]
    assert found.canary.at == (0, 2, 3)


def test_before_and_after_are_cut_window_by_window() -> None:
    measurement = a_measurement(
        baseline={"hits": [[1, 2, 3, 4]]}, canary={"hits": [[5, None, 7]]}, comparison=Comparison.BEFORE_AFTER
    )
    found = align(measurement, ["hits"])
    assert not found.paired
    assert (found.baseline.intervals, found.canary.intervals, found.intervals) == (4, 2, 2)


def test_the_last_intervals() -> None:
    side = a_side(a_grid(intervals=4), hits=[[1, None, 3, 4]])
    found = align_side(side, ["hits"]).last(2)
    assert (found.at, found.values["hits"].tolist()) == ((2, 3), [[3, 4]])


def test_signals_of_other_units_become_one_unit() -> None:
    side = a_side(a_grid(intervals=3), hits=[[1, 2, None], [4, None, None]])
    shared = increments([[7, 8, 9]], units=[""])
    side = replace(side, signals={**side.signals, "evictions": shared})
    found = align_side(side, ["hits", "evictions"])
    assert found.at == (0,)
    assert found.values["hits"].tolist() == [[5]]
    assert found.values["evictions"].tolist() == [[7]]


def test_a_unit_that_was_not_there_does_not_spoil_the_whole() -> None:
    side = a_side(a_grid(intervals=2), hits=[[1, 2], [4, None]])
    hits = side.signals["hits"]
    side = replace(
        side, signals={"hits": replace(hits, alive=hits.seen), "evictions": increments([[7, 8]], units=[""])}
    )
    assert align_side(side, ["hits", "evictions"]).values["hits"].tolist() == [[5, 2]]


def test_a_histogram_is_found_and_cut_like_a_signal() -> None:
    seen = np.array([[True, False]])
    buckets = Buckets(
        units=("a",), bounds=(0.1,), values=np.array([[[1.0, 2.0], [3.0, 4.0]]]), seen=seen, alive=np.ones_like(seen)
    )
    side = replace(a_side(a_grid(intervals=2)), buckets={"miss_latency": buckets})
    assert recorded(side, "miss_latency_bucket") is buckets
    assert recorded(side, "misses") is None
    assert align_side(side, ["miss_latency_bucket"]).values["miss_latency_bucket"].tolist() == [[[1.0, 2.0]]]
