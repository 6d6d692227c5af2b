"""A measurement: increments per unit and interval, of both sides of one comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from canary_guard.model.arrays import BoolArray, FloatArray
from canary_guard.model.window import Comparison, Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Increments:
    """One signal's increments on one side. Where `seen` is False the value is 0 and means nothing: a gap."""

    units: tuple[str, ...]
    """Sorted names; `("",)` where the signal has no unit split."""
    values: FloatArray
    """(units, intervals), >= 0"""
    seen: BoolArray
    """(units, intervals)"""
    alive: BoolArray
    """(units, intervals): the unit was there, so that `alive & ~seen` is a gap and `~alive` is not"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """A histogram's increments on one side, non-cumulative, the last bucket +Inf."""

    units: tuple[str, ...]
    bounds: tuple[float, ...]
    """Finite upper bounds (s), ascending; one bucket more than bounds."""
    values: FloatArray
    """(units, intervals, buckets), >= 0"""
    seen: BoolArray
    """(units, intervals)"""
    alive: BoolArray
    """(units, intervals)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByStratum:
    """One signal's increments on one side per key pattern, all units together; 0 where no unit was seen."""

    strata: tuple[str, ...]
    """Sorted names."""
    values: FloatArray
    """(strata, intervals), >= 0"""
    seen: BoolArray
    """(intervals,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Why a signal cannot be used on one side, or on both."""

    reason: str
    """A sentence for a person: what is missing, and where."""
    from_source: bool = False
    """The source failed (rather than answered with nothing usable)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: an arm within a window."""

    grid: Grid
    signals: Mapping[str, Increments]
    """By key: `misses`, `lookups`, `miss_latency_sum`, …"""
    buckets: Mapping[str, Buckets]
    """By signal: `miss_latency`."""
    strata: Mapping[str, ByStratum] = field(default_factory=dict)
    """By key, where it was asked for by key pattern; empty without strata."""
    missing: Mapping[str, Missing]
    """By key or signal: asked for, but not usable. What stands neither here nor above was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Both sides of one comparison. `concurrent`: the same grid, intervals pair by time."""

    comparison: Comparison
    baseline: Side
    canary: Side
