"""A change against its bound as one row of a forest plot: an interval and a bound in, coordinates out."""

from dataclasses import dataclass
from math import asinh

from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.finding import ConditionFinding
from canary_guard.model.rule import ChangeCondition
from canary_guard.reports import bounds

WIDTH = 220
_EDGE = 8
_FROM, _TO = -3.0, 20.0
"""The changes that a row shows, in units of its bound: 0 is no change, 1 is the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Where a row's marks lie, from 0 to WIDTH; worse is to the right."""

    zero: float
    bound: float
    low: float
    high: float
    low_beyond: bool
    """The interval goes on to the left of the picture."""
    high_beyond: bool
    point: float | None
    """None where there is no point, or it lies outside the picture."""


def judged_change(finding: ConditionFinding, estimate: Estimate) -> Interval:
    """The change that was held against the bound: over the window, or over the last part of it that exceeded alone."""
    tails = (tail for tail in (estimate.half, estimate.quarter) if tail is not None and tail.start == finding.since)
    return next((tail.change for tail in tails), estimate.change)


def judged_forest(finding: ConditionFinding, estimate: Estimate) -> Forest | None:
    """What was held against the bound; None for a level, and where the bound has no place."""
    if not isinstance(finding.condition, ChangeCondition):
        return None
    at = bounds.change_at(finding.condition)
    return None if at is None else forest(judged_change(finding, estimate), bound=at)


def forest(change: Interval, *, bound: float) -> Forest | None:
    """A change against its bound, both on the estimate's scale; None where the bound is 0 or nothing is known.

    In units of the bound, so that a drop beyond a bound on drops lies to the right, too.
    """
    if bound == 0 or (change.low is None and change.high is None and change.point is None):
        return None
    low, high = (change.low, change.high) if bound > 0 else (change.high, change.low)
    left = _FROM if low is None else low / bound
    right = _TO if high is None else high / bound
    point = None if change.point is None else change.point / bound
    return Forest(
        zero=_x(0),
        bound=_x(1),
        low=_x(left),
        high=_x(right),
        low_beyond=low is None or left < _FROM,
        high_beyond=high is None or right > _TO,
        point=None if point is None or not _FROM <= point <= _TO else _x(point),
    )


def _x(change: float) -> float:
    """Where a change, in units of its bound, lies; cut at the row's ends.

    The scale (asinh) is even around the bound and grows narrower outwards, so that a change of ten times the bound is
    in the picture, and no change and the bound are at the same place in every row.
    """
    first, last = asinh(_FROM), asinh(_TO)
    inside = min(max(change, _FROM), _TO)
    return _EDGE + (WIDTH - 2 * _EDGE) * (asinh(inside) - first) / (last - first)
