"""Alignment: the unit-intervals in which every signal of a measure was seen (statistics.md, section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.window import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canary_guard.model.arrays import BoolArray, FloatArray
    from canary_guard.model.measurement import Buckets, Increments, Measurement, Side

FEWEST_INTERVALS = 8
"""No variance is told from fewer, whatever a configuration asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """One side of a measure, without the intervals in which no unit was seen."""

    at: tuple[int, ...]
    """Where each interval stands in the side's grid."""
    values: Mapping[str, FloatArray]
    """By key, (units, intervals), or (units, intervals, buckets); 0 where a unit-interval was dropped."""

    @property
    def intervals(self) -> int:
        """How many intervals are left (T)."""
        return len(self.at)

    def total(self, key: str) -> float:
        """The sum of one signal over the window."""
        return float(np.add.reduce(self.values[key], axis=None))

    def last(self, intervals: int) -> Aligned:
        """The same, over the last so many intervals only."""
        first = self.intervals - intervals
        return Aligned(at=self.at[first:], values={key: array[:, first:] for key, array in self.values.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both sides of a measure."""

    baseline: Aligned
    canary: Aligned
    paired: bool
    """Whether intervals pair by time, so that shocks which both arms share cancel."""

    @property
    def intervals(self) -> int:
        """T; the smaller side's where the sides differ."""
        return min(self.baseline.intervals, self.canary.intervals)


def recorded(side: Side, key: str) -> Increments | Buckets | None:
    """What a side has under a key; `miss_latency_bucket` is the histogram of `miss_latency`."""
    return side.signals.get(key) or side.buckets.get(key.removesuffix("_bucket"))


def align(measurement: Measurement, keys: Sequence[str]) -> Pair:
    """Both sides, cut to what was seen of all `keys`, each of which both sides must have.

    A unit-interval in which one signal is a gap is dropped for all. Side by side, an interval that leaves an arm
    without any unit is dropped in both arms.
    """
    seen_baseline, values_baseline = _usable(measurement.baseline, keys)
    seen_canary, values_canary = _usable(measurement.canary, keys)
    keep_baseline, keep_canary = _any_unit(seen_baseline), _any_unit(seen_canary)
    paired = measurement.comparison is Comparison.CONCURRENT
    if paired:
        keep_baseline = keep_canary = keep_baseline & keep_canary
    return Pair(
        baseline=_cut(keep_baseline, seen_baseline, values_baseline),
        canary=_cut(keep_canary, seen_canary, values_canary),
        paired=paired,
    )


def align_side(side: Side, keys: Sequence[str]) -> Aligned:
    """One side alone, likewise."""
    seen, values = _usable(side, keys)
    return _cut(_any_unit(seen), seen, values)


def _usable(side: Side, keys: Sequence[str]) -> tuple[BoolArray, dict[str, FloatArray]]:
    """Which unit-intervals were seen of all keys, and the values by key."""
    found = {key: signal for key in keys if (signal := recorded(side, key)) is not None}
    if len({signal.units for signal in found.values()}) > 1:
        together = {key: _as_one_unit(signal) for key, signal in found.items()}
    else:
        together = {key: (signal.seen, signal.values) for key, signal in found.items()}
    seen = np.logical_and.reduce([seen for seen, _ in together.values()])
    return seen, {key: values for key, (_, values) in together.items()}


def _as_one_unit(signal: Increments | Buckets) -> tuple[BoolArray, FloatArray]:
    """All units as one, which was seen when every unit that was there was seen."""
    whole: BoolArray = np.all(signal.seen | ~signal.alive, axis=0) & _any_unit(signal.seen)
    return whole[np.newaxis], _where(signal.seen, signal.values).sum(axis=0)[np.newaxis]


def _any_unit(seen: BoolArray) -> BoolArray:
    """(intervals,): whether any unit was seen."""
    found: BoolArray = np.any(seen, axis=0)
    return found


def _cut(keep: BoolArray, seen: BoolArray, values: Mapping[str, FloatArray]) -> Aligned:
    """Without the dropped intervals, and with 0 in the dropped unit-intervals."""
    mask = seen[:, keep]
    return Aligned(
        at=tuple(np.flatnonzero(keep).tolist()),
        values={key: _where(mask, array[:, keep]) for key, array in values.items()},
    )


def _where(mask: BoolArray, values: FloatArray) -> FloatArray:
    """The values, 0 where the (units, intervals) mask is False."""
    return np.where(mask.reshape(mask.shape + (1,) * (values.ndim - mask.ndim)), values, 0.0)
