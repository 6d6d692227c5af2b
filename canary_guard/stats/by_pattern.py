"""Each key pattern by itself, for conditions `in: any-stratum` (statistics.md, section 8)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Estimate, NoEstimate, StratumEstimate
from canary_guard.model.finding import StrataEstimates
from canary_guard.model.measure import BoundUnit, Scale
from canary_guard.model.rule import Direction
from canary_guard.stats.approaches import Approach, approach
from canary_guard.stats.behaviour import Patterns, patterns_of, pods_of
from canary_guard.stats.change import ends_of, sound
from canary_guard.stats.ends import change_interval, number
from canary_guard.stats.exposure import too_short
from canary_guard.stats.multiplicity import holm, p_beyond, p_of_interval
from canary_guard.stats.presence import absent, gaps
from canary_guard.stats.refusal import Refusal, contradictory
from canary_guard.stats.strata import one_stratum, with_pods

if TYPE_CHECKING:
    from canary_guard.model.arrays import BoolArray
    from canary_guard.model.estimate import Estimated, Levels
    from canary_guard.model.measurement import Measurement
    from canary_guard.model.rule import ChangeCondition
    from canary_guard.model.window import Comparison
    from canary_guard.stats.alignment import Pair
    from canary_guard.stats.change import Change

_SHARES = frozenset({"hit_rate", "miss_rate"})
_KEYS = ("hits", "misses", "lookups")


def estimate_strata(condition: ChangeCondition, measurement: Measurement, *, levels: Levels) -> StrataEstimates:
    """The change of a share in each stratum that both sides have, and the p-value of its lying beyond the bound.

    Strata carry no pods: what pods add is taken from the total, and so is whether the data is complete. Patterns that
    one side alone has are named. The minimum of lookups is one of the total, not of each stratum.
    """
    ready = _ready(condition, measurement, levels)
    if isinstance(ready, Refusal):
        return StrataEstimates(condition=condition, strata=(), missing=ready.reason)
    way, patterns = ready
    pods = pods_of(measurement, levels)
    lookups = [arm.values["lookups"].sum(axis=1) for arm in (patterns.baseline, patterns.canary)]
    found = [
        (place, _stratum(condition, patterns, place, way, pods=pods, comparison=measurement.comparison, levels=levels))
        for place in range(len(patterns.groups))
        if lookups[0][place] > 0 and lookups[1][place] > 0
    ]
    adjusted = iter(holm([p for _, (_, p) in found if p is not None]))
    return StrataEstimates(
        condition=condition,
        strata=tuple(
            StratumEstimate(
                stratum=patterns.groups[place].name,
                members=patterns.members[place],
                share_baseline=number(lookups[0][place] / lookups[0].sum()) or 0.0,
                share_canary=number(lookups[1][place] / lookups[1].sum()) or 0.0,
                estimate=estimate,
                p=None if p is None else number(next(adjusted)),
            )
            for place, (estimate, p) in found
        ),
        only_baseline=_only(patterns, lookups[1] <= 0),
        only_canary=_only(patterns, lookups[0] <= 0),
        missing=None if found else "no key pattern exists in both arms",
    )


def _ready(condition: ChangeCondition, measurement: Measurement, levels: Levels) -> tuple[Approach, Patterns] | Refusal:
    """How a stratum is estimated, and the patterns; or why none can be."""
    if condition.measure not in _SHARES:
        return contradictory(f"{condition.measure} is not counted by key pattern, only hit_rate and miss_rate are")
    least = replace(levels, minimum=replace(levels.minimum, lookups=0.0))
    way = approach(condition.measure, condition.scale, measurement, levels=least, cost=None, db_load="db_queries")
    if isinstance(way, Refusal):
        return way
    patterns = patterns_of(measurement)
    if isinstance(patterns, Refusal):
        return patterns
    return absent(measurement, way.keys) or gaps(measurement, way.keys) or (way, patterns)


def _only(patterns: Patterns, absent_there: BoolArray) -> tuple[str, ...]:
    return tuple(group.name for group, one in zip(patterns.groups, absent_there.tolist(), strict=True) if one)


def _stratum(
    condition: ChangeCondition,
    patterns: Patterns,
    place: int,
    way: Approach,
    *,
    pods: float,
    comparison: Comparison,
    levels: Levels,
) -> tuple[Estimated, float | None]:
    sides = ({key: arm.values[key][place] for key in _KEYS} for arm in (patterns.baseline, patterns.canary))
    baseline, canary = sides
    pair = one_stratum(baseline=baseline, canary=canary, paired=patterns.paired)
    with np.errstate(over="ignore"):
        change = too_short(pair, levels.minimum) or sound(way.estimator(pair))
    if isinstance(change, Refusal):
        refused = NoEstimate(
            measure=condition.measure,
            comparison=comparison,
            scale=condition.scale,
            reason=change.reason,
            undetermined=change.undetermined,
        )
        return refused, None
    change = with_pods(change, _added(pair, condition.scale, pods))
    ends, method = ends_of(change, levels.alpha)
    estimate = Estimate(
        measure=condition.measure,
        comparison=comparison,
        scale=condition.scale,
        baseline=way.level(pair.baseline, levels.alpha),
        canary=way.level(pair.canary, levels.alpha),
        change=change_interval(change.point, ends),
        change_within=change_interval(change.point, ends_of(change, levels.alpha_within)[0]),
        half=None,
        quarter=None,
        thin=change.thin,
        method=method,
        candidates=(),
        intervals=pair.intervals,
        events_baseline=number(change.events_baseline) or 0.0,
        events_canary=number(change.events_canary) or 0.0,
    )
    return estimate, _p(change, condition)


def _added(pair: Pair, scale: Scale, pods: float) -> float:
    """What pods add to a stratum's variance: as much as to the total's miss rate, on the scale of the change."""
    if scale is Scale.RATIO:
        return pods
    share = pair.baseline.total("hits") / pair.baseline.total("lookups")
    return pods * (share * (1 - share)) ** 2


def _p(change: Change, condition: ChangeCondition) -> float | None:
    bound, rises = _limit(condition), condition.direction is Direction.RISES
    if bound is None:
        return None
    if change.point is not None and change.candidates:
        return p_beyond(change.point if rises else -change.point, bound, change.candidates)

    def low(alpha: float) -> float | None:
        ends, _ = ends_of(change, alpha)
        if rises:
            return ends.low
        return None if ends.high is None else -ends.high

    return p_of_interval(low, bound)


def _limit(condition: ChangeCondition) -> float | None:
    """The bound as a rise on the scale of the change; None where it has no logarithm."""
    amount = condition.bound.amount
    if condition.scale is Scale.DIFFERENCE:
        return amount
    if condition.bound.unit is BoundUnit.TIMES:
        factor = amount
    else:
        factor = 1 + amount if condition.direction is Direction.RISES else 1 / (1 - amount) if amount < 1 else 0.0
    return math.log(factor) if factor > 0 else None
