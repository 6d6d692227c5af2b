"""A change before an error level is chosen: the candidates of its interval, of which the widest wins."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.candidates import alike, time_candidate, units_candidate, widest
from canary_guard.stats.ends import Ends, clipped, wider
from canary_guard.stats.refusal import Refusal, contradictory

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray

UNTOLD = "pods cannot be told from the deploy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What counting noise alone makes of the interval, where that is not symmetric about the change."""

    method: Method
    ends: Callable[[float], Ends]
    """From a one-sided alpha."""
    variance: float | None = None
    """What the same noise comes to as a variance; None where no number says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, and all that its interval is made from."""

    point: float | None
    """None for a ratio with a count of 0."""
    spread: tuple[Candidate, ...] = ()
    """Each makes a half-width on both sides of the point."""
    floor: Floor | None = None
    """Replaces the ends where it is wider; alone it is the interval."""
    alike: Candidate | None = None
    """Left out of the spread, because pods look alike."""
    limit: float | None = None
    """The change cannot leave -limit … limit."""
    thin: bool = False
    notes: tuple[str, ...] = ()
    events_baseline: float
    events_canary: float

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that can be told as a variance, counting noise last."""
        if self.floor is None or self.floor.variance is None:
            return self.spread
        return (*self.spread, Candidate(method=self.floor.method, variance=self.floor.variance, degrees=None))


def ends_of(change: Change, alpha: float) -> tuple[Ends, Method]:
    """The interval of a change, one-sided `alpha` at each end, and the candidate that made it the widest."""
    floor = change.floor
    if change.point is None or not change.spread:
        ends, method = (Ends(low=None, high=None), Method.TIME) if floor is None else (floor.ends(alpha), floor.method)
    else:
        half, method = widest(change.spread, alpha)
        ends = Ends(low=change.point - half, high=change.point + half)
        if floor is not None:
            both = wider(ends, floor.ends(alpha))
            method = method if both == ends else floor.method
            ends = both
    return (ends if change.limit is None else clipped(ends, -change.limit, change.limit)), method


def sound(change: Change | Refusal) -> Change | Refusal:
    """The change, unless one of its numbers is none: nothing that is not finite may look like an estimate."""
    if isinstance(change, Refusal):
        return change
    numbers = [candidate.variance for candidate in change.candidates]
    if not change.thin or change.point is not None:
        numbers.append(math.nan if change.point is None else change.point)
    if all(math.isfinite(value) for value in numbers):
        return change
    return contradictory("the numbers are beyond what can be computed")


def spread_of(
    *,
    baseline: FloatArray,
    weights_baseline: FloatArray,
    canary: FloatArray,
    weights_canary: FloatArray,
    paired: bool,
) -> tuple[tuple[Candidate, ...], Candidate | None, tuple[str, ...]]:
    """The candidates in force, the one left out because pods look alike, and what a reader must know.

    From (units, intervals) influences and (units,) weights. Unpaired, pods are never taken to be alike.
    """
    time = time_candidate(baseline=baseline, canary=canary, paired=paired)
    units = units_candidate(
        baseline=baseline, weights_baseline=weights_baseline, canary=canary, weights_canary=weights_canary
    )
    if units is None:
        return (time,), None, (UNTOLD,)
    if paired and alike(time, units):
        return (time,), units, ()
    return (time, units), None, ()
