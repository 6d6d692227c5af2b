import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.series import Content
from canary_guard.stats.samples import BucketError, Samples, anything, at_edges, sampled, units_at
from tests.builders import a_plan
from tests.readings import grid, reading, the_arms

NAN = float("nan")


def of_baseline(
    rows: Mapping[str, Sequence[float | None]],
    *,
    split: tuple[str, ...] = ("pod",),
    content: Content = Content.CUMULATIVE,
) -> Samples:
    given = reading("hits", rows, split=split, content=content)
    place, _ = the_arms(a_plan(), given.query.grid)
    return sampled(given, place, units_at(place, [given]))


def test_rows_are_units_in_order_and_columns_edges() -> None:
    samples = of_baseline({"stable b": [1, None, 3], "stable a": [4, 5, NAN], "canary x": [7, 8, 9]})
    assert samples.values.tolist() == [[4, 5, 0], [1, 0, 3]]
    assert samples.given.tolist() == [[True, True, False], [True, False, True]]
    assert samples.sound.tolist() == [False, True]
    assert samples.present is samples.given


def test_increases_are_there_at_both_ends() -> None:
    samples = of_baseline({"stable a": [1, None, None, 4]}, content=Content.INCREASE)
    assert samples.increases
    assert samples.given.tolist() == [[True, False, False, True]]
    assert samples.present.tolist() == [[True, True, False, True, True]]


def test_series_of_one_unit_add_up() -> None:
    given = reading("hits", {"stable a": [1, 2, None]})
    twice = reading("hits", {"stable a": [10, None, None]})
    both = replace(given, series=given.series + twice.series)
    place, _ = the_arms(a_plan(), grid(2))
    samples = sampled(both, place, units_at(place, [both]))
    assert samples.values.tolist() == [[11, 2, 0]]
    assert samples.given.tolist() == [[True, True, False]]


def test_what_no_counter_reaches_is_unusable() -> None:
    samples = of_baseline({"stable a": [1, 1e19, 3]})
    assert samples.given.tolist() == [[True, False, True]]
    assert samples.values.tolist() == [[1, 0, 3]]
    assert samples.sound.tolist() == [False]


def test_buckets_are_sorted_by_their_bounds() -> None:
    rows = {"stable a +Inf": [3, 6], "stable a 0.5": [1, 2], "stable a 1e1": [2, 4]}
    samples = of_baseline(rows, split=("pod", "le"))
    assert samples.bounds == (0.5, 10, math.inf)
    assert samples.values.tolist() == [[[1, 2, 3], [2, 4, 6]]]


def test_one_bound_may_be_written_in_two_ways() -> None:
    rows = {"stable a +Inf": [3, 6], "stable a 1": [1, 2], "stable a 1.0": [1, 1]}
    samples = of_baseline(rows, split=("pod", "le"))
    assert samples.bounds == (1, math.inf)
    assert samples.values.tolist() == [[[2, 3], [3, 6]]]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({"stable a 0.5": [1, 2]}, "no bucket"),
        ({"stable a x": [1, 2], "stable a +Inf": [1, 2]}, 'le="x"'),
        ({"stable a NaN": [1, 2], "stable a +Inf": [1, 2]}, 'le="NaN"'),
        ({"stable a 1": [1, 2], "stable a +Inf": [1, 2], "stable b +Inf": [1, 2]}, "differ between units"),
        ({"stable a 1": [1, 2], "stable a 2": [1, None], "stable a +Inf": [1, 2]}, "changed within the window"),
    ],
)
def test_buckets_that_do_not_fit_are_refused(rows: dict[str, list[float | None]], says: str) -> None:
    with pytest.raises(BucketError, match=says):
        of_baseline(rows, split=("pod", "le"))


def test_an_unusable_sample_is_no_other_layout() -> None:
    rows: dict[str, list[float | None]] = {"stable a 1": [1, NAN, 3], "stable a +Inf": [1, 2, 3]}
    samples = of_baseline(rows, split=("pod", "le"))
    assert samples.given.tolist() == [[True, False, True]]


def test_anything_is_there_where_any_key_is() -> None:
    one = of_baseline({"stable a": [1, None, None]})
    other = of_baseline({"stable a": [None, None, 1]})
    assert anything({"one": one, "other": other}, units=1, edges=3).tolist() == [[True, False, True]]
    assert anything({}, units=2, edges=3).shape == (2, 3)


def test_edges_of_intervals() -> None:
    assert at_edges(np.array([False, True, False])).tolist() == [False, True, True, False]
