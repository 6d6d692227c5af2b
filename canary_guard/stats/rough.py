"""Rough: a change from counts alone, where there are too few intervals to tell how they vary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Estimate, Interval, Method
from canary_guard.model.measure import Scale
from canary_guard.model.recipe import Noise, recipe
from canary_guard.stats.alignment import align
from canary_guard.stats.ends import Ends, change_interval, interval, logarithm
from canary_guard.stats.small_counts import conditional_ratio, overdispersion

if TYPE_CHECKING:
    from canary_guard.model.estimate import Levels
    from canary_guard.model.measurement import Measurement
    from canary_guard.stats.alignment import Pair

FEWEST_INTERVALS = 2


def rough_ratio(measure: str, measurement: Measurement, *, levels: Levels, db_load: str) -> Estimate | None:
    """The ratio of two rates as if its events came independently, up to how much they vary within each side.

    It proves nothing: bursts and pods that differ are not in it. None for what is no rate of events, and with fewer
    events than the least, or fewer than two intervals, on a side.
    """
    found = recipe(measure, cost=None, db_load=db_load)
    if found is None or found.noise is not Noise.EXACT or found.terms[0].signal != found.events:
        return None
    over, under = found.terms[0].signal, found.terms[1].signal
    if not all(key in side.signals for side in (measurement.baseline, measurement.canary) for key in (over, under)):
        return None
    pair = align(measurement, (over, under))
    sides = (pair.baseline, pair.canary)
    least = max(1.0, levels.minimum.misses)
    if any(side.intervals < FEWEST_INTERVALS or side.total(over) < least or side.total(under) <= 0 for side in sides):
        return None
    rates = [side.total(over) / side.total(under) for side in sides]
    return Estimate(
        measure=measure,
        comparison=measurement.comparison,
        scale=Scale.RATIO,
        baseline=interval(rates[0], Ends(low=None, high=None)),
        canary=interval(rates[1], Ends(low=None, high=None)),
        change=_change(pair, over, under, levels.alpha),
        change_within=_change(pair, over, under, levels.alpha_within),
        half=None,
        quarter=None,
        thin=True,
        method=Method.COUNTS,
        candidates=(),
        intervals=pair.intervals,
        events_baseline=pair.baseline.total(over),
        events_canary=pair.canary.total(over),
    )


def _change(pair: Pair, over: str, under: str, alpha: float) -> Interval:
    sides = (pair.baseline, pair.canary)
    varies = max(overdispersion(side.values[over].sum(axis=0), side.values[under].sum(axis=0)) for side in sides)
    (n_b, d_b), (n_c, d_c) = ((side.total(over), side.total(under)) for side in sides)
    ends = conditional_ratio(
        events_baseline=n_b / varies,
        exposure_baseline=d_b / varies,
        events_canary=n_c / varies,
        exposure_canary=d_c / varies,
        alpha=alpha,
    )
    point = math.log(n_c / d_c) - math.log(n_b / d_b)
    return change_interval(point, Ends(low=logarithm(ends.low), high=logarithm(ends.high)))
