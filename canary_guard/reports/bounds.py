"""Where a condition's bound lies in a picture: as a change on the estimate's scale, and as a level of the measure."""

from math import exp, inf, isfinite, log

from canary_guard.model.measure import BoundUnit, Scale
from canary_guard.model.rule import ChangeCondition, Direction, Leaf, LevelCondition, LimitSide


def change_at(condition: ChangeCondition) -> float | None:
    """The change at which the bound lies: ln(canary / baseline) or canary - baseline; None where it means nothing."""
    amount = condition.bound.amount
    match condition.bound.unit, condition.direction:
        case BoundUnit.PERCENT, Direction.DROPS:
            ratio = 1 - amount
        case BoundUnit.PERCENT, Direction.RISES:
            ratio = 1 + amount
        case BoundUnit.TIMES, Direction.DROPS:
            ratio = 1 / amount if amount else 0.0
        case BoundUnit.TIMES, Direction.RISES:
            ratio = amount
        case _:
            return amount if condition.direction is Direction.RISES else -amount
    return log(ratio) if ratio > 0 else None


def level_at(condition: Leaf, baseline: float | None) -> float | None:
    """The canary's level at which the bound lies; None without a baseline to hold it against."""
    if isinstance(condition, LevelCondition):
        return condition.limit.amount
    change = change_at(condition)
    if change is None or baseline is None:
        return None
    if condition.scale is Scale.DIFFERENCE:
        return baseline + change
    # Beyond e^700 floats end, and no picture would show it.
    level = baseline * exp(change) if change < 700 else inf
    return level if isfinite(level) else None


def worse_above(condition: Leaf) -> bool:
    """Whether harm lies above the bound."""
    if isinstance(condition, LevelCondition):
        return condition.side is LimitSide.ABOVE
    return condition.direction is Direction.RISES


def beyond(change: float | None, condition: ChangeCondition) -> bool:
    """Whether a change on the estimate's scale lies beyond the bound; one that is not known does not."""
    bound = change_at(condition)
    if change is None or bound is None:
        return False
    return change > bound if worse_above(condition) else change < bound


def wording(condition: ChangeCondition, baseline: str) -> str:
    """The bound against the baseline's name: `baseline + 15%`, `baseline − 0.5pp`, `baseline x1.2`."""
    text = condition.bound.text
    rises = condition.direction is Direction.RISES
    if condition.bound.unit is BoundUnit.TIMES:
        return f"{baseline} {text}" if rises else f"{baseline} / {text.removeprefix('x')}"
    return f"{baseline} {'+' if rises else '−'} {text}"
