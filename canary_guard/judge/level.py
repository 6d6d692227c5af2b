"""A condition on the canary's level and its estimate in, a finding out (statistics.md, section 6)."""

from typing import assert_never

from canary_guard.judge.bounds import towards
from canary_guard.judge.power import time_to_estimate
from canary_guard.judge.undetermined import without_estimate
from canary_guard.model.estimate import Estimate, Estimated, Levels, NoEstimate, Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.rule import Direction, LevelCondition, LimitSide


def hold_level(condition: LevelCondition, estimated: Estimated, *, levels: Levels, step: int) -> ConditionFinding:
    """Holds the canary's level against a limit, by its whole interval; no estimate is undetermined. `step` in ms."""
    match estimated:
        case NoEstimate():
            more_time = time_to_estimate(estimated, limit=None, levels=levels, step=step)
            return without_estimate(condition, estimated, more_time=more_time)
        case Estimate():
            return _held(condition, estimated)
        case _ as never:
            assert_never(never)


def _held(condition: LevelCondition, estimate: Estimate) -> ConditionFinding:
    above = condition.side is LimitSide.ABOVE
    level = towards(estimate.canary, Direction.RISES if above else Direction.DROPS)
    limit = condition.limit.amount if above else -condition.limit.amount
    if level.low is not None and level.low > limit:
        return ConditionFinding(condition=condition, comparison=estimate.comparison, outcome=Outcome.EXCEEDED)
    if level.high is not None and level.high <= limit and not estimate.thin:
        return ConditionFinding(condition=condition, comparison=estimate.comparison, outcome=Outcome.WITHIN)
    return ConditionFinding(
        condition=condition,
        comparison=estimate.comparison,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.EXPOSURE,
        reason=f"the data are too few to tell the canary's level from the limit of {condition.limit.text}",
        looks_bad=None if level.point is None else level.point > limit,
    )
