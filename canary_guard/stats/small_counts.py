"""Exact intervals of counts: of the ratio of two rates given their total, and of one rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, gammaincinv

from canary_guard.stats.ends import Ends

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray


_SMALLEST_SHARE = 1e-250
"""What is left of a share below this has lost its digits: as good as none."""


def conditional_ratio(
    *, events_baseline: float, exposure_baseline: float, events_canary: float, exposure_canary: float, alpha: float
) -> Ends:
    """The interval of the canary's rate over the baseline's, one-sided `alpha` at each end.

    Given the total, a Poisson count is binomial (Przyborowski and Wilenski 1940; Clopper and Pearson 1934). Counts
    may be fractional. The low end is None without an event in the canary, the high end without one in the baseline.
    """
    exposure = exposure_baseline / exposure_canary
    low = high = None
    if events_canary > 0:
        share = float(betaincinv(events_canary, events_baseline + 1, alpha))
        low = share / (1 - share) * exposure if _SMALLEST_SHARE < share < 1 else None
    if events_baseline > 0:
        share = float(betaincinv(events_baseline, events_canary + 1, alpha))
        high = (1 - share) / share * exposure if _SMALLEST_SHARE < share < 1 else None
    return Ends(low=low, high=high)


def overdispersion(events: FloatArray, exposure: FloatArray) -> float:
    """How much more an arm's (intervals,) counts vary than a Poisson count would (Pearson), at least 1."""
    n, d = events[exposure > 0], exposure[exposure > 0]
    expected = n.sum() * d / d.sum()
    if len(n) < 2 or not expected.all():
        return 1.0
    return max(1.0, float(np.sum((n - expected) ** 2 / expected)) / (len(n) - 1))


def poisson_rate(*, events: float, exposure: float, alpha: float) -> Ends:
    """The interval of one rate (Garwood 1936), one-sided `alpha` at each end; the low end is None without an event."""
    low = float(gammaincinv(events, alpha)) / exposure if events > 0 else None
    return Ends(low=low, high=float(gammaincinv(events + 1, 1 - alpha)) / exposure)
