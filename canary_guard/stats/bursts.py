"""Bursts: whether misses come in lumps, as when keys expire together (statistics.md, section 12)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Undetermined
from canary_guard.stats.refusal import Refusal, too_few_intervals

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray

FEWEST_INTERVALS = 16
FEWEST_PER_INTERVAL = 5
_BLOCKS = 8
_AROUND = 9
_LEAST = 0.05
"""of the mean: where nearly all comes in bursts, the level between them is next to nothing"""
SURELY_BURSTIER = 0.05
"""From this p-value on, the canary's misses come in larger lumps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmBursts:
    """How unevenly the misses of one arm come."""

    variation: float
    """Coefficient of variation between intervals beyond counting noise, so that arms of any size compare."""
    peak: float
    """The worst interval's rate over the arm's mean rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """Both arms, and whether the canary is the burstier one."""

    baseline: ArmBursts
    canary: ArmBursts
    p: float
    """Of a sign test over eight blocks of time; the smallest possible is 1/256."""

    @property
    def ratio(self) -> float:
        """The canary's peak over the baseline's."""
        return self.canary.peak / self.baseline.peak


def bursts(
    *,
    events_baseline: FloatArray,
    exposure_baseline: FloatArray,
    events_canary: FloatArray,
    exposure_canary: FloatArray,
) -> Bursts | Refusal:
    """From (intervals,) counts of events and their exposure, paired by time."""
    intervals = len(events_canary)
    if intervals < FEWEST_INTERVALS:
        return too_few_intervals(baseline=intervals, canary=intervals, needed=FEWEST_INTERVALS)
    sums = [float(events.sum()) for events in (events_baseline, events_canary)]
    if min(sums) < FEWEST_PER_INTERVAL * intervals or min(exposure_baseline.sum(), exposure_canary.sum()) <= 0:
        return Refusal(
            reason=f"fewer than {FEWEST_PER_INTERVAL} misses per interval: "
            f"{sums[0] / intervals:.3g} in the baseline, {sums[1] / intervals:.3g} in the canary",
            undetermined=Undetermined.EXPOSURE,
        )
    baseline, canary = _excess(events_baseline, exposure_baseline), _excess(events_canary, exposure_canary)
    return Bursts(
        baseline=_arm(baseline, events_baseline, exposure_baseline),
        canary=_arm(canary, events_canary, exposure_canary),
        p=_sign_test(canary - baseline),
    )


def _excess(events: FloatArray, exposure: FloatArray) -> FloatArray:
    """(intervals,) relative variance beyond what a Poisson count would have."""
    expected = exposure * (events.sum() / exposure.sum())
    excess: FloatArray = ((events - expected) ** 2 - events) / expected.mean() ** 2
    return excess


def _arm(excess: FloatArray, events: FloatArray, exposure: FloatArray) -> ArmBursts:
    return ArmBursts(variation=math.sqrt(max(0.0, float(excess.mean()))), peak=peak(events, exposure))


def peak(events: FloatArray, exposure: FloatArray) -> float:
    """The worst interval's rate over the mean rate, from (intervals,) counts that are not all 0."""
    there = exposure > 0
    return float((events[there] / exposure[there]).max() / (events.sum() / exposure.sum()))


def around_level(events: FloatArray, exposure: FloatArray) -> FloatArray:
    """(intervals,) exposure weighed by the level around each interval, so that a level that moves is no burst.

    The level is the median rate of the nine intervals around, which a burst in every eighth does not move.
    """
    safe = np.where(exposure > 0, exposure, 1.0)
    rates = np.pad(np.where(exposure > 0, events / safe, 0.0), _AROUND // 2, mode="reflect")
    level = np.median(np.lib.stride_tricks.sliding_window_view(rates, _AROUND), axis=-1)
    mean = float(events.sum() / exposure.sum()) if exposure.sum() > 0 else 0.0
    weighed: FloatArray = exposure * np.maximum(level, _LEAST * mean)
    return weighed


def _sign_test(differences: FloatArray) -> float:
    """The share of all sign changes of the blocks' sums under which their total is as large as it is."""
    edges = [round(len(differences) * block / _BLOCKS) for block in range(_BLOCKS + 1)]
    sums = np.array([differences[low:high].sum() for low, high in pairwise(edges)])
    signs = 1 - 2 * ((np.arange(2**_BLOCKS)[:, np.newaxis] >> np.arange(_BLOCKS)) & 1)
    enough = sums.sum() - 1e-12 * np.abs(sums).sum()
    return float(np.mean(signs @ sums >= enough))
