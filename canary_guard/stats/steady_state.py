"""Where a recovering cache is heading, against the baseline (statistics.md, section 10)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from canary_guard.model.measure import Scale
from canary_guard.stats.degrees import normal_quantile, student_quantile
from canary_guard.stats.ends import Ends, change_interval, logarithm, mover
from canary_guard.stats.long_run_variance import long_run_variance

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray
    from canary_guard.model.estimate import Interval
    from canary_guard.stats.warm_up import Fit


def projection(
    fit: Fit, *, events_baseline: FloatArray, exposure_baseline: FloatArray, scale: Scale, alpha: float
) -> Interval:
    """The change of a rate once the cache is warm: the fitted level against the baseline's rate.

    From the baseline's (intervals,) counts, with at least one event, and their exposure; `alpha` is the fit's. As a
    ratio there is neither point nor end where the fit heads for 0.
    """
    events, exposure = float(events_baseline.sum()), float(exposure_baseline.sum())
    rate = events / exposure
    along = long_run_variance(events_baseline / events - exposure_baseline / exposure)
    half = max(
        student_quantile(along.degrees, 1 - alpha) * math.sqrt(along.variance),
        normal_quantile(1 - alpha) / math.sqrt(events),
    )
    heading: float | None = fit.level
    ends = Ends(low=fit.level_low, high=fit.level_high)
    if scale is Scale.RATIO:
        heading, ends = logarithm(fit.level), Ends(low=logarithm(fit.level_low), high=logarithm(fit.level_high))
        rate = math.log(rate)
    else:
        half *= rate
    if heading is None:
        return change_interval(None, Ends(low=None, high=None))
    return change_interval(
        heading - rate,
        mover(
            baseline=rate,
            baseline_ends=Ends(low=rate - half, high=rate + half),
            canary=heading,
            canary_ends=ends,
        ),
    )
