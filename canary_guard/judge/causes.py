"""Causes: what was estimated in every view in, what the data say of each cause out (design section 5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from canary_guard.judge.conditions import combine
from canary_guard.judge.verdict import hold
from canary_guard.model.cause import Cause, CausePattern, CauseStatus, Evidence, Question, QuestionPattern, Reply
from canary_guard.model.estimate import Estimate, Estimated, Levels
from canary_guard.model.finding import ConditionFinding, Outcome, StrataEstimates
from canary_guard.model.rule import ChangeCondition, Condition, Leaf, leaves
from canary_guard.model.window import View

_RANK = (CauseStatus.LIKELY, CauseStatus.POSSIBLE, CauseStatus.RULED_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that causes and questions are held against."""

    views: Mapping[View | None, Sequence[Estimated]]
    """None: as the run compares"""
    strata: Sequence[StrataEstimates]
    levels: Levels
    step: int
    """ms"""

    def held(self, leaf: Leaf) -> Evidence:
        """One condition with its numbers; undetermined where nothing was estimated."""
        view = leaf.view if isinstance(leaf, ChangeCondition) else None
        estimates = [one for one in self.views.get(view, ()) if (one.measure, one.scale) == (leaf.measure, leaf.scale)]
        finding = hold(leaf, estimates, self.strata, levels=self.levels, step=self.step)
        in_strata = isinstance(leaf, ChangeCondition) and leaf.any_stratum
        # Of what no stratum could settle, the total is no evidence.
        open_ = in_strata and finding.stratum is None and finding.outcome is Outcome.UNDETERMINED
        shown = self._stratum(finding) or (None if open_ else next(iter(estimates), None))
        if not isinstance(shown, Estimate):
            return Evidence(finding=finding, scale=leaf.scale, baseline=None, canary=None, change=None)
        return Evidence(
            finding=finding,
            scale=leaf.scale,
            baseline=shown.baseline.point,
            canary=shown.canary.point,
            change=shown.change.point,
        )

    def _stratum(self, finding: ConditionFinding) -> Estimated | None:
        found = (one for strata in self.strata if strata.condition == finding.condition for one in strata.strata)
        return next((one.estimate for one in found if one.stratum == finding.stratum), None)


def causes(patterns: Iterable[CausePattern], seen: Seen) -> tuple[Cause, ...]:
    """What the data say of each cause: the likely ones first, the ruled out last.

    The possible ones stand by how much of what they need is there, all others in the order of the patterns.
    """
    found = [_cause(pattern, seen) for pattern in patterns]
    return tuple(sorted(found, key=lambda one: (_RANK.index(one.status), -_support(one))))


def _support(cause: Cause) -> float:
    """Of what a possible cause needs, the share that is there or looks so."""
    if cause.status is not CauseStatus.POSSIBLE or not cause.evidence:
        return 0.0
    there = sum(one.finding.outcome is Outcome.EXCEEDED or bool(one.finding.looks_bad) for one in cause.evidence)
    return there / len(cause.evidence)


def questions(patterns: Iterable[QuestionPattern], seen: Seen) -> tuple[Question, ...]:
    """The answers, in the order of the patterns."""
    answered = []
    for pattern in patterns:
        at, evidence = _first(seen, (pattern.yes, pattern.no))
        reply = (Reply.YES, Reply.NO, Reply.UNCLEAR)[at]
        answered.append(Question(id=pattern.id, reply=reply, evidence=evidence))
    return tuple(answered)


def _cause(pattern: CausePattern, seen: Seen) -> Cause:
    at, evidence = _first(seen, (pattern.likely, pattern.ruled_out))
    status = (CauseStatus.LIKELY, CauseStatus.RULED_OUT, CauseStatus.POSSIBLE)[at]
    return Cause(id=pattern.id, title=pattern.title, status=status, evidence=evidence, advice=pattern.advice)


def _first(seen: Seen, conditions: Sequence[Condition]) -> tuple[int, tuple[Evidence, ...]]:
    """Which condition is exceeded, or how many there are if none is; and the evidence of it, or of the first."""
    for at, condition in enumerate(conditions):
        evidence = _evidence(seen, condition)
        found = {leaf: one.finding for leaf, one in evidence.items()}
        if combine(condition, found).outcome is Outcome.EXCEEDED:
            return at, tuple(one for one in evidence.values() if one.known)
    return len(conditions), tuple(_evidence(seen, conditions[0]).values())


def _evidence(seen: Seen, condition: Condition) -> Mapping[Leaf, Evidence]:
    return {leaf: seen.held(leaf) for leaf in leaves(condition)}
