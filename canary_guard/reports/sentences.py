"""What became of each rule and condition, the warnings and the exit code, in sentences.

The verdict's sentence is in `headline`, what to do in `advice`. In all three foreign text (a rule's title, an error, a
warning) comes out on one line and visible, but not yet escaped for a format.
"""

from typing import assert_never

from canary_guard.model.estimate import Estimate, Estimated, Undetermined
from canary_guard.model.finding import ConditionFinding, Finding, Outcome
from canary_guard.model.measure import MEASURES
from canary_guard.model.rule import ChangeCondition, Leaf, LevelCondition, Severity
from canary_guard.model.run import Run
from canary_guard.model.series import Failure, Reading
from canary_guard.model.window import Comparison
from canary_guard.reports import numbers, times
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look


def rule_sentence(finding: Finding, run: Run, look: Look) -> str:
    """What became of a rule, with the numbers."""
    name = said(finding.rule.title)
    match finding.outcome:
        case Outcome.EXCEEDED:
            exceeded = [one for one in finding.conditions if one.outcome is Outcome.EXCEEDED]
            return f"{name}: {'; '.join(condition_sentence(one, run, look) for one in exceeded) or 'exceeded'}"
        case Outcome.WITHIN:
            return f"{name}: within bounds"
        case Outcome.UNDETERMINED:
            return f"{name}: undetermined ({kind(finding)}): {why(finding)}"
        case _ as never:
            assert_never(never)


def condition_sentence(finding: ConditionFinding, run: Run, look: Look) -> str:
    """What became of a condition: measured, bound, outcome."""
    estimate = estimate_of(finding, run)
    numbers_of = f" {measured(finding, run, look)}" if isinstance(estimate, Estimate) else ""
    text = f"{title(finding.condition)}{numbers_of}"
    match finding.outcome:
        case Outcome.EXCEEDED:
            return f"{text} exceeds its bound ({bound(finding.condition)})"
        case Outcome.WITHIN:
            return f"{text} is within its bound ({bound(finding.condition)})"
        case Outcome.UNDETERMINED:
            return f"{text} ({bound(finding.condition)}?) is undetermined ({kind(finding)}): {why(finding)}"
        case _ as never:
            assert_never(never)


def title(condition: Leaf) -> str:
    """The measure that a condition holds, as a person reads it."""
    name = MEASURES[condition.measure].title
    return f"{name}, in any stratum" if isinstance(condition, ChangeCondition) and condition.any_stratum else name


def bound(condition: Leaf) -> str:
    """A condition's bound as the team wrote it: `drops by 0.5pp`, `above 80%`."""
    match condition:
        case ChangeCondition():
            return f"{condition.direction.replace('_', ' ')} {said(condition.bound.text, 40)}"
        case LevelCondition():
            return f"{condition.side} {said(condition.limit.text, 40)}"
        case _ as never:
            assert_never(never)


def measured(finding: ConditionFinding, run: Run, look: Look) -> str:
    """What was held against the bound: `99.15 → 98.08 % (−1.07 pp)`, `x2.1 since 09:16 UTC (…)`, `not measured`."""
    estimate = estimate_of(finding, run)
    if not isinstance(estimate, Estimate):
        return "not measured"
    if isinstance(finding.condition, LevelCondition):
        return numbers.level(estimate.measure, estimate.canary.point)
    whole = numbers.levels(estimate.measure, estimate.baseline.point, estimate.canary.point)
    change = numbers.change(estimate.measure, estimate.scale, estimate.change.point)
    if finding.since is None:
        return f"{whole} ({change})"
    late = numbers.change(estimate.measure, estimate.scale, theta(finding, estimate))
    return f"{late} since {times.clock(finding.since, look)} (whole window: {whole}, {change})"


def kind(finding: Finding | ConditionFinding) -> Undetermined:
    """The kind of something undetermined; what does not say it counts as want of data."""
    return finding.undetermined or Undetermined.DATA


def why(finding: Finding | ConditionFinding) -> str:
    """Why something is undetermined, and how much longer would settle it."""
    return reason(finding) + settled_by(finding)


def reason(finding: Finding | ConditionFinding) -> str:
    """Why something is undetermined."""
    return said(finding.reason or "no reason is recorded")


def settled_by(finding: Finding | ConditionFinding) -> str:
    """How much longer would settle it, as the end of a sentence; empty where that is not known."""
    if finding.more_time is None:
        return ""
    return f"; another {times.wait(finding.more_time)} at this traffic would settle it"


def warnings(run: Run, look: Look, *, brief: bool = False) -> tuple[str, ...]:
    """What a reader must know although it does not fail the run: exceeded warn rules, and the source's own warnings.

    `brief`: without the numbers, beside a table that has them.
    """
    exceeded = (
        f"{said(one.rule.title) if brief else rule_sentence(one, run, look)}. {said(one.rule.advice, 1000)}".rstrip()
        for one in run.findings
        if one.rule.severity is Severity.WARN and one.outcome is Outcome.EXCEEDED
    )
    return (*exceeded, *(f"The source warns: {said(warning)}" for warning in run.warnings))


def not_asked(run: Run) -> tuple[str, ...]:
    """The rules that are off in this configuration, and why."""
    return tuple(f"{said(rule.id, 100)}: {said(rule.reason)}" for rule in run.plan.not_asked)


def exit_sentence(run: Run) -> str:
    """The exit code, and why it is not that of the verdict."""
    return f"exit code {run.exit.code}" + (f": {said(run.exit.note)}" if run.exit.note else "")


def sides(comparison: Comparison) -> tuple[str, str]:
    """What the two sides of a comparison are called."""
    match comparison:
        case Comparison.CONCURRENT:
            return "baseline", "canary"
        case Comparison.BEFORE_AFTER:
            return "before", "after"
        case _ as never:
            assert_never(never)


def gating(run: Run) -> tuple[Finding, ...]:
    """The findings that can fail the run."""
    return tuple(finding for finding in run.findings if finding.rule.severity is Severity.FAIL)


def failures(run: Run) -> tuple[tuple[Reading, Failure], ...]:
    """The queries that the source did not answer, and why."""
    return tuple((reading, reading.failure) for reading in run.queries if reading.failure is not None)


def estimate_of(finding: ConditionFinding, run: Run) -> Estimated | None:
    """The estimate that a condition was held against."""
    wanted = (finding.condition.measure, finding.condition.scale, finding.comparison)
    return next((one for one in run.estimates if (one.measure, one.scale, one.comparison) == wanted), None)


def theta(finding: ConditionFinding, estimate: Estimate) -> float | None:
    """The change that decided: over the window, or over the last part of it that exceeded alone."""
    tails = (tail for tail in (estimate.half, estimate.quarter) if tail is not None and tail.start == finding.since)
    return next((tail.change.point for tail in tails), estimate.change.point)


def looks_bad(finding: Finding) -> bool:
    """Whether an undetermined rule has a condition that looks exceeded so far."""
    return any(one.outcome is Outcome.UNDETERMINED and one.looks_bad for one in finding.conditions)
