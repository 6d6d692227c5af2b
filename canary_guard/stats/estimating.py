"""Measurement in, `Estimate` or `NoEstimate` out, for one measure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Candidate, Estimate, NoEstimate
from canary_guard.stats.alignment import align
from canary_guard.stats.approaches import Approach, approach
from canary_guard.stats.change import ends_of, sound
from canary_guard.stats.ends import change_interval, number
from canary_guard.stats.exposure import too_short
from canary_guard.stats.presence import absent, gaps
from canary_guard.stats.refusal import Refusal
from canary_guard.stats.tails import HALF, QUARTER, tail

if TYPE_CHECKING:
    from canary_guard.model.estimate import Estimated, Levels
    from canary_guard.model.measure import Cost, Scale
    from canary_guard.model.measurement import Measurement
    from canary_guard.stats.alignment import Pair
    from canary_guard.stats.change import Change


def estimate(
    measure: str, scale: Scale, measurement: Measurement, *, levels: Levels, cost: Cost | None, db_load: str
) -> Estimated:
    """One measure on both sides, and its change on a scale.

    `measure` is a name in MEASURES, `cost` the cost of a miss in force, `db_load` the key of the signal that stands
    for database load. Whatever the data is, nothing is raised: NoEstimate of kind `data` where it is missing, full of
    gaps or contradictory, of kind `exposure` where there is too little of it.
    """
    refuse = partial(_no_estimate, measure, scale, measurement)
    with np.errstate(over="ignore"):  # sums beyond all numbers are refused by name, below
        way = approach(measure, scale, measurement, levels=levels, cost=cost, db_load=db_load)
        if isinstance(way, Refusal):
            return refuse(way)
        unusable = absent(measurement, way.keys) or gaps(measurement, way.keys)
        if unusable is not None:
            return refuse(unusable)
        pair = align(measurement, way.keys)
        change = too_short(pair, levels.minimum) or sound(way.estimator(pair))
        if isinstance(change, Refusal):
            return replace(
                refuse(change),
                intervals=pair.intervals,
                events_baseline=number(pair.baseline.total(way.events)),
                events_canary=number(pair.canary.total(way.events)),
            )
        return _estimate(measure, scale, measurement, levels=levels, way=way, pair=pair, change=change)


def _estimate(
    measure: str,
    scale: Scale,
    measurement: Measurement,
    *,
    levels: Levels,
    way: Approach,
    pair: Pair,
    change: Change,
) -> Estimate:
    ends, method = ends_of(change, levels.alpha)
    late = partial(tail, pair, grid=measurement.canary.grid, estimator=way.estimator, alpha=levels.alpha)
    return Estimate(
        measure=measure,
        comparison=measurement.comparison,
        scale=scale,
        baseline=way.level(pair.baseline, levels.alpha),
        canary=way.level(pair.canary, levels.alpha),
        change=change_interval(change.point, ends),
        change_within=change_interval(change.point, ends_of(change, levels.alpha_within)[0]),
        half=late(HALF) if pair.paired else None,
        quarter=late(QUARTER),
        thin=change.thin,
        method=method,
        candidates=tuple(_recorded(candidate) for candidate in change.candidates),
        intervals=pair.intervals,
        events_baseline=number(change.events_baseline) or 0.0,
        events_canary=number(change.events_canary) or 0.0,
        notes=(*change.notes, *way.notes),
    )


def _no_estimate(measure: str, scale: Scale, measurement: Measurement, refusal: Refusal) -> NoEstimate:
    return NoEstimate(
        measure=measure,
        comparison=measurement.comparison,
        scale=scale,
        reason=refusal.reason,
        undetermined=refusal.undetermined,
        from_source=refusal.from_source,
        shortfall=number(refusal.shortfall),
    )


def _recorded(candidate: Candidate) -> Candidate:
    return Candidate(
        method=candidate.method,
        variance=number(candidate.variance) or 0.0,
        degrees=number(candidate.degrees),
    )
