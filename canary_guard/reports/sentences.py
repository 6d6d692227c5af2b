"""What became of each rule and condition, the warnings and the exit code, in sentences.

The verdict's sentence is in `headline`, what to do in `advice`. In all three foreign text (a rule's title, an error, a
warning) comes out on one line and visible, but not yet escaped for a format.
"""

from operator import itemgetter
from typing import assert_never

from canary_guard.model.estimate import Estimate, Estimated, MixPart, Undetermined
from canary_guard.model.finding import Alarm, ConditionFinding, Finding, Outcome
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.rule import ChangeCondition, Direction, Leaf, LevelCondition, Severity
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
    text = f"{named(finding, run)}{numbers_of}"
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
    return f"{name} of any key pattern" if in_strata(condition) else name


def in_strata(condition: Leaf) -> bool:
    """Whether a condition is held in every key pattern."""
    return isinstance(condition, ChangeCondition) and condition.any_stratum


def named(finding: ConditionFinding, run: Run) -> str:
    """The same as it was judged: `hit rate of stock`, of the pattern that decided; `hit rate (before/after)`."""
    name = title(finding.condition)
    if finding.stratum is not None and finding.outcome is not Outcome.WITHIN:
        name = f"{MEASURES[finding.condition.measure].title} of {pattern(finding.stratum)}"
    other = finding.comparison is not run.comparison and finding.comparison is not Comparison.DIFF_IN_DIFF
    return f"{name} ({compared(finding.comparison)})" if other else name


def compared(comparison: Comparison) -> str:
    """How a comparison is called in a word."""
    match comparison:
        case Comparison.CONCURRENT:
            return "side by side"
        case Comparison.BEFORE_AFTER:
            return "before/after"
        case Comparison.DIFF_IN_DIFF:
            return "growth of a difference"
        case _ as never:
            assert_never(never)


def pattern(name: str) -> str:
    """A key pattern's name."""
    return said(name.strip(), 60) or "(no pattern)"


def at_mix(estimate: Estimate) -> str:
    """` at the baseline's mix`, where what other traffic alone moved was taken out, and is worth telling."""
    part = mix_part(estimate)
    if part is None or abs(part.mix) < _TOLD[estimate.scale]:
        return ""
    return " at the former mix" if estimate.comparison is Comparison.BEFORE_AFTER else " at the baseline's mix"


def mix_part(estimate: Estimate) -> MixPart | None:
    """How a change splits into behaviour and other traffic; None where it was not split."""
    # A growth of differences was split twice, and the record has one part only.
    return None if estimate.comparison is Comparison.DIFF_IN_DIFF else estimate.mix


def split(estimate: Estimate) -> str:
    """The whole change, and which part of it is not judged: `in all −0.19 pp, other traffic +8.24 pp`; else empty."""
    part = mix_part(estimate)
    if part is None or part.plain.point is None:
        return ""
    return f"in all {numbers.change(estimate, part.plain.point)}, other traffic {numbers.change(estimate, part.mix)}"


_TOLD = {Scale.RATIO: 0.05, Scale.DIFFERENCE: 0.001}
"""Parts that the mix plays below this are not worth a reader's time."""


def bound(condition: Leaf) -> str:
    """A condition's bound as the team wrote it: `drops by 0.5pp`, `above 80%`."""
    match condition:
        case ChangeCondition():
            return f"{condition.direction.replace('_', ' ')} {said(condition.bound.text, 40)}"
        case LevelCondition():
            return f"{condition.side} {said(condition.limit.text, 40)}"
        case _ as never:
            assert_never(never)


def measured(finding: ConditionFinding, run: Run, look: Look, *, mark: str = "") -> str:
    """What was held against the bound: `99.15 → 98.08 % (−1.07 pp)`, `x2.1 since 09:16 UTC (…)`, `not measured`.

    `mark` stands for `at the baseline's mix`, where something below explains it.
    """
    estimate = estimate_of(finding, run)
    if not isinstance(estimate, Estimate):
        return "not measured"
    if isinstance(finding.condition, LevelCondition):
        return numbers.level(estimate.measure, estimate.canary.point)
    if finding.stratum is not None and finding.outcome is Outcome.WITHIN:
        return _at_worst(finding, run)
    whole = numbers.levels(estimate)
    mix = at_mix(estimate)
    change = numbers.change(estimate, estimate.change.point) + (mark if mark and mix else mix)
    if finding.comparison is Comparison.DIFF_IN_DIFF:
        change += " with the deploy"
    if finding.since is None:
        return f"{whole} ({change})"
    late = numbers.change(estimate, theta(finding, estimate))
    return f"{late} since {times.clock(finding.since, look)} (whole window: {whole}, {change})"


