"""Intervals of a proportion and of the difference of two."""

from __future__ import annotations

import math

from canary_guard.stats.degrees import normal_quantile
from canary_guard.stats.ends import Ends, mover


def wilson(*, events: float, trials: float, alpha: float) -> tuple[float, float]:
    """Wilson's score interval of events / trials, one-sided `alpha` at each end; trials > 0."""
    z = normal_quantile(1 - alpha)
    p = min(1.0, events / trials)
    middle = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(p * (1 - p) / trials + (z / (2 * trials)) ** 2) / (1 + z * z / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(
    *, events_baseline: float, trials_baseline: float, events_canary: float, trials_canary: float, alpha: float
) -> Ends:
    """The interval of the canary's proportion less the baseline's (Newcombe 1998, method 10), inside -1 … 1."""
    low_baseline, high_baseline = wilson(events=events_baseline, trials=trials_baseline, alpha=alpha)
    low_canary, high_canary = wilson(events=events_canary, trials=trials_canary, alpha=alpha)
    return mover(
        baseline=min(1.0, events_baseline / trials_baseline),
        baseline_ends=Ends(low=low_baseline, high=high_baseline),
        canary=min(1.0, events_canary / trials_canary),
        canary_ends=Ends(low=low_canary, high=high_canary),
    )


def proportion_variance(*, events: float, trials: float) -> float:
    """The binomial variance of a proportion, with two successes and two failures added so that it is never zero."""
    p = (min(events, trials) + 2) / (trials + 4)
    return p * (1 - p) / trials
