"""Readings for tests, written as rows of numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.series import Content, Failure, Reading, Series, SeriesQuery
from canary_guard.model.signal import Scope
from canary_guard.model.window import Arm, Grid, Period, View, Windows
from canary_guard.stats.places import Place, places
from tests.builders import START, STEP, a_selection, equal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canary_guard.model.plan import Plan

METRICS = {
    "hits": ("cache_requests_total", (equal("result", "hit"),)),
    "misses": ("cache_requests_total", (equal("result", "miss"),)),
}
ARMS = {"stable": Arm.BASELINE, "canary": Arm.CANARY, "": None}


def grid(intervals: int, period: Period = Period.AFTER) -> Grid:
    """The window after the deploy begins at START; the one before ends there."""
    start = START if period is Period.AFTER else START - intervals * STEP
    return Grid(start=start, end=start + intervals * STEP, step=STEP)


def windows(intervals: int, *, before: int | None = None) -> Windows:
    return Windows(
        after=grid(intervals),
        before=None if before is None else grid(before, Period.BEFORE),
        deploy_time=START,
        scrape_interval=STEP,
    )


def the_arms(plan: Plan, window: Grid) -> tuple[Place, Place]:
    """Both arms over the same window."""
    found = places(plan, Windows(after=window, before=None, deploy_time=None, scrape_interval=STEP), View.ARMS)
    assert found is not None
    return found


def reading(
    key: str,
    rows: Mapping[str, Sequence[float | None]],
    *,
    period: Period = Period.AFTER,
    content: Content = Content.CUMULATIVE,
    scope: Scope = Scope.ARM,
    split: tuple[str, ...] | None = None,
    signal: str | None = None,
    intervals: int | None = None,
    failure: Failure | None = None,
    summed: bool = False,
) -> Reading:
    """One answer: rows by `arm pod` (`stable a`), `arm pod le`, or what the split says.

    None is an edge without a sample, NaN one with an unusable sample. `misses` and `hits` are read from one metric.
    """
    metric, where = METRICS.get(key, (f"{key}_total", ()))
    split = (("pod",) if scope is Scope.ARM else ()) if split is None else split
    columns = len(next(iter(rows.values()))) if rows else (intervals or 0) + 1
    query = SeriesQuery(
        key=key,
        signal=signal or key,
        metric=metric,
        content=Content.CUMULATIVE if summed else content,
        where=where,
        scope=scope,
        select=replace(a_selection(), shared=(equal("instance", "redis-1"),)),
        split=("pod", *split) if summed else split,
        period=period,
        grid=grid(columns - (content is not Content.INCREASE), period),
        reach=2 * STEP,
    )
    return Reading(
        query=query,
        text=f"sum by (pod) (last_over_time({metric}[29999ms]))",
        where="http://prometheus",
        series=tuple(series(name, row) for name, row in rows.items()),
        content=content,
        split=split,
        failure=failure,
        summed_by_server=summed,
    )


def by_pattern(
    key: str, rows: Mapping[str, Sequence[float | None]], *, summed: bool = False, **options: object
) -> Reading:
    """The answer split by key pattern: rows by `arm pod pattern`, or `arm pattern` where the server summed them."""
    found = reading(
        key,
        rows,
        split=("key_pattern",) if summed else ("pod", "key_pattern"),
        content=Content.INCREASE if summed else Content.CUMULATIVE,
        summed=summed,
        **options,  # type: ignore[arg-type] # tests name the options of a reading
    )
    return replace(found, query=replace(found.query, key=f"{key} by stratum", stratum="key_pattern"))


def series(name: str, row: Sequence[float | None]) -> Series:
    arm, *labels = name.split(" ")
    missing = [index for index, value in enumerate(row) if value is None or math.isnan(value)]
    return Series(
        arm=ARMS[arm],
        labels=tuple(labels),
        values=frozen(np.array([0.0 if index in missing else value for index, value in enumerate(row)], dtype=float)),
        missing=tuple(missing),
        unusable=sum(value is not None and math.isnan(value) for value in row),
    )
