"""What became of a rule's conditions in, what becomes of the rule out: three-valued logic, in which data poisons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.rule import All, Any, ChangeCondition, Condition, Leaf, LevelCondition, Not

_WORST_FIRST: Final = (Undetermined.DATA, Undetermined.WARM_UP, Undetermined.EXPOSURE)
_OPPOSITE: Final = {
    Outcome.EXCEEDED: Outcome.WITHIN,
    Outcome.UNDETERMINED: Outcome.UNDETERMINED,
    Outcome.WITHIN: Outcome.EXCEEDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """An outcome, and because of which conditions it is undetermined, from left to right; empty unless it is."""

    outcome: Outcome
    because: tuple[ConditionFinding, ...] = ()


def rule_on(when: Condition, findings: Sequence[ConditionFinding]) -> Ruling:
    """The outcome of a rule, given a finding for each of its leaves.

    A leaf that is undetermined for want of data makes the rule undetermined unless the rule is exceeded, whatever
    three-valued logic would allow; so does an `all` or `any` without parts.
    """
    ruling = combine(when, {finding.condition: finding for finding in findings})
    if ruling.outcome is Outcome.EXCEEDED:
        return ruling
    poison = tuple(finding for finding in findings if _lacks_data(finding))
    if not poison and _complete(when):
        return ruling
    because = tuple(finding for finding in findings if finding in ruling.because or finding in poison)
    return Ruling(outcome=Outcome.UNDETERMINED, because=because)


def combine(condition: Condition, found: Mapping[Leaf, ConditionFinding]) -> Ruling:
    """Kleene's three-valued logic (1952): `all` is the minimum of within < undetermined < exceeded, `any` the maximum.

    An `all` or `any` without parts is undetermined.
    """
    match condition:
        case ChangeCondition() | LevelCondition():
            finding = found[condition]
            undetermined = finding.outcome is Outcome.UNDETERMINED
            return Ruling(outcome=finding.outcome, because=(finding,) if undetermined else ())
        case All(parts=parts):
            return _joined([combine(part, found) for part in parts], decides=Outcome.WITHIN)
        case Any(parts=parts):
            return _joined([combine(part, found) for part in parts], decides=Outcome.EXCEEDED)
        case Not(part=part):
            ruling = combine(part, found)
            return replace(ruling, outcome=_OPPOSITE[ruling.outcome])
        case _ as never:
            assert_never(never)


def _joined(rulings: Sequence[Ruling], *, decides: Outcome) -> Ruling:
    """The outcome `decides` if one part has it, its opposite if all parts have that."""
    outcomes = {ruling.outcome for ruling in rulings}
    if decides in outcomes:
        return Ruling(outcome=decides)
    if outcomes == {_OPPOSITE[decides]}:
        return Ruling(outcome=_OPPOSITE[decides])
    return Ruling(
        outcome=Outcome.UNDETERMINED, because=tuple(finding for ruling in rulings for finding in ruling.because)
    )


def _complete(condition: Condition) -> bool:
    match condition:
        case ChangeCondition() | LevelCondition():
            return True
        case All(parts=parts) | Any(parts=parts):
            return bool(parts) and all(_complete(part) for part in parts)
        case Not(part=part):
            return _complete(part)
        case _ as never:
            assert_never(never)


def kind_of(finding: ConditionFinding) -> Undetermined:
    """The kind of an undetermined finding; one that does not say it counts as want of data."""
    return finding.undetermined or Undetermined.DATA


def _lacks_data(finding: ConditionFinding) -> bool:
    return finding.outcome is Outcome.UNDETERMINED and kind_of(finding) is Undetermined.DATA


def foremost(because: Sequence[ConditionFinding]) -> ConditionFinding | None:
    """Of undetermined findings the one to tell first: the worst kind, then what looks bad; None if there is none."""
    return min(because, key=lambda finding: (_WORST_FIRST.index(kind_of(finding)), not finding.looks_bad), default=None)


def settled_after(when: Condition, findings: Sequence[ConditionFinding]) -> int | None:
    """ms of further window after which the rule would be settled, if each condition settles as it looks now.

    The soonest time at which the conditions that are settled by then decide the rule. Where it is not known which way
    a condition would go, the time after which all are settled. None: not known, or no time would do.
    """
    because = rule_on(when, findings).because
    times = sorted({finding.more_time for finding in because if finding.more_time is not None})
    for time in times:
        later = tuple(_settled_by(time, finding) for finding in findings)
        if rule_on(when, later).outcome is not Outcome.UNDETERMINED:
            return time
    known = bool(times) and all(finding.more_time is not None for finding in because)
    return times[-1] if known else None


def _settled_by(time: int, finding: ConditionFinding) -> ConditionFinding:
    if finding.more_time is None or finding.more_time > time or finding.looks_bad is None:
        return finding
    outcome = Outcome.EXCEEDED if finding.looks_bad else Outcome.WITHIN
    return replace(finding, outcome=outcome, undetermined=None)
