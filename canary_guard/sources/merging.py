"""Series that differ only in labels that nobody asked to tell apart, added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray, frozen
from canary_guard.model.series import Series
from canary_guard.model.window import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One series of an answer on the grid's edges."""

    values: FloatArray
    """0 where not usable"""
    sampled: BoolArray
    """There was a sample."""
    usable: BoolArray
    """It was a finite number of 0 or more."""


def part(values: FloatArray, sampled: BoolArray) -> Part:
    """The samples of one series, of which some may be NaN, infinite or negative."""
    usable = sampled & np.isfinite(values) & (values >= 0)
    return Part(values=np.where(usable, values, 0.0), sampled=sampled, usable=usable)


def merged(parts: Mapping[tuple[Arm | None, tuple[str, ...]], Sequence[Part]]) -> tuple[Series, ...]:
    """One series for each arm and labels, sorted by labels and arm.

    Parts are added up; where one of them is missing between its first and its last sample, so is the sum.
    """
    ordered = sorted(parts.items(), key=lambda item: (item[0][1], item[0][0] or ""))
    return tuple(_added(arm, labels, group) for (arm, labels), group in ordered)


def _added(arm: Arm | None, labels: tuple[str, ...], parts: Sequence[Part]) -> Series:
    with np.errstate(over="ignore"):
        total = np.sum([part.values for part in parts], axis=0)
    seen = np.any([part.usable for part in parts], axis=0)
    broken = np.any([_within_life(part.sampled) & ~part.usable for part in parts], axis=0)
    unusable = np.any([part.sampled & ~part.usable for part in parts], axis=0) | ~np.isfinite(total)
    missing = ~seen | broken | unusable
    total[missing] = 0.0
    return Series(
        arm=arm,
        labels=labels,
        values=frozen(total),
        missing=tuple(np.flatnonzero(missing).tolist()),
        unusable=int(np.count_nonzero(unusable)),
    )


def _within_life(sampled: BoolArray) -> BoolArray:
    """True from the first to the last sample."""
    return np.logical_or.accumulate(sampled) & np.logical_or.accumulate(sampled[::-1])[::-1]
