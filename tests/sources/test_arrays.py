"""Arrays as a source's answers: labels, gaps, buckets and the signals that they stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from canary_guard.model.series import Content, Reading
from canary_guard.model.window import Arm, Period
from canary_guard.sources.arrays import arm_blocks, intervals_of, readings_of, section, signals_of
from tests.builders import a_grid, a_plan

COUNTS = [[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]]


def read(canary: dict[str, Any]) -> dict[str, Reading]:
    blocks = list(arm_blocks("canary", Arm.CANARY, canary))
    plan = replace(a_plan(), strata="pattern")
    found = readings_of(blocks, plan, Period.AFTER, a_grid(intervals=intervals_of(blocks)))
    return {one.query.key: one for one in found}


def test_each_pod_is_a_series_of_increases_and_nan_is_missing() -> None:
    (reading,) = read({"misses": COUNTS}).values()
    assert (reading.content, reading.split) == (Content.INCREASE, ("pod",))
    assert [(one.arm, one.labels, one.values.tolist(), one.missing) for one in reading.series] == [
        (Arm.CANARY, ("canary-1",), [1, 2, 3], ()),
        (Arm.CANARY, ("canary-2",), [4, 0, 6], (1,)),
    ]


@pytest.mark.parametrize("wrong", [-1.0, np.inf, -np.inf, 2e18])
def test_what_no_counter_counts_is_a_gap_that_is_told(wrong: float) -> None:
    (reading,) = read({"misses": [[1.0, wrong]]}).values()
    (series,) = reading.series
    assert (series.missing, series.unusable, series.values.tolist()) == ((1,), 1, [1, 0])


def test_pods_sort_by_number() -> None:
    (reading,) = read({"misses": np.ones((11, 2))}).values()
    labels = [one.labels for one in reading.series]
    assert labels == sorted(labels)


def test_the_callers_array_is_not_touched() -> None:
    given = np.array([[1.0, -1.0]])
    read({"misses": given})
    assert given.tolist() == [[1, -1]]
    given[0, 0] = 7  # and stays the caller's to write to


def test_a_histogram_is_read_cumulative_with_its_count() -> None:
    found = read({"miss_latency": {"sum": [[1.0, 2.0]], "counts": [[[1, 2, 3], [4, np.nan, 6]]], "bounds": [0.1, 0.5]}})
    assert list(found) == ["miss_latency_bucket", "miss_latency_count", "miss_latency_sum"]
    assert [(one.labels[1], one.values.tolist(), one.missing) for one in found["miss_latency_bucket"].series] == [
        ("0.1", [1, 0], (1,)),
        ("0.5", [3, 0], (1,)),
        ("inf", [6, 0], (1,)),
    ]
    (count,) = found["miss_latency_count"].series
    assert (count.values.tolist(), count.missing) == ([6, 0], (1,))


def test_the_last_bound_may_be_infinite() -> None:
    counts = {"sum": [[1.0]], "counts": [[[1, 2]]]}
    assert read({"miss_latency": {**counts, "bounds": [0.1, np.inf]}}) == read(
        {"miss_latency": {**counts, "bounds": [0.1]}}
    )


def test_no_quantile_of_hits_is_asked_for() -> None:
    assert list(read({"hit_latency": {"sum": [[1.0]], "counts": [[[1, 2]]], "bounds": [0.1]}})) == [
        "hit_latency_count",
        "hit_latency_sum",
    ]


def test_strata_are_by_pattern_and_by_pod_where_they_are_given_so() -> None:
    timed = {"sum": [0.5], "count": [2]}
    by_pattern = read({"strata": {"a": {"hits": [1], "misses": [2], "miss_latency": timed}}})
    assert [(key, one.split, one.query.stratum) for key, one in by_pattern.items()] == [
        (f"{key} by stratum", ("pattern",), "pattern")
        for key in ("hits", "miss_latency_count", "miss_latency_sum", "misses")
    ]
    by_pod = read({"strata": {"a": {"hits": [[1]], "misses": [[2]]}}})["hits by stratum"]
    assert (by_pod.split, by_pod.series[0].labels) == (("pod", "pattern"), ("canary-1", "a"))


def test_signals_are_named_as_a_configuration_writes_them() -> None:
    mean = {"sum": [[1.0]], "count": [[2]]}
    histogram = {"sum": [[1.0]], "counts": [[[1, 2]]], "bounds": [0.1]}
    arrays = {
        "hits": [[1]],
        "miss_latency": histogram,
        "hit_latency": mean,
        "strata": {"a": {"hits": [1], "misses": [1]}},
    }
    blocks = [*arm_blocks("canary", Arm.CANARY, arrays), *arm_blocks("baseline", Arm.BASELINE, {"miss_latency": mean})]
    assert signals_of(blocks) == {
        "hits": {"counter": "hits"},
        "miss_latency": {"histogram": "miss_latency"},
        "hit_latency": {"summary": "hit_latency"},
    }


def test_a_section_has_known_keys() -> None:
    assert section("before", {"a": 1}, ("a", "b")) == {"a": 1}
    with pytest.raises(ValueError, match="before: unknown key 'c'; there are a, b"):
        section("before", {"c": 1}, ("a", "b"))
