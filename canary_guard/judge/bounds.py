"""A condition's bound in, a limit on the estimate's scale out, turned so that a worse change is a larger number."""

from dataclasses import dataclass
from math import isfinite, log

from canary_guard.model.estimate import Interval
from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import Bound, ChangeCondition, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Where acceptable changes end: on the log scale for a ratio, in the measure's own unit for a difference."""

    bound: float
    zone: float | None
    """The end of the indifference zone; None where there is none."""


def limit_of(condition: ChangeCondition, *, indifference: float) -> Limit | None:
    """The limit of a condition (statistics.md, section 6); None where the bound means nothing (a drop by 100 %).

    A factor is taken alike both ways: `drops_by: x1.2` is the mirror image of `rises_by: x1.2`.
    """
    bound = _on_scale(condition.bound, condition.direction, times=1)
    if bound is None:
        return None
    zone = _on_scale(condition.bound, condition.direction, times=indifference) if indifference > 1 else None
    return Limit(bound=bound, zone=zone)


def _on_scale(bound: Bound, direction: Direction, *, times: float) -> float | None:
    """The bound taken `times` over; None where a logarithm is undefined."""
    amount = bound.amount
    match bound.unit:
        case BoundUnit.TIMES:
            number = _log(1 + times * (amount - 1))
        case BoundUnit.PERCENT if direction is Direction.RISES:
            number = _log(1 + times * amount)
        case BoundUnit.PERCENT:
            kept = _log(1 - times * amount)
            number = None if kept is None else -kept
        case _:
            number = times * amount
    return number if number is not None and isfinite(number) else None


def _log(ratio: float) -> float | None:
    return log(ratio) if ratio > 0 else None


def towards(interval: Interval, direction: Direction) -> Interval:
    """A change as a rise: for `drops_by` negated, with its ends swapped."""
    if direction is Direction.RISES:
        return interval
    return Interval(point=_negated(interval.point), low=_negated(interval.high), high=_negated(interval.low))


def _negated(number: float | None) -> float | None:
    return None if number is None else -number
