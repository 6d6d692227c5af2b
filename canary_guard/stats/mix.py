"""Changes at the baseline's mix: behaviour, without the part that other traffic makes (statistics.md, section 8)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Candidate, Method, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.stats.candidates import time_candidate
from canary_guard.stats.change import Change
from canary_guard.stats.proportions import proportion_variance
from canary_guard.stats.refusal import Refusal, fewer_than, word
from canary_guard.stats.standardising import ByStratum, Standardised, standardise

if TYPE_CHECKING:
    from collections.abc import Callable

    from canary_guard.model.arrays import FloatArray

AtMix = tuple[Standardised, Change]
"""What was standardised, with its parts, and the change of behaviour."""


def share_at_mix(*, baseline: ByStratum, canary: ByStratum, paired: bool, pods: float = 0.0) -> AtMix | Refusal:
    """The behaviour part of the change of a share, such as hits of lookups, as a difference.

    `pods` is the variance that pods add to the logarithm of the miss rate (strata.pod_variance).
    """
    found = standardise(baseline=baseline, canary=canary)
    if isinstance(found, Refusal):
        return found
    added = pods * (found.baseline * (1 - found.baseline)) ** 2
    noise = _noise(found, baseline, canary, lambda x, n: proportion_variance(events=x, trials=n))
    events = _totals(baseline.over, canary.over)
    return found, _change(found, noise, scale=Scale.DIFFERENCE, paired=paired, added=added, events=events)


def rate_at_mix(
    *, baseline: ByStratum, canary: ByStratum, counted: str, fewest: float, paired: bool, pods: float = 0.0
) -> AtMix | Refusal:
    """The behaviour part of the change of a rate of counts, such as misses or queries per lookup, as a ratio.

    `counted` is the signal of the counts, of which both arms must have `fewest`; `pods` is the variance that pods add
    to the change.
    """
    events = _totals(baseline.over, canary.over)
    if min(events) < fewest:
        return fewer_than(fewest, counted, baseline=events[0], canary=events[1])
    found = standardise(baseline=baseline, canary=canary)
    if isinstance(found, Refusal):
        return found
    if found.at_mix <= 0:
        reason = f"no {word(counted)} in the canary's strata that have lookups"
        return Refusal(reason=reason, undetermined=Undetermined.DATA)
    noise = _noise(found, baseline, canary, lambda x, n: max(x, 1.0) / n / n)
    return found, _change(found, noise, scale=Scale.RATIO, paired=paired, added=pods, events=events)


def latency_at_mix(*, baseline: ByStratum, canary: ByStratum, fewest: float, paired: bool) -> AtMix | Refusal:
    """The change of the mean miss latency at the baseline's mix of misses, as a ratio.

    From seconds over misses; strata with fewer than `fewest` misses in an arm have no mean and are left out.
    """
    kept = np.minimum(baseline.under.sum(axis=1), canary.under.sum(axis=1)) >= fewest
    all_misses = _totals(baseline.under, canary.under)
    baseline, canary = (ByStratum(over=arm.over[kept], under=arm.under[kept]) for arm in (baseline, canary))
    found = standardise(baseline=baseline, canary=canary)
    if isinstance(found, Refusal):
        return fewer_than(fewest, "misses in every stratum", baseline=all_misses[0], canary=all_misses[1])
    if min(found.baseline, found.at_mix) <= 0:
        return Refusal(reason="no seconds of miss latency in an arm", undetermined=Undetermined.DATA)
    noise = _noise(found, baseline, canary, lambda x, n: (x / n) ** 2 / n)
    events = _totals(baseline.under, canary.under)
    return found, _change(found, noise, scale=Scale.RATIO, paired=paired, added=0.0, events=events)


def load_at_mix(
    load: Change, misses: AtMix, *, psi_baseline: FloatArray, psi_canary: FloatArray, paired: bool
) -> Change | Refusal:
    """The change of database load per request without what the mix does to misses, as a ratio.

    For load that has no stratum of its own: `theta* = theta - (ln M_c - ln M*)`, from the misses per lookup of both
    arms (rate_at_mix) and the (intervals,) influences of both arms' load on theta. It takes a stratum's queries per
    miss to be the same in both arms; what breaks that stays in theta*.
    """
    if load.point is None or load.thin:
        return Refusal(reason="too few events to take out the mix", undetermined=Undetermined.EXPOSURE)
    at, missed = misses
    time = time_candidate(
        baseline=(psi_baseline - at.psi_mix / at.at_mix)[np.newaxis],
        canary=(psi_canary - at.psi_plain / at.canary + at.psi_canary / at.at_mix)[np.newaxis],
        paired=paired,
    )
    # Few misses in a stratum that weighs more in the baseline: noise that the load's own count does not have.
    rarer = sum(found.variance for found in missed.spread if found.method is Method.COUNTS)
    rarer = max(0.0, rarer - 1 / missed.events_baseline - 1 / missed.events_canary)
    others = [
        replace(found, variance=found.variance + (0.0 if found.method is Method.UNITS else rarer))
        for found in load.candidates
        if found.method is not Method.TIME
    ]
    return Change(
        point=load.point - math.log(at.canary / at.at_mix),
        spread=(time, *others),
        notes=load.notes,
        events_baseline=load.events_baseline,
        events_canary=load.events_canary,
    )


def _change(
    found: Standardised,
    noise: tuple[float, float],
    *,
    scale: Scale,
    paired: bool,
    added: float,
    events: tuple[float, float],
) -> Change:
    """On a scale; `added` is the variance that pods add to each candidate."""
    per_baseline, per_canary = 1.0, 1.0
    point = found.behaviour
    if scale is Scale.RATIO:
        per_baseline, per_canary = 1 / found.baseline, 1 / found.at_mix
        point = math.log(found.at_mix) - math.log(found.baseline)
    time = time_candidate(
        baseline=(found.psi_baseline * per_baseline - found.psi_mix * per_canary)[np.newaxis],
        canary=(found.psi_canary * per_canary)[np.newaxis],
        paired=paired,
    )
    counts = noise[0] * per_baseline**2 + noise[1] * per_canary**2
    return Change(
        point=point,
        spread=(
            replace(time, variance=time.variance + added),
            Candidate(method=Method.COUNTS, variance=counts + added, degrees=None),
        ),
        limit=1.0 if scale is Scale.DIFFERENCE else None,
        events_baseline=events[0],
        events_canary=events[1],
    )


def _noise(
    found: Standardised, baseline: ByStratum, canary: ByStratum, variance: Callable[[float, float], float]
) -> tuple[float, float]:
    """Counting variances of both rates, from that of one stratum's rate by its sums."""

    def variances(arm: ByStratum) -> FloatArray:
        sums = zip(arm.over.sum(axis=1).tolist(), arm.under.sum(axis=1).tolist(), strict=True)
        return np.array([variance(over, under) if under > 0 else 0.0 for over, under in sums])

    return found.noise(baseline=variances(baseline), canary=variances(canary))


def _totals(baseline: FloatArray, canary: FloatArray) -> tuple[float, float]:
    return float(baseline.sum()), float(canary.sum())
