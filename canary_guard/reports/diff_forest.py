"""A condition in two runs as two lanes of a forest plot: intervals and a bound in, coordinates out."""

from dataclasses import dataclass

from canary_guard.model.difference import ConditionDifference, Held, Measured
from canary_guard.model.estimate import Interval
from canary_guard.model.rule import ChangeCondition
from canary_guard.reports.bounds import change_at
from canary_guard.reports.forest import Forest, forest


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Where the marks of both runs lie, from 0 to forest.WIDTH; worse is to the right."""

    zero: float
    bound: float
    former: float | None
    """The bound of then, where it was another one."""
    then: Forest | None
    """None where there is nothing to draw."""
    now: Forest | None


def lanes(one: ConditionDifference) -> Lanes | None:
    """Both changes in units of the bound of now, or of then where there is none now; None without any to draw."""
    held = one.now or one.then
    unit = None if held is None else _bound(held)
    if held is None or not unit:
        return None
    drawn = [_lane(each, held, unit) for each in (one.then, one.now)]
    known = next((lane for lane in drawn if lane is not None), None)
    if known is None:
        return None
    former = _bound(one.then) if one.then is not None and drawn[0] is not None else None
    return Lanes(
        zero=known.zero,
        bound=known.bound,
        former=None if former is None or former == unit else _at(former, unit),
        then=drawn[0],
        now=drawn[1],
    )


def _bound(held: Held) -> float | None:
    condition = held.finding.condition
    return change_at(condition) if isinstance(condition, ChangeCondition) else None


def _lane(held: Held | None, other: Held, unit: float) -> Forest | None:
    """None, too, for a change on another scale."""
    if held is None or not isinstance(held.measured, Measured):
        return None
    if held.finding.condition.scale is not other.finding.condition.scale:
        return None
    return forest(held.measured.change, bound=unit)


def _at(bound: float, unit: float) -> float | None:
    placed = forest(Interval(point=bound, low=None, high=None), bound=unit)
    return None if placed is None else placed.point
