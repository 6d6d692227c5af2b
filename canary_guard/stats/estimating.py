"""Measurement in, `Estimate` or `NoEstimate` out, for one measure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Candidate, Estimate, MixPart, NoEstimate
from canary_guard.model.recipe import recipe
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import align
from canary_guard.stats.approaches import Approach, approach
from canary_guard.stats.behaviour import AT_MIX
from canary_guard.stats.change import ends_of, sound
from canary_guard.stats.diff_in_diff import diff_in_diff
from canary_guard.stats.ends import Ends, change_interval, number
from canary_guard.stats.exposure import too_short
from canary_guard.stats.presence import absent, gaps
from canary_guard.stats.refusal import Refusal
from canary_guard.stats.tails import HALF, QUARTER, Estimator, tail

if TYPE_CHECKING:
    from canary_guard.model.estimate import Estimated, Levels, Tail
    from canary_guard.model.measure import Cost, Scale
    from canary_guard.model.measurement import Measurement
    from canary_guard.stats.alignment import Pair
    from canary_guard.stats.behaviour import BaselineMix
    from canary_guard.stats.change import Change


def estimate(
    measure: str,
    scale: Scale,
    measurement: Measurement,
    *,
    mix: BaselineMix | None = None,
    levels: Levels,
    cost: Cost | None,
    db_load: str,
) -> Estimated:
    """One measure on both sides, and its change on a scale; with `mix`, its change at the baseline's mix.

    `measure` is a name in MEASURES, `cost` the cost of a miss in force, `db_load` the key of the signal that stands
    for database load. Whatever the data is, nothing is raised: NoEstimate of kind `data` where it is missing, full of
    gaps or contradictory, of kind `exposure` where there is too little of it.
    """
    found = _found(measure, scale, measurement, mix, levels=levels, cost=cost, db_load=db_load)
    if isinstance(found, NoEstimate):
        return found
    pair, way = found.pair, found.way
    late = partial(tail, pair, grid=measurement.canary.grid, estimator=way.estimator, alpha=levels.alpha)
    return replace(
        _estimate(measure, scale, measurement.comparison, found, levels=levels),
        half=late(HALF) if pair.paired else None,
        quarter=late(QUARTER),
    )


def estimate_beyond(
    measure: str,
    scale: Scale,
    *,
    before: Measurement,
    after: Measurement,
    mix_before: BaselineMix | None = None,
    mix_after: BaselineMix | None = None,
    levels: Levels,
    cost: Cost | None,
    db_load: str,
) -> Estimated:
    """Difference in differences: by how much the canary's lead over the baseline grew with the deploy.

    Both measurements are side by side; the levels shown are those after the deploy. NoEstimate as in `estimate`.
    """
    found = [
        _found(measure, scale, measurement, mix, levels=levels, cost=cost, db_load=db_load)
        for measurement, mix in ((before, mix_before), (after, mix_after))
    ]
    for one in found:
        if isinstance(one, NoEstimate):
            return replace(one, comparison=Comparison.DIFF_IN_DIFF)
    earlier, later = (one for one in found if isinstance(one, _Found))
    plain = change = sound(diff_in_diff(before=earlier.plain or earlier.change, after=later.plain or later.change))
    # With the mix taken out of one period alone, a mix that never changed would look like a change.
    at_mix = earlier.plain is not None and later.plain is not None
    if at_mix:
        change = sound(diff_in_diff(before=earlier.change, after=later.change))
    if isinstance(change, Refusal):
        return _no_estimate(measure, scale, Comparison.DIFF_IN_DIFF, change)
    known = plain if at_mix and not isinstance(plain, Refusal) else None
    grown = replace(later, change=change, plain=known)
    estimator, start = (
        (later.way.estimator, earlier.change) if at_mix else (later.plainly, earlier.plain or earlier.change)
    )
    late = tail(later.pair, QUARTER, grid=after.canary.grid, estimator=estimator, alpha=levels.alpha)
    return replace(
        _estimate(measure, scale, Comparison.DIFF_IN_DIFF, grown, levels=levels),
        quarter=None if late is None else _heading(late, start),
    )


def _heading(late: Tail, earlier: Change) -> Tail | None:
    """Where the growth is heading: a look and no test, so that its interval is unbounded."""
    if late.change.point is None or earlier.point is None:
        return None
    return replace(late, change=change_interval(late.change.point - earlier.point, Ends(low=None, high=None)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A change with all that it was made from."""

    way: Approach
    pair: Pair
    change: Change
    plainly: Estimator
    """Without the mix taken out."""
    plain: Change | None = None
    """Before the mix was taken out; None where it was not."""


def _found(
    measure: str,
    scale: Scale,
    measurement: Measurement,
    mix: BaselineMix | None,
    *,
    levels: Levels,
    cost: Cost | None,
    db_load: str,
) -> _Found | NoEstimate:
    refuse = partial(_no_estimate, measure, scale, measurement.comparison)
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
        made_of = recipe(measure, cost=cost, db_load=db_load)
        if mix is None or made_of is None or measure not in AT_MIX:
            return _Found(way=way, pair=pair, change=change, plainly=way.estimator)
        behaviour = mix.behaviour(measure, scale, change, pair, made_of)
        if behaviour is None:
            return _Found(way=way, pair=pair, change=change, plainly=way.estimator)
        at_mix = replace(way, estimator=mix.estimator(measure, scale, way.estimator, made_of))
        return _Found(way=at_mix, pair=pair, change=behaviour, plainly=way.estimator, plain=change)


def _estimate(measure: str, scale: Scale, comparison: Comparison, found: _Found, *, levels: Levels) -> Estimate:
    way, pair, change = found.way, found.pair, found.change
    ends, method = ends_of(change, levels.alpha)
    return Estimate(
        measure=measure,
        comparison=comparison,
        scale=scale,
        baseline=way.level(pair.baseline, levels.alpha),
        canary=way.level(pair.canary, levels.alpha),
        change=change_interval(change.point, ends),
        change_within=change_interval(change.point, ends_of(change, levels.alpha_within)[0]),
        half=None,
        quarter=None,
        thin=change.thin,
        method=method,
        candidates=tuple(_recorded(candidate) for candidate in change.candidates),
        intervals=pair.intervals,
        events_baseline=number(change.events_baseline) or 0.0,
        events_canary=number(change.events_canary) or 0.0,
        mix=_mix_part(found, levels),
        notes=(*change.notes, *way.notes),
    )


def _mix_part(found: _Found, levels: Levels) -> MixPart | None:
    if found.plain is None or found.plain.point is None or found.change.point is None:
        return None
    plain = change_interval(found.plain.point, ends_of(found.plain, levels.alpha)[0])
    return MixPart(plain=plain, mix=number(found.plain.point - found.change.point) or 0.0)


def _no_estimate(measure: str, scale: Scale, comparison: Comparison, refusal: Refusal) -> NoEstimate:
    return NoEstimate(
        measure=measure,
        comparison=comparison,
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