def _at_worst(finding: ConditionFinding, run: Run) -> str:
    """Of a condition that every key pattern is within: `at worst −0.27 pp (stock)`."""
    rises = isinstance(finding.condition, ChangeCondition) and finding.condition.direction is Direction.RISES
    points = [
        (one.estimate.change.point, one.estimate, one.stratum)
        for found in run.strata
        if found.condition == finding.condition
        for one in found.strata
        if isinstance(one.estimate, Estimate) and one.estimate.change.point is not None
    ]
    if not points:
        return "in every one"
    point, estimate, name = (max if rises else min)(points, key=itemgetter(0))
    return f"at worst {numbers.change(estimate, point)} ({pattern(name)})"


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
    if kind(finding) is Undetermined.WARM_UP:
        wait = warm_in(finding)
        return "" if wait is None else f"; warm in about {times.wait(wait)}"
    wait = settling(finding)
    return "" if wait is None else f"; another {times.wait(wait)} at this traffic would settle it"


def settling(finding: Finding | ConditionFinding) -> int | None:
    """ms of further window that would settle it; None where the reason asks for more pods instead."""
    return None if hopeless(finding) else finding.more_time


def hopeless(finding: Finding | ConditionFinding) -> bool:
    """Whether more time is not expected to settle it: its units differ too much."""
    return "more pods rather than more time" in (finding.reason or "")


def warm_in(finding: Finding | ConditionFinding) -> int | None:
    """ms until the canary's cache is warm; None where that is not known."""
    conditions = finding.conditions if isinstance(finding, Finding) else (finding,)
    etas = [one.more_time for one in conditions if one.undetermined is Undetermined.WARM_UP]
    return max((eta for eta in etas if eta is not None), default=None)


def follows(run: Run) -> tuple[str, ...]:
    """The ids of exceeded warn rules that say no more than an exceeded rule that fails the run."""
    exceeded = [one for one in run.findings if one.outcome is Outcome.EXCEEDED]
    told = {name for one in exceeded if one.rule.severity is Severity.FAIL for name in _exceeded_measures(one)}
    return tuple(
        one.rule.id for one in exceeded if one.rule.severity is Severity.WARN and _exceeded_measures(one) <= told
    )


def _exceeded_measures(finding: Finding) -> set[str]:
    return {one.condition.measure for one in finding.conditions if one.outcome is Outcome.EXCEEDED}


def warnings(run: Run, look: Look, *, brief: bool = False, folded: bool = False) -> tuple[str, ...]:
    """What a reader must know although it does not fail the run: exceeded warn rules, and the source's own warnings.

    `brief`: without the numbers, beside a table that has them. `folded`: without the rules that a rule that fails the
    run explains.
    """
    left_out = follows(run) if folded else ()
    exceeded = (
        f"{said(one.rule.title) if brief else rule_sentence(one, run, look)}. {said(one.rule.advice, 1000)}".rstrip()
        for one in run.findings
        if one.rule.severity is Severity.WARN and one.outcome is Outcome.EXCEEDED and one.rule.id not in left_out
    )
    return (*exceeded, *(f"The source warns: {said(warning)}" for warning in run.warnings))


def raised(run: Run) -> tuple[str, ...]:
    """What the checks around the comparison found wrong: `placebo: the arms differed before the deploy already`."""
    return tuple(f"{one.id}: {said(one.sentence, 600)}" for one in run.cross_checks if one.alarm is Alarm.RAISED)


def not_asked(run: Run) -> tuple[str, ...]:
    """The rules that are off in this configuration, and why."""
    return tuple(f"{said(rule.id, 100)}: {said(rule.reason)}" for rule in run.plan.not_asked)


def exit_sentence(run: Run) -> str:
    """The exit code, and why it is not that of the verdict."""
    return f"exit code {run.exit.code}" + (f": {said(run.exit.note)}" if run.exit.note else "")


def sides(comparison: Comparison) -> tuple[str, str]:
    """What the two sides of a comparison are called."""
    match comparison:
        case Comparison.CONCURRENT | Comparison.DIFF_IN_DIFF:
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
    """The estimate that a condition was held against; of a condition in any stratum, that of the deciding one."""
    if finding.stratum is not None:
        strata = (one for found in run.strata if found.condition == finding.condition for one in found.strata)
        return next((one.estimate for one in strata if one.stratum == finding.stratum), None)
    wanted = (finding.condition.measure, finding.condition.scale, finding.comparison)
    return next((one for one in run.estimates if (one.measure, one.scale, one.comparison) == wanted), None)


def theta(finding: ConditionFinding, estimate: Estimate) -> float | None:
    """The change that decided: over the window, or over the last part of it that exceeded alone."""
    tails = (tail for tail in (estimate.half, estimate.quarter) if tail is not None and tail.start == finding.since)
    return next((tail.change.point for tail in tails), estimate.change.point)


def only_late(finding: Finding) -> bool:
    """Whether nothing but the end of the window looks exceeded."""
    bad = [one for one in finding.conditions if one.outcome is Outcome.UNDETERMINED and one.looks_bad]
    return all("the last quarter of the window looks" in (one.reason or "") for one in bad)


def looks_bad(finding: Finding) -> bool:
    """Whether an undetermined rule has a condition that looks exceeded so far."""
    return any(one.outcome is Outcome.UNDETERMINED and one.looks_bad for one in finding.conditions)
