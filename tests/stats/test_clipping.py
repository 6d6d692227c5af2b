from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.arrays import frozen
from canary_guard.model.series import Content, Failure, Reading, Series
from canary_guard.model.window import Arm, Period, Windows
from canary_guard.stats.clipping import clipped
from tests.builders import START, STEP, a_grid, a_reading

BEFORE = a_grid(intervals=4, start=START - 4 * STEP)
WINDOWS = Windows(after=a_grid(), before=BEFORE, deploy_time=START, scrape_interval=STEP)


def a_series(row: str, level: float = 7.0) -> Series:
    """A `.` is a missing sample."""
    missing = tuple(index for index, sign in enumerate(row) if sign == ".")
    values = np.array([0.0 if sign == "." else level + index for index, sign in enumerate(row)])
    return Series(arm=Arm.BASELINE, labels=("pod",), values=frozen(values), missing=missing)


def before(*rows: str, key: str = "misses") -> Reading:
    reading = a_reading(key)
    query = replace(reading.query, period=Period.BEFORE, grid=BEFORE)
    return replace(reading, query=query, series=tuple(a_series(row) for row in rows))


def test_the_window_begins_with_the_first_sample_of_all() -> None:
    after = a_reading()
    windows, readings = clipped(WINDOWS, (after, before("...##", "..#.#"), before("....#", key="hits")))
    assert windows.before == a_grid(intervals=2, start=START - 2 * STEP)
    assert windows.notes == (
        "the window before the deploy has only 2 of 4 intervals: the source has nothing before them",
    )
    assert readings[0] is after
    assert [reading.query.grid for reading in readings[1:]] == [windows.before] * 2
    assert [one.missing for reading in readings[1:] for one in reading.series] == [(0,), (1,), (0, 1)]
    assert [one.values.tolist() for one in readings[1].series] == [[0.0, 10.0, 11.0], [9.0, 0.0, 11.0]]


def test_it_is_the_same_once_more() -> None:
    once = clipped(WINDOWS, (before("..###"),))
    assert clipped(*once) == once


@pytest.mark.parametrize("rows", [("#####",), ("#..##", "...##"), (), (".....",), ("....#",)])
def test_it_stays_whole_where_there_is_no_such_sample(rows: tuple[str, ...]) -> None:
    readings = (before(*rows),)
    assert clipped(WINDOWS, readings) == (WINDOWS, readings)


def test_a_query_that_failed_says_nothing_of_when_data_began() -> None:
    failed = replace(before(key="hits"), failure=Failure(answer="timeout", advice="Ask again.", unreachable=True))
    windows, readings = clipped(WINDOWS, (before("..###"), failed))
    assert windows.before == readings[1].query.grid == a_grid(intervals=2, start=START - 2 * STEP)
    assert clipped(WINDOWS, (failed,)) == (WINDOWS, (failed,))


def test_a_target_that_was_never_up_says_nothing_of_when_data_began() -> None:
    up = replace(before("#####", key="up"), content=Content.LEVEL)
    down = replace(up, series=(replace(up.series[0], values=frozen(np.zeros(5))),))
    assert clipped(WINDOWS, (before("..###"), up))[0] == WINDOWS
    assert clipped(WINDOWS, (before("..###"), down))[0].before == a_grid(intervals=2, start=START - 2 * STEP)


def test_without_a_window_before_there_is_nothing_to_clip() -> None:
    alone = replace(WINDOWS, before=None)
    readings = (a_reading(),)
    assert clipped(alone, readings) == (alone, readings)
