import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from canary_guard.stats.increments import Counts, given_increases, increments, together

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "statistics_vectors.json").read_text())["vectors"]
INCREMENTS = [vector for vector in VECTORS if vector["kind"] == "increments"]

Rows = Sequence[Sequence[float | None]]


def counted(
    rows: Rows, *, unit: Sequence[Sequence[int]] | None = None, from_zero: bool = True, alive: bool = True
) -> Counts:
    present = np.array([[value is not None for value in row] for row in rows])
    return increments(
        np.array([[value or 0.0 for value in row] for row in rows], dtype=float),
        present,
        unit_present=present if unit is None else np.array(unit, dtype=bool),
        from_zero=np.full(len(rows), from_zero),
        alive=np.full((len(rows), len(rows[0]) - 1), alive),
    )


def shown(counts: Counts) -> list[list[float | None]]:
    return [
        [value if seen else None for value, seen in zip(*row, strict=True)]
        for row in zip(counts.values.tolist(), counts.seen.tolist(), strict=True)
    ]


@pytest.mark.parametrize("vector", INCREMENTS, ids=[vector["id"] for vector in INCREMENTS])
def test_vectors(vector: dict[str, Any]) -> None:
    counts = counted([vector["given"]["samples"]])
    assert shown(counts) == [vector["expect"]["increments"]]
    assert counts.fell.sum() == vector["expect"]["resets"]


def test_there_are_vectors() -> None:
    assert len(INCREMENTS) == 5


def test_units_are_counted_apart() -> None:
    assert shown(counted([[1, 4, 2], [10, 10, 11]])) == [[3, 2], [0, 1]]


def test_a_key_that_comes_to_a_unit_that_was_there_counts_from_zero() -> None:
    assert shown(counted([[None, None, 3, 5]], unit=[[1, 1, 1, 1]])) == [[0, 3, 2]]


def test_a_key_that_comes_with_its_unit_is_started_by_its_first_sample() -> None:
    assert shown(counted([[None, None, 3, 5]], unit=[[0, 0, 1, 1]])) == [[None, None, 2]]


def test_a_key_that_comes_while_the_unit_is_dark_is_a_gap() -> None:
    assert shown(counted([[None, None, 3, 5]], unit=[[1, 0, 1, 1]])) == [[None, None, 2]]


def test_a_key_that_comes_and_may_not_be_taken_for_zero_is_a_gap() -> None:
    assert shown(counted([[None, None, 3, 5]], unit=[[1, 1, 1, 1]], from_zero=False)) == [[None, None, 2]]


def test_a_key_that_never_comes_is_zero_where_the_unit_was() -> None:
    assert shown(counted([[None] * 4], unit=[[1, 1, 0, 1]])) == [[0, None, None]]


def test_a_key_that_goes_is_a_gap_and_never_zero_again() -> None:
    counts = counted([[1, 2, None, None, 1, 4]], unit=[[1] * 6])
    assert shown(counts) == [[1, None, None, None, 3]]


def test_nothing_is_counted_outside_of_a_lifetime() -> None:
    counts = counted([[9, 4, 5]], alive=False)
    assert shown(counts) == [[None, None]]
    assert not counts.values.any()
    assert not counts.fell.any()


def test_the_last_bits_of_a_sum_are_no_restart() -> None:
    counts = counted([[1234.5678, 1234.5678 * (1 - 1e-15), 1234.6]])
    assert shown(counts) == [[0, pytest.approx(0.0322)]]
    assert not counts.fell.any()


def test_the_buckets_of_a_histogram_restart_together() -> None:
    # The narrow bucket has passed its old value by the next edge; its fellow shows that it began anew.
    samples = np.array([[[2.0, 100.0], [3.0, 60.0]]])
    present = np.ones((1, 2), dtype=bool)
    counts = increments(
        samples, present, unit_present=present, from_zero=np.ones(1, dtype=bool), alive=np.ones((1, 1), dtype=bool)
    )
    assert counts.values.tolist() == [[[3, 60]]]
    assert counts.fell.tolist() == [[True]]


def increases(rows: Rows, *, unit: Sequence[Sequence[int]], from_zero: bool = True) -> Counts:
    given = np.array([[value is not None for value in row] for row in rows])
    return given_increases(
        np.array([[value or 0.0 for value in row] for row in rows], dtype=float),
        given,
        unit_present=np.array(unit, dtype=bool),
        from_zero=np.full(len(rows), from_zero),
        alive=np.ones_like(given),
    )


def test_increases_are_taken_as_they_are() -> None:
    assert shown(increases([[1.5, None, 2]], unit=[[1, 1, 1, 1]])) == [[1.5, None, 2]]


def test_an_increase_that_never_came_is_zero_where_the_unit_was() -> None:
    assert shown(increases([[None, None, 2]], unit=[[1, 1, 1, 1]])) == [[0, 0, 2]]
    assert shown(increases([[None, None, 2]], unit=[[1, 0, 1, 1]])) == [[None, None, 2]]
    assert shown(increases([[None, None, 2]], unit=[[1, 1, 1, 1]], from_zero=False)) == [[None, None, 2]]


def test_all_rows_as_one_are_seen_where_each_was() -> None:
    counts = together(counted([[1, 4, 2], [0, 1, 2]]))
    assert shown(counts) == [[4, 3]]
    assert counts.fell.tolist() == [[False, True]]
    assert shown(together(counted([[1, 4, 5, 6], [10, None, 11, 12]]))) == [[None, None, 2]]
