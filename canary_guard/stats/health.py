"""Health: whether the window before the deploy is fit to be compared with (design section 4)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Estimate
from canary_guard.model.measure import Scale
from canary_guard.model.window import Comparison
from canary_guard.stats.estimating import estimate
from canary_guard.stats.trimming import parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canary_guard.model.estimate import Levels
    from canary_guard.model.measurement import Measurement
    from canary_guard.model.run import UnitQuality

MOST_RESTARTED = 0.5
"""Of the units: a rolling restart is a deploy of its own."""
STEADY = math.log(1.25)
"""A measure that surely moved by more from the first half of the window to the second has a trend."""
_MOVING = {"miss_rate": "misses per lookup", "db_load_per_request": "queries per request", "eviction_rate": "evictions"}


def sickness(
    before: Measurement,
    units: Sequence[UnitQuality],
    *,
    shared: Mapping[str, Measurement],
    db_load: str,
    levels: Levels,
) -> str | None:
    """What is wrong with the window before the deploy, in a sentence; None where nothing is.

    `before` has both arms; `units` are those of the window before; `shared` has by measure the measurement, before and
    after, of signals that the arms share.
    """
    restarted = sum(unit.resets > 0 for unit in units)
    if units and restarted > MOST_RESTARTED * len(units):
        return f"{restarted} of {len(units)} units restarted in the window before the deploy"
    sides = {"baseline": before.baseline, "canary": before.canary}
    for measure, title in _MOVING.items():
        found = {"both arms": shared[measure].baseline} if measure in shared else sides
        for whose, side in found.items():
            early, late = parts(side)
            halves = replace(before, comparison=Comparison.BEFORE_AFTER, baseline=early, canary=late)
            trend = estimate(measure, Scale.RATIO, halves, levels=levels, cost=None, db_load=db_load)
            if isinstance(trend, Estimate) and _moved(trend):
                return f"{title} of {whose} moved within the window before the deploy itself"
    return None


def _moved(trend: Estimate) -> bool:
    low, high = trend.change.low, trend.change.high
    return (low is not None and low > STEADY) or (high is not None and high < -STEADY)
