from collections.abc import Sequence

import numpy as np
import pytest

from canary_guard.model.series import Series
from canary_guard.model.window import Arm
from canary_guard.sources.merging import Part, merged, part

NAN, INF = float("nan"), float("inf")


def a_part(*row: float | None) -> Part:
    values = np.array([0.0 if value is None else value for value in row])
    return part(values, np.array([value is not None for value in row]))


def one(*rows: Sequence[float | None]) -> Series:
    (series,) = merged({(Arm.CANARY, ("a",)): [a_part(*row) for row in rows]})
    return series


@pytest.mark.parametrize("value", [NAN, INF, -INF, -1.0])
def test_what_is_no_count_is_missing(value: float) -> None:
    series = one([1, value, 3, None])
    assert series.values.tolist() == [1, 0, 3, 0]
    assert (series.missing, series.unusable) == ((1, 3), 1)
    assert not series.values.flags.writeable


def test_parts_are_added_up() -> None:
    series = one([1, 2, 3], [10, 20, 30])
    assert series.values.tolist() == [11, 22, 33]
    assert series.missing == ()


def test_a_part_may_begin_late_and_end_early() -> None:
    assert one([1, 2, 3, 4], [None, 20, None, None]).values.tolist() == [1, 22, 3, 4]


def test_a_part_that_is_missing_in_its_midst_spoils_the_sum() -> None:
    series = one([1, 2, 3, 4], [10, None, 30, None])
    assert series.values.tolist() == [11, 0, 33, 4]
    assert (series.missing, series.unusable) == ((1,), 0)


def test_an_unusable_part_spoils_the_sum_also_at_its_ends() -> None:
    series = one([1, 2, 3], [NAN, 20, NAN])
    assert series.values.tolist() == [0, 22, 0]
    assert (series.missing, series.unusable) == ((0, 2), 2)


def test_a_sum_beyond_all_numbers_is_unusable() -> None:
    series = one([1e308, 1], [1e308, 1])
    assert series.values.tolist() == [0, 2]
    assert (series.missing, series.unusable) == ((0,), 1)


def test_series_are_sorted_by_labels_and_arm() -> None:
    keys = [(Arm.CANARY, ("b",)), (Arm.CANARY, ("a",)), (None, ("b",)), (Arm.BASELINE, ("b",))]
    assert [(series.arm, series.labels) for series in merged({key: [a_part(1)] for key in keys})] == [
        (Arm.CANARY, ("a",)),
        (None, ("b",)),
        (Arm.BASELINE, ("b",)),
        (Arm.CANARY, ("b",)),
    ]
