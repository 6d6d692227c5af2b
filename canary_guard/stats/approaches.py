"""How a measure is estimated: from which signals, by which estimator, and how one arm's level is told."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Interval, Levels, Method, Undetermined
from canary_guard.model.measure import MEASURES, QUANTILE_SIGNAL, Cost, Measure, Scale, Shape
from canary_guard.model.recipe import Recipe, recipe
from canary_guard.stats.bursts import SURELY_BURSTIER, Bursts, around_level, bursts, peak
from canary_guard.stats.change import Change, Floor
from canary_guard.stats.difference import difference_of_means, difference_of_proportions
from canary_guard.stats.ends import Ends, interval
from canary_guard.stats.exposure import implausible, too_little
from canary_guard.stats.levels import level, log_linear_ends, proportion_ends
from canary_guard.stats.log_ratio import log_ratio
from canary_guard.stats.origin_cost import factor
from canary_guard.stats.quantiles import arm_quantile, own_ends, quantile_change
from canary_guard.stats.refusal import Refusal, contradictory
from canary_guard.stats.tails import Estimator

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray
    from canary_guard.model.measurement import Measurement
    from canary_guard.stats.alignment import Aligned, Pair

UNTIMED_HITS = "in seconds of miss latency per lookup, because hits were not timed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """How one measure is estimated."""

    keys: tuple[str, ...]
    """All signals that it needs."""
    events: str
    """The one whose count is the noise."""
    estimator: Estimator
    level: Callable[[Aligned, float], Interval]
    """Of one arm, at a one-sided alpha; only where the estimator has an answer."""
    notes: tuple[str, ...] = ()


def approach(
    name: str, scale: Scale, measurement: Measurement, *, levels: Levels, cost: Cost | None, db_load: str
) -> Approach | Refusal:
    """The approach to a measure, or why there is none."""
    measure = MEASURES[name]
    if measure.quantile is not None:
        return _quantile(measure.quantile, scale, measurement, levels)
    if name == "burst_ratio":
        return _bursts()
    found = recipe(name, cost=cost, db_load=db_load)
    if found is None:
        return Refusal(reason="no signal says what a miss costs", undetermined=Undetermined.DATA)
    return _sums(measure, found, scale, measurement, levels=levels, cost=cost)


def _sums(
    measure: Measure, found: Recipe, scale: Scale, measurement: Measurement, *, levels: Levels, cost: Cost | None
) -> Approach:
    minimum = levels.minimum
    # At least one event, or there is nothing to take a logarithm of.
    fewest = max(1.0, minimum.misses)

    def estimator(pair: Pair) -> Change | Refusal:
        refused = implausible(pair, found.signals) or too_little(pair, measure, found, minimum)
        if refused is not None:
            return refused
        if scale is Scale.RATIO:
            return log_ratio(pair, found, fewest=fewest)
        if measure.shape is Shape.SHARE:
            return difference_of_proportions(pair, found)
        return difference_of_means(pair, found, fewest=fewest)

    multiplier = factor(measure.name, baseline=measurement.baseline, cost=cost)

    def arm_level(arm: Aligned, alpha: float) -> Interval:
        proportion = measure.shape is Shape.SHARE and measure.scale is Scale.DIFFERENCE
        ends = proportion_ends(arm, found, alpha) if proportion else log_linear_ends(arm, found, alpha)
        return _times(multiplier or 1.0, level(arm, found), ends)

    return Approach(
        keys=found.signals,
        events=found.events,
        estimator=estimator,
        level=arm_level,
        notes=(UNTIMED_HITS,) if multiplier is None else (),
    )


def _bursts() -> Approach:
    """The worst interval against its mean: a sign test says whether it rose, and no interval by how much.

    A level that moves makes a worst interval, too, so that what rose must rise from the level around it as well. The
    point stands for the upper end: a warning needs no more, and this measure decides nothing else.
    """

    def found(pair: Pair) -> Bursts | Refusal:
        # Before and after, the windows may differ in length: a longer one has a worse worst interval.
        baseline, canary = (
            [arm.last(pair.intervals).values[key].sum(axis=0) for key in ("misses", "lookups")]
            for arm in (pair.baseline, pair.canary)
        )
        refused = implausible(pair, ("misses", "lookups"))
        if refused is not None:
            return refused
        whole = _bursts_of(baseline, canary)
        around = _bursts_of(*([misses, around_level(misses, lookups)] for misses, lookups in (baseline, canary)))
        if isinstance(whole, Refusal) or isinstance(around, Refusal):
            return whole
        return replace(min(whole, around, key=lambda one: one.ratio), p=max(whole.p, around.p))

    def estimator(pair: Pair) -> Change | Refusal:
        both = found(pair)
        if isinstance(both, Refusal):
            return both
        point = math.log(both.ratio)
        ends = Ends(low=point if both.p <= SURELY_BURSTIER else None, high=point)
        return Change(
            point=point,
            floor=Floor(method=Method.TIME, ends=lambda _: ends),
            notes=(f"sign test over eight parts of the window: p = {both.p:.3g}",),
            events_baseline=pair.baseline.total("misses"),
            events_canary=pair.canary.total("misses"),
        )

    def arm_level(arm: Aligned, _: float) -> Interval:
        misses, lookups = (arm.values[key].sum(axis=0) for key in ("misses", "lookups"))
        return interval(peak(misses, lookups), Ends(low=None, high=None))

    return Approach(keys=("misses", "lookups"), events="misses", estimator=estimator, level=arm_level)


def _bursts_of(baseline: Sequence[FloatArray], canary: Sequence[FloatArray]) -> Bursts | Refusal:
    """Of (intervals,) misses and their exposure in each arm."""
    return bursts(
        events_baseline=baseline[0],
        exposure_baseline=baseline[1],
        events_canary=canary[0],
        exposure_canary=canary[1],
    )


def _times(multiplier: float, point: float, ends: Ends) -> Interval:
    return interval(
        multiplier * point,
        Ends(
            low=None if ends.low is None else multiplier * ends.low,
            high=None if ends.high is None else multiplier * ends.high,
        ),
    )


def _quantile(p: float, scale: Scale, measurement: Measurement, levels: Levels) -> Approach | Refusal:
    key = f"{QUANTILE_SIGNAL}_bucket"
    sides = (measurement.baseline.buckets.get(QUANTILE_SIGNAL), measurement.canary.buckets.get(QUANTILE_SIGNAL))
    layouts = {side.bounds for side in sides if side is not None}
    if len(layouts) > 1:
        return contradictory("the histogram buckets of the baseline and of the canary have different bounds (le)")
    bounds = layouts.pop() if layouts else ()
    fewest = max(1.0, levels.minimum.misses)

    def estimator(pair: Pair) -> Change | Refusal:
        return implausible(pair, (key,)) or quantile_change(pair, key, bounds, p=p, scale=scale, fewest=fewest)

    def arm_level(arm: Aligned, alpha: float) -> Interval:
        found = arm_quantile(p, arm, key, bounds)
        if isinstance(found, Refusal):
            return Interval(point=None, low=None, high=None)
        return interval(found.value, own_ends(found, alpha))

    return Approach(keys=(key,), events=key, estimator=estimator, level=arm_level)
