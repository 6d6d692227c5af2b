"""The difference between two runs: what was asked otherwise, what came out otherwise, and what it was made of."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from canary_guard.model.cause import CauseStatus
from canary_guard.model.estimate import Interval, Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.measure import Scale
from canary_guard.model.rule import Severity
from canary_guard.model.run import Verdict
from canary_guard.model.window import Comparison, Windows

DIFF_FORMAT: Final = "canary-guard/diff/v1"


class Ingredient(StrEnum):
    """What a run follows from: two runs that share all three are the same run."""

    QUESTION = "question"
    """What was asked: rules, bounds, selectors, levels, windows, how it was compared."""
    DATA = "data"
    """What the source answered, and when."""
    TOOL = "tool"
    """The version of canary-guard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One of the two runs: what tells it from the other."""

    name: str
    """The file of its record, as it was given."""
    tool: str
    """`canary-guard` and its version"""
    verdict: Verdict
    undetermined: tuple[Undetermined, ...]
    """The kinds because of which it is inconclusive, sorted."""
    exit_code: int
    sentence: str
    """The verdict and the numbers that decided it."""
    comparison: Comparison
    windows: Windows
    alpha: float
    """One-sided error at each end of the intervals of its changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """Something with a name that reads otherwise in the two runs: `alpha` 0.01 → 0.02."""

    name: str
    then: str | None
    """None: it was not there."""
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What only one of the two runs says."""

    then: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measure in one run. Ratios are on the log scale: theta = ln(canary / baseline)."""

    comparison: Comparison
    scale: Scale
    baseline: Interval
    """The level, in the measure's own unit."""
    canary: Interval
    change: Interval
    """Of a condition the one that was judged: over the window, or over the last part of it that exceeded alone."""
    at_mix: bool
    """The change is meant at the baseline's mix of key patterns: what other traffic alone moved is left out."""
    kind: Literal["measured"] = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A measure without an estimate in one run, and why."""

    reason: str
    kind: Literal["unmeasured"] = "unmeasured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What became of a condition in one run, with what it was held against."""

    finding: ConditionFinding
    measured: Measured | Unmeasured


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionDifference:
    """A condition of a rule in both runs; None where the rule was without it, or was not asked."""

    then: Held | None
    now: Held | None
    overlap: bool | None
    """Whether the intervals of the two changes overlap; None where they cannot be held against each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """What became of a rule in one run."""

    title: str
    severity: Severity
    outcome: Outcome | None
    """None where it was not asked."""
    undetermined: Undetermined | None
    """The kind, where undetermined."""
    reason: str | None
    """Why it is undetermined, or was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDifference:
    """A rule in both runs; None in a run whose configuration does not have it."""

    id: str
    then: RuleState | None
    now: RuleState | None
    conditions: tuple[ConditionDifference, ...]
    """As the rule is written now; what only the other one has stands last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDifference:
    """A measure's change in both runs; None in a run that did not ask for it."""

    measure: str
    comparison: Comparison
    scale: Scale
    stratum: str | None
    """The key pattern; None for all together."""
    then: Measured | Unmeasured | None
    now: Measured | Unmeasured | None
    moved: float | None
    """The change now less the change then, on the scale; None where one is missing. No test was made of it."""
    overlap: bool | None
    """As in the conditions"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseDifference:
    """A cause whose status is not the same in both runs; None in a run that says nothing of it."""

    id: str
    title: str
    then: CauseStatus | None
    now: CauseStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that differs between two runs of one service."""

    format: Literal["canary-guard/diff/v1"] = DIFF_FORMAT
    service: str
    changed: tuple[Ingredient, ...]
    """Which of what a run follows from differ, in their order."""
    then: RunSummary
    now: RunSummary
    question: tuple[Altered, ...]
    """What was asked otherwise, by the configuration's keys."""
    rules: tuple[RuleDifference, ...]
    """All of them, in the order of now; those that only the other run has stand last."""
    measures: tuple[MeasureDifference, ...]
    """All of them, likewise."""
    strata: tuple[MeasureDifference, ...]
    """The key patterns that rules are held against, likewise."""
    answers: tuple[Altered, ...]
    """The three questions whose reply is another one."""
    causes: tuple[CauseDifference, ...]
    checks: tuple[Altered, ...]
    """Around a side-by-side comparison, those that found something else."""
    data: Sentences
    """What is wrong with the data of one run only."""
    warnings: Sentences
    """Of the source, verbatim."""
    circumstances: tuple[Altered, ...]
    """What judges nothing: when, where from, how many units, wording, the configuration's file."""

    @property
    def nothing(self) -> bool:
        """Whether nothing differs at all."""
        told = (self.changed, self.question, self.answers, self.causes, self.checks, self.circumstances)
        sentences = (self.data.then, self.data.now, self.warnings.then, self.warnings.now)
        return self.same_result and not any((*told, *sentences))

    @property
    def same_result(self) -> bool:
        """Whether every verdict, outcome and number is the same."""
        then, now = self.then, self.now
        return (
            (then.verdict, then.undetermined, then.exit_code) == (now.verdict, now.undetermined, now.exit_code)
            and all(rule.then == rule.now for rule in self.rules)
            and all(one.then == one.now for rule in self.rules for one in rule.conditions)
            and all(one.then == one.now for one in (*self.measures, *self.strata))
        )
