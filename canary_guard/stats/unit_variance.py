"""Candidate *units*: what pods differ by for the whole window, which no look along time can see (cluster variance)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import fdtr, fdtri

from canary_guard.stats.degrees import welch
from canary_guard.stats.long_run_variance import ROUNDING

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray

FEWEST_DEGREES = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the units of one arm differ."""

    units: int
    """with any weight"""
    concentration: float
    """Sum of the squared shares, 1 for a single unit: variance of the arm = square * concentration."""
    square: float
    """Variance between units; 0 and without meaning where `degrees` is 0."""
    degrees: float
    """Effective number of units less one; 0 for a single unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitVariance:
    """The variance that the units of both arms add to a change."""

    variance: float
    degrees: float
    pooled: bool
    """Whether the arms share one spread, so that one canary pod borrows the baseline pods'."""
    baseline: tuple[float, float]
    """Variance of this arm alone and its degrees of freedom."""
    canary: tuple[float, float]


def spread(sums: FloatArray, weights: FloatArray) -> Spread:
    """The spread of one arm from (units,) sums of influences over time and (units,) shares or sizes, not negative."""
    there = weights > 0
    units = int(there.sum())
    if units < 2:
        return Spread(units=units, concentration=1.0, square=0.0, degrees=0.0)
    shares = weights[there] / weights[there].sum()
    concentration = float(shares @ shares)
    if concentration >= 1:  # all but one unit are too small for the machine's precision
        return Spread(units=units, concentration=1.0, square=0.0, degrees=0.0)
    differing = sums[there]
    squares = float(differing @ differing)
    return Spread(
        units=units,
        concentration=concentration,
        square=0.0 if squares <= ROUNDING else squares / ((1 - concentration) * concentration),
        degrees=1 / concentration - 1,
    )


def unit_variance(*, baseline: Spread, canary: Spread) -> UnitVariance | None:
    """The variance of a change from both spreads; None where pods cannot be told from the deploy."""
    degrees = baseline.degrees + canary.degrees
    if degrees < FEWEST_DEGREES:
        return None
    if _separate(baseline=baseline, canary=canary):
        alone = (own_variance(baseline), own_variance(canary))
        variance, degrees = welch(alone)
        return UnitVariance(variance=variance, degrees=degrees, pooled=False, baseline=alone[0], canary=alone[1])
    square = (baseline.square * baseline.degrees + canary.square * canary.degrees) / degrees
    return UnitVariance(
        variance=square * (baseline.concentration + canary.concentration),
        degrees=degrees,
        pooled=True,
        baseline=(square * baseline.concentration, degrees),
        canary=(square * canary.concentration, degrees),
    )


def own_variance(arm: Spread) -> tuple[float, float]:
    """The variance of one arm from its own spread, and its degrees of freedom."""
    return arm.square * arm.concentration, arm.degrees


def look_alike(*, variance: float, degrees: float, time_variance: float, time_degrees: float) -> bool:
    """Whether pods differ by no more than their noise in time explains, so that this candidate is left out."""
    return time_variance > 0 and variance <= float(fdtri(degrees, time_degrees, 0.7)) * time_variance


def _separate(*, baseline: Spread, canary: Spread) -> bool:
    fewest = min(baseline.units, canary.units)
    if fewest >= 6:
        return True
    if fewest < 3 or baseline.square <= 0 or canary.square <= 0:
        return False
    p = float(fdtr(canary.degrees, baseline.degrees, canary.square / baseline.square))
    return p < 0.05 or p > 0.95
