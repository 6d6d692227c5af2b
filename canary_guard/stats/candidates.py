"""Candidates of the variance of a change: along time, and between units (statistics.md, sections 3a and 3b)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.degrees import student_quantile, welch
from canary_guard.stats.long_run_variance import long_run_variance
from canary_guard.stats.unit_variance import look_alike, spread, unit_variance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canary_guard.model.arrays import FloatArray


def time_candidate(*, baseline: FloatArray, canary: FloatArray, paired: bool) -> Candidate:
    """From (units, intervals) influences of both arms; paired, what both arms share at a time cancels."""
    if paired:
        along = long_run_variance(canary.sum(axis=0) - baseline.sum(axis=0))
        return Candidate(method=Method.TIME, variance=along.variance, degrees=along.degrees)
    windows = [long_run_variance(psi.sum(axis=0)) for psi in (baseline, canary)]
    variance, degrees = welch([(window.variance, window.degrees) for window in windows])
    return Candidate(method=Method.TIME, variance=variance, degrees=degrees)


def units_candidate(
    *, baseline: FloatArray, weights_baseline: FloatArray, canary: FloatArray, weights_canary: FloatArray
) -> Candidate | None:
    """From the same influences and (units,) weights; None where pods cannot be told from the deploy."""
    found = unit_variance(
        baseline=spread(baseline.sum(axis=1), weights_baseline), canary=spread(canary.sum(axis=1), weights_canary)
    )
    if found is None:
        return None
    return Candidate(method=Method.UNITS, variance=found.variance, degrees=found.degrees)


def alike(time: Candidate, units: Candidate) -> bool:
    """Whether the units candidate may be left out, because pods look alike."""
    if time.degrees is None or units.degrees is None:
        return False
    return look_alike(
        variance=units.variance,
        degrees=units.degrees,
        time_variance=time.variance,
        time_degrees=time.degrees,
    )


def half_width(candidate: Candidate, alpha: float) -> float:
    """`t(df, 1 - alpha) * sqrt(V)`"""
    return student_quantile(candidate.degrees, 1 - alpha) * math.sqrt(candidate.variance)


def widest(candidates: Sequence[Candidate], alpha: float) -> tuple[float, Method]:
    """The largest half-width, and whose it is; the first of equals. There is at least one candidate."""
    return max(
        ((half_width(candidate, alpha), candidate.method) for candidate in candidates), key=lambda found: found[0]
    )
