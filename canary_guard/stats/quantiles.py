"""Quantiles of a histogram: their value, one arm's interval, and their change (statistics.md, section 9)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Method, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.stats.change import UNTOLD, Change, Floor
from canary_guard.stats.degrees import normal_quantile, student_quantile
from canary_guard.stats.ends import Ends, logarithm, mover
from canary_guard.stats.long_run_variance import long_run_variance
from canary_guard.stats.refusal import Refusal, fewer_than
from canary_guard.stats.unit_variance import FEWEST_DEGREES, Spread, own_variance, spread, unit_variance

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray
    from canary_guard.stats.alignment import Aligned, Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a quantile lies."""

    bucket: int
    fraction: float
    """Of the bucket's count that lies below it, above 0 up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmQuantile:
    """A quantile in one arm, and what its interval is made from."""

    p: float
    bounds: tuple[float, ...]
    counts: FloatArray
    """(buckets,) over the window"""
    value: float
    bucket: int
    time: tuple[float, float]
    """Variance of the share of events below `value`, along time, and its degrees of freedom."""
    spread: Spread
    """Of the same share between units."""


def position(p: float, counts: FloatArray) -> Position:
    """Where the quantile `p` lies in (buckets,) non-cumulative counts, whose sum is above 0; 0 < p < 1."""
    below = np.cumsum(counts)
    rank = p * float(below[-1])
    # Empty buckets are passed over: the first to reach a rank above 0 has events of its own.
    bucket = min(int(np.searchsorted(below, rank)), int(np.flatnonzero(counts)[-1]))
    count = float(counts[bucket])
    return Position(bucket=bucket, fraction=min(1.0, (rank - float(below[bucket]) + count) / count))


def quantile(p: float, *, bounds: tuple[float, ...], counts: FloatArray) -> float | None:
    """The quantile `p` of (buckets,) counts under finite upper `bounds`, the last bucket being +Inf.

    Linear inside a bucket, the first one beginning at 0. None above the last finite bound (Prometheus would give that
    bound), and without events.
    """
    if not counts.sum() > 0:
        return None
    at = position(p, counts)
    if at.bucket >= len(bounds):
        return None
    low, high = bucket_edges(at.bucket, bounds)
    return low + (high - low) * at.fraction


def bucket_edges(bucket: int, bounds: tuple[float, ...]) -> tuple[float, float]:
    """The lower and the upper edge of a finite bucket."""
    return (bounds[bucket - 1] if bucket else 0.0), bounds[bucket]


def arm_quantile(p: float, arm: Aligned, key: str, bounds: tuple[float, ...]) -> ArmQuantile | Refusal:
    """The quantile in one arm, from (units, intervals, buckets) counts that hold at least one event."""
    values = arm.values[key]
    counts = values.sum(axis=(0, 1))
    value = quantile(p, bounds=bounds, counts=counts)
    if value is None:
        return Refusal(reason="the quantile lies above the last finite bucket bound", undetermined=Undetermined.DATA)
    at = position(p, counts)
    events = values.sum(axis=2)
    below = values[:, :, : at.bucket].sum(axis=2) + at.fraction * values[:, :, at.bucket]
    psi = (below - p * events) / counts.sum()
    along = long_run_variance(psi.sum(axis=0))
    return ArmQuantile(
        p=p,
        bounds=bounds,
        counts=counts,
        value=value,
        bucket=at.bucket,
        time=(along.variance, along.degrees),
        spread=spread(psi.sum(axis=1), events.sum(axis=1)),
    )


def own_ends(arm: ArmQuantile, alpha: float) -> Ends:
    """The interval of one arm's quantile alone (Woodruff 1952), one-sided `alpha` at each end."""
    units = own_variance(arm.spread) if arm.spread.degrees >= FEWEST_DEGREES else None
    return _ends(arm, units, alpha)


def quantile_change(
    pair: Pair, key: str, bounds: tuple[float, ...], *, p: float, scale: Scale, fewest: float
) -> Change | Refusal:
    """The change of a quantile: of its logarithm, or of the seconds themselves."""
    events = (pair.baseline.total(key), pair.canary.total(key))
    if min(events) < fewest:
        return fewer_than(fewest, key, baseline=events[0], canary=events[1])
    baseline, canary = (arm_quantile(p, arm, key, bounds) for arm in (pair.baseline, pair.canary))
    if isinstance(baseline, Refusal):
        return baseline
    if isinstance(canary, Refusal):
        return canary
    point = canary.value - baseline.value
    if scale is Scale.RATIO:
        point = math.log(canary.value) - math.log(baseline.value)
    untold = unit_variance(baseline=baseline.spread, canary=canary.spread) is None
    return Change(
        point=point,
        floor=Floor(method=Method.MOVER, ends=partial(_change_ends, baseline=baseline, canary=canary, scale=scale)),
        notes=(*((UNTOLD,) if untold else ()), _resolution(baseline, canary)),
        events_baseline=events[0],
        events_canary=events[1],
    )


def _change_ends(alpha: float, *, baseline: ArmQuantile, canary: ArmQuantile, scale: Scale) -> Ends:
    units = unit_variance(baseline=baseline.spread, canary=canary.spread)
    ends_baseline = _ends(baseline, None if units is None else units.baseline, alpha)
    ends_canary = _ends(canary, None if units is None else units.canary, alpha)
    if scale is Scale.DIFFERENCE:
        return mover(baseline=baseline.value, baseline_ends=ends_baseline, canary=canary.value, canary_ends=ends_canary)
    return mover(
        baseline=math.log(baseline.value),
        baseline_ends=_logarithms(ends_baseline),
        canary=math.log(canary.value),
        canary_ends=_logarithms(ends_canary),
    )


def _logarithms(ends: Ends) -> Ends:
    return Ends(low=logarithm(ends.low), high=logarithm(ends.high))


def _ends(arm: ArmQuantile, units: tuple[float, float] | None, alpha: float) -> Ends:
    """The quantiles at the ends of an interval of the share of events below."""
    total = float(arm.counts.sum())
    halves = [normal_quantile(1 - alpha) * math.sqrt(arm.p * (1 - arm.p) / total)]
    halves += [
        student_quantile(degrees, 1 - alpha) * math.sqrt(variance)
        for variance, degrees in (arm.time, *((units,) if units else ()))
    ]
    half = max(halves)
    return Ends(low=_within(arm, arm.p - half), high=_within(arm, arm.p + half))


def _within(arm: ArmQuantile, p: float) -> float | None:
    value = quantile(p, bounds=arm.bounds, counts=arm.counts) if 0 < p < 1 else None
    return value if value is not None and value > 0 else None


def _resolution(baseline: ArmQuantile, canary: ArmQuantile) -> str:
    places = [bucket_edges(arm.bucket, arm.bounds) for arm in (baseline, canary)]
    (low_b, high_b), (low_c, high_c) = places
    if places[0] == places[1]:
        return f"no finer than its histogram bucket: {low_b:g} to {high_b:g} s in both arms"
    return (
        f"no finer than its histogram bucket: {low_b:g} to {high_b:g} s in the baseline, "
        f"{low_c:g} to {high_c:g} s in the canary"
    )
