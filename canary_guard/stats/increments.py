"""Increments: cumulative samples on the edges of a grid in, counts per interval out (statistics.md, section 1)."""

from dataclasses import dataclass

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray

_ROUNDING = 1e-9
"""A server that adds seconds up with compensation may lose the last bits of a sum from one edge to the next: a fall by
less than this share is no restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted in each interval."""

    values: FloatArray
    """(units, intervals), or (units, intervals, buckets); 0 where not seen"""
    seen: BoolArray
    """(units, intervals)"""
    fell: BoolArray
    """(units, intervals): the counter was lower than before, so it began anew"""


def increments(
    samples: FloatArray, present: BoolArray, *, unit_present: BoolArray, from_zero: BoolArray, alive: BoolArray
) -> Counts:
    """Difference the samples of one key, unit by unit; buckets of one histogram restart together.

    `samples` is (units, edges) or (units, edges, buckets), `present` (units, edges) says where they mean something,
    `unit_present` where any key of the unit did. Between two edges where both were present the count is the difference,
    or after a fall the new value. `from_zero`, (units,), says of which units a key that was not there yet, while the
    unit was, stood at zero: it counts from there. Everything else is a gap.
    """
    old, new = samples[:, :-1], samples[:, 1:]
    was, is_ = present[:, :-1], present[:, 1:]
    both = was & is_ & alive
    came = np.logical_or.accumulate(present, axis=1)
    unborn = from_zero[:, None] & ~came[:, :-1] & unit_present[:, :-1] & alive
    born = unborn & is_
    still = unborn & ~is_ & unit_present[:, 1:]
    falls = new < old * (1 - _ROUNDING)
    fell = both & (falls if falls.ndim == 2 else falls.any(axis=2))
    values = _where(fell | born, new) + _where(both & ~fell, np.maximum(new - old, 0.0))
    return Counts(values=values, seen=both | born | still, fell=fell)


def given_increases(
    increases: FloatArray, given: BoolArray, *, unit_present: BoolArray, from_zero: BoolArray, alive: BoolArray
) -> Counts:
    """The same for what a server counted itself: (units, intervals), or (units, intervals, buckets)."""
    came = np.logical_or.accumulate(given, axis=1)
    still = from_zero[:, None] & ~came & unit_present[:, :-1] & unit_present[:, 1:] & alive
    seen = given & alive
    return Counts(values=_where(seen, increases), seen=seen | still, fell=np.zeros_like(seen))


def together(counts: Counts) -> Counts:
    """All rows as one, seen where all of them were."""
    seen = np.logical_and.reduce(counts.seen, axis=0, keepdims=True)
    return Counts(
        values=_where(seen, counts.values.sum(axis=0, keepdims=True)),
        seen=seen,
        fell=np.logical_or.reduce(counts.fell, axis=0, keepdims=True),
    )


def _where(mask: BoolArray, values: FloatArray) -> FloatArray:
    """The values, 0 where the (units, intervals) mask is False."""
    return np.where(mask.reshape(mask.shape + (1,) * (values.ndim - 2)), values, 0.0)
