"""Rules and estimates in, a finding per rule and the verdict out (design section 5)."""

from collections.abc import Sequence
from typing import assert_never

from canary_guard.judge.any_stratum import hold_strata
from canary_guard.judge.bounded_delta import hold_change
from canary_guard.judge.conditions import foremost, kind_of, rule_on, settled_after
from canary_guard.judge.level import hold_level
from canary_guard.judge.undetermined import without_data
from canary_guard.model.estimate import Estimated, Levels, Undetermined
from canary_guard.model.finding import ConditionFinding, Finding, Outcome, StrataEstimates
from canary_guard.model.measure import MEASURES
from canary_guard.model.rule import ChangeCondition, Leaf, LevelCondition, Rule, Severity, leaves
from canary_guard.model.run import Verdict
from canary_guard.model.window import Comparison


def judge(
    rules: Sequence[Rule],
    estimates: Sequence[Estimated],
    strata: Sequence[StrataEstimates] = (),
    *,
    levels: Levels,
    step: int,
) -> tuple[Finding, ...]:
    """A finding per rule, those of severity fail first; `step` in ms.

    A condition whose measure has no estimate, or has two, is undetermined for want of data.
    """
    in_order = sorted(rules, key=lambda rule: rule.severity is not Severity.FAIL)
    return tuple(_judged(rule, estimates, strata, levels=levels, step=step) for rule in in_order)


def _judged(
    rule: Rule, estimates: Sequence[Estimated], strata: Sequence[StrataEstimates], *, levels: Levels, step: int
) -> Finding:
    conditions = tuple(hold(leaf, estimates, strata, levels=levels, step=step) for leaf in leaves(rule.when))
    ruling = rule_on(rule.when, conditions)
    if ruling.outcome is not Outcome.UNDETERMINED:
        return Finding(rule=rule, outcome=ruling.outcome, undetermined=None, conditions=conditions)
    first = foremost(ruling.because)
    return Finding(
        rule=rule,
        outcome=Outcome.UNDETERMINED,
        undetermined=kind_of(first) if first else Undetermined.DATA,
        conditions=conditions,
        reason=f"{_title(first.condition)}: {first.reason}" if first else "an `all` or `any` of the rule has no parts",
        more_time=settled_after(rule.when, conditions),
    )


def hold(
    leaf: Leaf, estimates: Sequence[Estimated], strata: Sequence[StrataEstimates], *, levels: Levels, step: int
) -> ConditionFinding:
    """One condition against the one estimate that fits it; `step` in ms."""
    comparison = estimates[0].comparison if estimates else Comparison.CONCURRENT
    if isinstance(leaf, ChangeCondition) and leaf.any_stratum:
        return hold_strata(leaf, strata, comparison, levels=levels, step=step)
    fitting = [one for one in estimates if one.measure == leaf.measure and one.scale is leaf.scale]
    if len(fitting) != 1:
        reason = "there are estimates that contradict each other" if fitting else "no estimate was made"
        return without_data(leaf, comparison, reason)
    match leaf:
        case ChangeCondition():
            return hold_change(leaf, fitting[0], levels=levels, step=step)
        case LevelCondition():
            return hold_level(leaf, fitting[0], levels=levels, step=step)
        case _ as never:
            assert_never(never)


def _title(leaf: Leaf) -> str:
    return MEASURES[leaf.measure].title


def verdict(findings: Sequence[Finding], *, partial: bool) -> tuple[Verdict, tuple[Undetermined, ...]]:
    """The verdict, and the kinds because of which it is inconclusive, sorted.

    Only rules of severity fail count, and without one the run is inconclusive. `partial`: a server warned that its
    answer is partial, and then the run is inconclusive whatever was found.
    """
    gating = [finding for finding in findings if finding.rule.severity is Severity.FAIL]
    kinds = {kind for finding in gating for kind in _kinds(finding)}
    if partial or not gating:
        kinds.add(Undetermined.DATA)
    elif any(finding.outcome is Outcome.EXCEEDED for finding in gating):
        return Verdict.FAIL, ()
    elif all(finding.outcome is Outcome.WITHIN for finding in gating):
        return Verdict.PASS, ()
    return Verdict.INCONCLUSIVE, tuple(sorted(kinds))


def _kinds(finding: Finding) -> set[Undetermined]:
    """All kinds because of which a rule is undetermined: `--inconclusive-as` maps the worst of them, not only one."""
    if finding.outcome is not Outcome.UNDETERMINED:
        return set()
    because = rule_on(finding.rule.when, finding.conditions).because
    return {finding.undetermined or Undetermined.DATA, *(kind_of(condition) for condition in because)}
