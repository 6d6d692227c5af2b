"""Candidate *time*: the variance of a sum of autocorrelated values.

Equal-weighted cosines of Lazarus, Lewis, Stock and Watson 2018, with a correction for a first-order autoregression.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.arrays import frozen

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray

ROUNDING = 1e-26
"""A sum of squares of influences below this is rounding noise: nothing varies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRun:
    """The variance of the sum of a series."""

    variance: float
    degrees: int
    phi: float
    """Estimated first-order autocorrelation, 0 to 0.95."""


def cosines(intervals: int, phi: float) -> int:
    """How many cosines (and so degrees of freedom) a series of this length and autocorrelation is given."""
    if phi <= 0.3:
        return max(3, _round_half_up(0.60 * intervals ** (2 / 3)))
    fewer = _round_half_up(0.41 * intervals ** (2 / 3))
    if phi <= 0.7:
        return max(3, fewer)
    return max(3 if intervals >= 20 else 2, fewer // 2)


def autocorrelation(x: FloatArray) -> float:
    """First-order autocorrelation of `x` about zero, corrected for bias (Kendall 1954), cut to 0 … 0.95.

    0 for fewer than seven values, and where nothing varies.
    """
    length = len(x)
    square = float(x @ x)
    if length < 7 or square <= ROUNDING:
        return 0.0
    raw = float(x[1:] @ x[:-1]) / square
    return min(0.95, max(0.0, (raw + 1 / length) / (1 - 3 / length)))


def long_run_variance(psi: FloatArray) -> LongRun:
    """The variance of `sum(psi)`, psi being (intervals,) in time order; zero variance where psi is constant."""
    length = len(psi)
    x = psi - psi.mean()
    if float(x @ x) <= ROUNDING:
        return LongRun(variance=0.0, degrees=cosines(length, 0.0), phi=0.0)
    phi = autocorrelation(x)
    number = cosines(length, phi)
    waves, frequencies = _cosines(length, number)
    power = float(np.mean((waves @ x) ** 2)) * 2 / length
    # The spectrum of an AR(1) at each cosine relative to frequency zero: what the cosines miss.
    seen = float(np.mean((1 - phi) ** 2 / (1 - 2 * phi * frequencies + phi**2)))
    return LongRun(variance=length * power / seen, degrees=number, phi=phi)


@lru_cache(maxsize=64)
def _cosines(length: int, number: int) -> tuple[FloatArray, FloatArray]:
    """(number, length) cosines of rising frequency, and the cosine of each frequency: the same for every measure."""
    j = np.arange(1, number + 1)
    waves = np.cos(np.outer(j, np.arange(length) + 0.5) * (np.pi / length))
    return frozen(waves), frozen(np.cos(np.pi * j / length))


def _round_half_up(value: float) -> int:
    return math.floor(value + 0.5)
