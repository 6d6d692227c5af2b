"""A condition on a change and its estimate in, a finding out (statistics.md, section 6)."""

from typing import assert_never

from canary_guard.judge.bounds import Limit, limit_of, towards
from canary_guard.judge.power import time_to_estimate, time_to_settle
from canary_guard.judge.undetermined import without_data, without_estimate
from canary_guard.model.estimate import (
    Estimate,
    Estimated,
    Interval,
    Levels,
    Method,
    NoEstimate,
    Recovery,
    Tail,
    Undetermined,
)
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.rule import ChangeCondition, Direction
from canary_guard.model.warm_up import WarmUpState
from canary_guard.model.window import Comparison


def hold_change(condition: ChangeCondition, estimated: Estimated, *, levels: Levels, step: int) -> ConditionFinding:
    """Holds a change against its bound; the first of section 6's four steps that holds decides. `step` in ms.

    No estimate, and a bound that means nothing, are undetermined.
    """
    limit = limit_of(condition, indifference=levels.indifference)
    if limit is None:
        reason = f"a bound of {condition.bound.text} on this change means nothing"
        return without_data(condition, estimated.comparison, reason)
    match estimated:
        case NoEstimate():
            more_time = time_to_estimate(estimated, limit=limit, levels=levels, step=step)
            return without_estimate(condition, estimated, more_time=more_time)
        case Estimate():
            return _held(condition, estimated, limit, levels=levels, step=step)
        case _ as never:
            assert_never(never)


def _held(
    condition: ChangeCondition, estimate: Estimate, limit: Limit, *, levels: Levels, step: int
) -> ConditionFinding:
    comparison = estimate.comparison
    recovery = estimate.recovery
    if recovery is not None and recovery.state is WarmUpState.RECOVERING:
        return _recovering(condition, estimate, recovery, limit)
    exceeded, since = _exceeded(estimate, condition.direction, limit)
    if exceeded and recovery is not None and not _heading_beyond(recovery, condition.direction, limit):
        reason = "it is worse since it warmed up, but the curve of its recovery heads for less: it may not be over"
        return _cold(condition, estimate, recovery, reason)
    if exceeded:
        return ConditionFinding(condition=condition, comparison=comparison, outcome=Outcome.EXCEEDED, since=since)
    if _within(estimate, condition.direction, limit):
        if recovery is not None and recovery.overshoots:
            reason = "the cache is new and its keys are young: it misses less than the baseline and will not stay so"
            return _cold(condition, estimate, recovery, reason)
        return ConditionFinding(condition=condition, comparison=comparison, outcome=Outcome.WITHIN)
    return _unproved(condition, estimate, limit, levels=levels, step=step)


def _recovering(condition: ChangeCondition, estimate: Estimate, recovery: Recovery, limit: Limit) -> ConditionFinding:
    """A cold cache is judged by what it is heading for, and passes where it is good enough already.

    It misses less and less, so that a last half of the window inside the bound stays there; not so a cache that misses
    less than the baseline by then, whose keys are all young.
    """
    if _heading_beyond(recovery, condition.direction, limit):
        return ConditionFinding(condition=condition, comparison=estimate.comparison, outcome=Outcome.EXCEEDED)
    late = None if recovery.overshoots else _good_enough(estimate, condition.direction, limit)
    if late is not None:
        return ConditionFinding(
            condition=condition, comparison=estimate.comparison, outcome=Outcome.WITHIN, since=late.start
        )
    return _cold(condition, estimate, recovery, "the canary's cache is still cold, and recovering")


def _good_enough(estimate: Estimate, direction: Direction, limit: Limit) -> Tail | None:
    """The last half of the window, if it is inside the bound."""
    late = estimate.half
    if late is None or late.thin or _quarter_looks_bad(estimate, direction, limit):
        return None
    change = towards(late.change, direction)
    return late if _inside(change.high, limit.bound) or _inside_zone(change, limit) else None


def _heading_beyond(recovery: Recovery, direction: Direction, limit: Limit) -> bool:
    low = None if recovery.heading is None else towards(recovery.heading, direction).low
    return low is not None and low > limit.bound


def _cold(condition: ChangeCondition, estimate: Estimate, recovery: Recovery, reason: str) -> ConditionFinding:
    return ConditionFinding(
        condition=condition,
        comparison=estimate.comparison,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.WARM_UP,
        reason=reason,
        more_time=recovery.eta,
    )


def _exceeded(estimate: Estimate, direction: Direction, limit: Limit) -> tuple[bool, int | None]:
    """Steps 1 and 2: whether proved beyond the bound, and since when where only over the window's last part."""
    low = towards(estimate.change, direction).low
    if low is not None and low > limit.bound:
        return True, None
    if estimate.comparison is not Comparison.CONCURRENT:
        return False, None
    for tail in (estimate.half, estimate.quarter):
        low = None if tail is None else towards(tail.change, direction).low
        if tail is not None and low is not None and low > limit.bound:
            return True, tail.start
    return False, None


def _within(estimate: Estimate, direction: Direction, limit: Limit) -> bool:
    """Step 3: proved inside the bound, or inside twice the bound with the point inside it."""
    if estimate.thin or _quarter_looks_bad(estimate, direction, limit):
        return False
    if _inside(towards(estimate.change_within, direction).high, limit.bound):
        return True
    return _inside_zone(towards(estimate.change, direction), limit)


def _inside_zone(change: Interval, limit: Limit) -> bool:
    return limit.zone is not None and _inside(change.point, limit.bound) and _inside(change.high, limit.zone)


def _inside(number: float | None, bound: float) -> bool:
    return number is not None and number <= bound


def _quarter_looks_bad(estimate: Estimate, direction: Direction, limit: Limit) -> bool:
    point = None if estimate.quarter is None else towards(estimate.quarter.change, direction).point
    return point is not None and not _inside(point, limit.bound)


def _unproved(
    condition: ChangeCondition, estimate: Estimate, limit: Limit, *, levels: Levels, step: int
) -> ConditionFinding:
    """Step 4: an estimate that proves nothing, with what it looks like and how much longer would prove it."""
    direction = condition.direction
    bound = condition.bound.text
    point = towards(estimate.change, direction).point
    beyond = None if point is None else point > limit.bound
    more_time = time_to_settle(estimate, direction=direction, limit=limit, levels=levels, step=step)
    too_far = f"{'a rise' if direction is Direction.RISES else 'a drop'} by more than {bound}"
    advice = ""
    if more_time is None and estimate.method is Method.UNITS:
        advice = "; more pods rather than more time would settle it"
    if beyond is None:
        reason = f"one arm has no events, which is too little to prove or to exclude {too_far}"
    elif beyond:
        reason = f"it looks like {too_far}, but the data are too few to prove it{advice}"
    elif _quarter_looks_bad(estimate, direction, limit):
        # The fault may have begun late: neither more time as healthy as the window nor as bad as its end is likely.
        beyond, more_time = True, None
        reason = f"the last quarter of the window looks like {too_far}, the whole of it does not"
    elif estimate.thin:
        reason = f"it looks acceptable, but one arm has too few events to exclude {too_far}"
    else:
        reason = f"it looks acceptable, but the data are too few to exclude {too_far}{advice}"
    return ConditionFinding(
        condition=condition,
        comparison=estimate.comparison,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.EXPOSURE,
        reason=reason,
        looks_bad=beyond,
        more_time=more_time,
    )
