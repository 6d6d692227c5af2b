"""The judges that teams use today, each as simple as it is meant: counts of both arms in, whether it fails, out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def two_proportions(arms: Mapping[str, Any], *, alpha: float = 0.05) -> bool:
    """A pooled z test of two proportions on all misses: any significant worsening fails."""
    misses, lookups = zip(*(_lookups(arms[name]) for name in ("baseline", "canary")), strict=True)
    pooled = sum(misses) / sum(lookups)
    deviation = math.sqrt(pooled * (1 - pooled) * sum(1 / total for total in lookups))
    return deviation > 0 and (misses[1] / lookups[1] - misses[0] / lookups[0]) / deviation > ndtri(1 - alpha)


def rank_test(arms: Mapping[str, Any], *, confidence: float = 0.98, tolerance: float = 0.25) -> bool:
    """A Mann-Whitney test per metric and interval, as the well-known canary judge makes it.

    A metric fails where the whole confidence interval of the shift (Hodges & Lehmann 1963; normal approximation) lies
    above `tolerance` times the shift's own estimate; the canary fails with any metric: misses per lookup, or database
    queries per request.
    """
    return any(
        _shifted(
            _per_interval(arms["baseline"], *metric), _per_interval(arms["canary"], *metric), confidence, tolerance
        )
        for metric in (("misses", ("hits", "misses")), ("db_queries", ("requests",)))
    )


def thresholds(arms: Mapping[str, Any], *, drop: float = 0.005, rise: float = 1.15) -> bool:
    """Fixed thresholds on points: the hit rate is down by more than half a point, and database load up by 15 %."""
    rates, loads = [], []
    for name in ("baseline", "canary"):
        misses, lookups = _lookups(arms[name])
        rates.append(misses / lookups)
        loads.append(np.nansum(arms[name]["db_queries"]) / np.nansum(arms[name]["requests"]))
    return bool(rates[1] - rates[0] > drop and loads[1] > rise * loads[0])


OTHERS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "z test": two_proportions,
    "rank test": rank_test,
    "thresholds": thresholds,
}


def _lookups(arm: Mapping[str, Any]) -> tuple[float, float]:
    misses = float(np.nansum(arm["misses"]))
    return misses, misses + float(np.nansum(arm["hits"]))


def _per_interval(arm: Mapping[str, Any], over: str, under: tuple[str, ...]) -> np.ndarray:
    """The arm's ratio in each interval in which it has one."""
    below = sum(np.nansum(arm[key], axis=0) for key in under)
    seen = below > 0
    return np.asarray(np.nansum(arm[over], axis=0)[seen] / below[seen])


def _shifted(baseline: np.ndarray, canary: np.ndarray, confidence: float, tolerance: float) -> bool:
    if len(baseline) == 0 or len(canary) == 0:
        return False
    shifts = np.sort(np.subtract.outer(canary, baseline), axis=None)
    pairs = len(shifts)
    z = float(ndtri((1 + confidence) / 2))
    low = round(pairs / 2 - z * math.sqrt(pairs * (len(baseline) + len(canary) + 1) / 12))
    return bool(shifts[max(0, low - 1)] > tolerance * abs(np.median(shifts)))
