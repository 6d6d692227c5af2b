"""Clipping: a window before the deploy that reaches back over the first sample begins where the data do."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.series import Content, Reading, Series
from canary_guard.model.window import Grid, Period, Windows


def clipped(windows: Windows, readings: Sequence[Reading]) -> tuple[Windows, tuple[Reading, ...]]:
    """The same with the window before cut to the edges from the first sample of any series on.

    Before that sample nothing is known, which is no gap in what is known. A window without any sample stays whole: that
    is want of data, not a younger service.
    """
    before = windows.before
    own = [reading for reading in readings if reading.query.period is Period.BEFORE]
    if before is None:
        return windows, tuple(readings)
    begin = min((_first(reading, one, before) for reading in own for one in reading.series), default=before.intervals)
    if not 0 < begin < before.intervals:
        return windows, tuple(readings)
    grid = Grid(start=before.edges[begin], end=before.end, step=before.step)
    note = (
        f"the window before the deploy has only {grid.intervals} of {before.intervals} intervals: "
        "the source has nothing before them"
    )
    cut = tuple(one if one.query.period is Period.AFTER else _cut(one, begin, grid) for one in readings)
    return replace(windows, before=grid, notes=(*windows.notes, note)), cut


def _first(reading: Reading, series: Series, grid: Grid) -> int:
    """The first edge at which a series has something; the grid's length if it has nothing."""
    if reading.content is Content.LEVEL and not series.values.any():
        return grid.intervals  # a target that is listed, but was never up
    gone = set(series.missing)
    return next((index for index in range(len(series.values)) if index not in gone), grid.intervals)


def _cut(reading: Reading, begin: int, grid: Grid) -> Reading:
    series = tuple(
        replace(
            one,
            values=frozen(np.array(one.values[begin:])),
            missing=tuple(index - begin for index in one.missing if index >= begin),
        )
        for one in reading.series
    )
    return replace(reading, query=replace(reading.query, grid=grid), series=series)
