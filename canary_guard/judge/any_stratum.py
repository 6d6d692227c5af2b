"""A condition in any stratum and the strata's estimates in, a finding out (statistics.md, section 8)."""

from collections.abc import Sequence
from dataclasses import replace

from canary_guard.judge.bounded_delta import hold_change
from canary_guard.judge.undetermined import without_data
from canary_guard.model.estimate import Levels, StratumEstimate, Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome, StrataEstimates
from canary_guard.model.rule import ChangeCondition
from canary_guard.model.window import Comparison

Held = tuple[StratumEstimate, ConditionFinding]


def hold_strata(
    condition: ChangeCondition, found: Sequence[StrataEstimates], comparison: Comparison, *, levels: Levels, step: int
) -> ConditionFinding:
    """Exceeded if one stratum is and the correction for the family of strata confirms it; within if all are.

    Without strata it is undetermined for want of data.
    """
    fitting = [one for one in found if one.condition == condition]
    if len(fitting) != 1 or not fitting[0].strata:
        missing = fitting[0].missing if len(fitting) == 1 else None
        return without_data(condition, comparison, missing or "no estimate per stratum was made")
    held = [
        (one, replace(hold_change(condition, one.estimate, levels=levels, step=step), stratum=one.stratum))
        for one in fitting[0].strata
    ]
    exceeded = [pair for pair in held if pair[1].outcome is Outcome.EXCEEDED and _confirmed(pair[0], levels)]
    if exceeded:
        return _worst(exceeded)
    open_ = [pair for pair in held if pair[1].outcome is not Outcome.WITHIN]
    if not open_:
        return _worst(held)
    # Want of data poisons a rule, so it must not hide behind a pattern that merely has too little traffic.
    return _unproved(condition, _worst([pair for pair in open_ if pair[1].undetermined is Undetermined.DATA] or open_))


def _confirmed(stratum: StratumEstimate, levels: Levels) -> bool:
    return stratum.p is not None and stratum.p <= levels.alpha


def _worst(held: Sequence[Held]) -> ConditionFinding:
    return min(held, key=lambda pair: (1.0 if pair[0].p is None else pair[0].p, pair[0].stratum))[1]


def _unproved(condition: ChangeCondition, finding: ConditionFinding) -> ConditionFinding:
    """An exceeded stratum that the family does not confirm is undetermined, like any other that is open."""
    reason = finding.reason or (
        f"{finding.stratum} looks worse by more than {condition.bound.text}, but among so many strata it may be chance"
    )
    if finding.reason is not None:
        reason = f"{finding.stratum}: {finding.reason}"
    return replace(
        finding,
        outcome=Outcome.UNDETERMINED,
        undetermined=finding.undetermined or Undetermined.EXPOSURE,
        reason=reason,
        looks_bad=True if finding.reason is None else finding.looks_bad,
    )
