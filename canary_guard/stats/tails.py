"""The last half and the last quarter of a window: a fault may begin late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Tail
from canary_guard.stats.alignment import FEWEST_INTERVALS, Pair
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.ends import Ends, change_interval
from canary_guard.stats.refusal import Refusal

if TYPE_CHECKING:
    from canary_guard.model.window import Grid

Estimator = Callable[[Pair], Change | Refusal]

HALF, QUARTER = 2, 4


def tail(pair: Pair, part: int, *, grid: Grid, estimator: Estimator, alpha: float) -> Tail | None:
    """The change over the last `1 / part` of the window, at `alpha` / 2; `grid` is the canary's.

    Before and after, the whole window before stands against the last part of the one after. That is no second test of
    the change but only a look at where it is heading: its interval is unbounded, the point is what it says. None with
    fewer than eight intervals, and where the part alone has no estimate.
    """
    intervals = pair.canary.intervals // part
    if intervals < FEWEST_INTERVALS:
        return None
    canary = pair.canary.last(intervals)
    change = estimator(
        replace(pair, baseline=pair.baseline.last(intervals) if pair.paired else pair.baseline, canary=canary)
    )
    if isinstance(change, Refusal):
        return None
    ends = ends_of(change, alpha / 2)[0] if pair.paired else Ends(low=None, high=None)
    return Tail(
        start=grid.start + canary.at[0] * grid.step,
        intervals=intervals,
        change=change_interval(change.point, ends),
        thin=change.thin,
    )
