"""Traces: a measure interval by interval on each side, for charts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.measure import MEASURES, QUANTILE_SIGNAL
from canary_guard.model.recipe import recipe
from canary_guard.model.run import Trace
from canary_guard.model.window import Arm
from canary_guard.stats.alignment import align_side, recorded
from canary_guard.stats.behaviour import patterns_of
from canary_guard.stats.ends import number
from canary_guard.stats.origin_cost import factor
from canary_guard.stats.quantiles import quantile
from canary_guard.stats.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canary_guard.model.arrays import FloatArray
    from canary_guard.model.measure import Cost
    from canary_guard.model.measurement import Measurement, Side
    from canary_guard.stats.alignment import Aligned

FEWEST_EVENTS = 20
"""A quantile of fewer events is not drawn."""
MOST_PER_PATTERN = 40
"""So many intervals at most has the trace of a key pattern: its picture is small, and a pattern's misses are few."""
_OVER = {"hit_rate": "hits", "miss_rate": "misses"}
"""What stands over the lookups in the measures that are counted by key pattern."""


def traces(measurement: Measurement, measures: Sequence[str], *, cost: Cost | None, db_load: str) -> tuple[Trace, ...]:
    """Each measure over time, baseline and canary after each other; none for a side that lacks a signal of it.

    The value of an interval is made from sums over the units that were seen in it; it is missing where none was, and
    where nothing stands in a denominator.
    """
    found = []
    for measure in measures:
        multiplier = factor(measure, baseline=measurement.baseline, cost=cost) or 1.0
        for arm, side in ((Arm.BASELINE, measurement.baseline), (Arm.CANARY, measurement.canary)):
            values = _values(measure, side, cost=cost, db_load=db_load)
            if values is not None:
                found.append(_trace(measure, arm, side, values, multiplier))
    return tuple(found)


def traces_by_pattern(measurement: Measurement, measures: Sequence[str]) -> tuple[Trace, ...]:
    """Each key pattern over time, small ones pooled as they are judged; nothing where lookups have no pattern.

    Neighbouring intervals are summed, so that none has more than `MOST_PER_PATTERN`.
    """
    patterns = patterns_of(measurement)
    if isinstance(patterns, Refusal):
        return ()
    sides = (
        (Arm.BASELINE, measurement.baseline, patterns.baseline),
        (Arm.CANARY, measurement.canary, patterns.canary),
    )
    return tuple(
        _pattern_trace(measure, group.name, arm, side, counted, place)
        for measure in measures
        if measure in _OVER
        for place, group in enumerate(patterns.groups)
        for arm, side, counted in sides
    )


def _pattern_trace(measure: str, stratum: str, arm: Arm, side: Side, counted: Aligned, place: int) -> Trace:
    wide = max(1, -(-side.grid.intervals // MOST_PER_PATTERN))
    into = np.array(counted.at, dtype=np.intp) // wide
    count = -(-side.grid.intervals // wide)

    def summed(key: str) -> FloatArray:
        return np.bincount(into, weights=counted.values[key][place], minlength=count).astype(np.float64)

    over, lookups = summed(_OVER[measure]), summed("lookups")
    known = lookups > 0
    return Trace(
        measure=measure,
        side=arm,
        start=side.grid.start,
        step=wide * side.grid.step,
        values=frozen(np.divide(over, lookups, out=np.zeros(count), where=known)),
        missing=tuple(np.flatnonzero(~known).tolist()),
        stratum=stratum,
    )


def _values(measure: str, side: Side, *, cost: Cost | None, db_load: str) -> dict[int, float] | None:
    """By interval; None for a side that lacks a signal."""
    p = MEASURES[measure].quantile
    if p is not None:
        return _quantiles(side, p)
    found = recipe(measure, cost=cost, db_load=db_load)
    if found is None or any(recorded(side, term.signal) is None for term in found.terms):
        return None
    aligned = align_side(side, [term.signal for term in found.terms])
    sums = [(term.power, aligned.values[term.signal].sum(axis=0).tolist()) for term in found.terms]
    return {
        at: math.prod(totals[index] if power > 0 else 1 / totals[index] for power, totals in sums)
        for index, at in enumerate(aligned.at)
        if all(power > 0 or totals[index] > 0 for power, totals in sums)
    }


def _quantiles(side: Side, p: float) -> dict[int, float] | None:
    buckets = side.buckets.get(QUANTILE_SIGNAL)
    if buckets is None:
        return None
    key = f"{QUANTILE_SIGNAL}_bucket"
    aligned = align_side(side, [key])
    pooled = aligned.values[key].sum(axis=0)
    found = {
        at: quantile(p, bounds=buckets.bounds, counts=pooled[index])
        for index, at in enumerate(aligned.at)
        if pooled[index].sum() >= FEWEST_EVENTS
    }
    return {at: value for at, value in found.items() if value is not None}


def _trace(measure: str, arm: Arm, side: Side, values: dict[int, float], multiplier: float) -> Trace:
    finite = {at: value for at, plain in values.items() if (value := number(multiplier * plain)) is not None}
    intervals = range(side.grid.intervals)
    return Trace(
        measure=measure,
        side=arm,
        start=side.grid.start,
        step=side.grid.step,
        values=frozen(np.array([finite.get(at, 0.0) for at in intervals], dtype=np.float64)),
        missing=tuple(at for at in intervals if at not in finite),
    )
