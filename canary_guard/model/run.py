"""The run: all that was asked and found. The JSON record *is* the run."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from canary_guard.model.arrays import Vector
from canary_guard.model.cause import Cause, Question
from canary_guard.model.estimate import Estimated, Undetermined
from canary_guard.model.finding import CrossCheck, Finding, StrataEstimates
from canary_guard.model.plan import Plan
from canary_guard.model.projection import Projection
from canary_guard.model.series import Reading, SourceFacts
from canary_guard.model.warm_up import WarmUp
from canary_guard.model.window import Arm, Comparison, Period, Windows

RUN_FORMAT: Final = "canary-guard/run/v1"


class Verdict(StrEnum):
    """Of a run."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a verdict became an exit code."""

    code: int
    note: str | None = None
    """Why the exit code is not that of the verdict: a mapping, a shadow run, a source error."""
    source_error: str | None = None
    """Set where source errors left nothing that can fail to judge: one line, as it goes to the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A measure over time on one side, for charts: numerator and denominator sums per interval."""

    measure: str
    side: Arm
    start: int
    """ms, of the first interval"""
    step: int
    """ms"""
    values: Vector
    """One number per interval; 0 where missing."""
    missing: tuple[int, ...] = ()
    """Intervals without a value: a gap, or nothing in the denominator."""
    stratum: str | None = None
    """The key pattern; None: of all together"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitQuality:
    """What is known about the data of one unit in one arm and window."""

    arm: Arm | None
    period: Period
    unit: str
    resets: int
    """restarts of its counters"""
    expected: int
    """intervals in which it was there"""
    gaps: int
    """of those, intervals in which it did not answer"""
    appeared: bool = False
    """inside the window"""
    left: bool = False
    """inside the window"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataQuality:
    """Gaps, resets and silent units, over all signals together."""

    units: tuple[UnitQuality, ...]
    gap_share: float
    """of all expected unit-intervals, 0 to 1"""
    unusable_samples: int
    """NaN, infinite, negative, or not a number"""
    notes: tuple[str, ...] = ()
    """What a reader must know, in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that was asked and found."""

    format: Literal["canary-guard/run/v1"] = RUN_FORMAT
    tool: str
    """`canary-guard` and its version"""
    verdict: Verdict
    undetermined: tuple[Undetermined, ...]
    """The kinds because of which it is inconclusive, sorted."""
    exit: Exit
    comparison: Comparison
    """The main one; a finding names another where it used another."""
    comparison_note: str
    """Which comparison was used, and why."""
    windows: Windows
    warm_up: WarmUp | None
    """None where it was not looked for."""
    findings: tuple[Finding, ...]
    """In the order of the rules: severity fail first."""
    cross_checks: tuple[CrossCheck, ...]
    """Around a side-by-side comparison; empty for the others."""
    estimates: tuple[Estimated, ...]
    strata: tuple[StrataEstimates, ...]
    """For each condition `in: any-stratum`."""
    projection: Projection | None
    """None without `capacity`, or without an estimate of the database's load."""
    causes: tuple[Cause, ...]
    """The likely ones first, the ruled out last."""
    questions: tuple[Question, ...]
    """The three, in their order."""
    traces: tuple[Trace, ...]
    traces_before: tuple[Trace, ...] = ()
    """The same measures in both arms before the deploy; empty where the run compares other sides than the arms."""
    traces_by_pattern: tuple[Trace, ...] = ()
    """Of the measures that are judged in any key pattern, in wider intervals."""
    data_quality: DataQuality
    warnings: tuple[str, ...]
    """From the source, verbatim."""
    source: SourceFacts
    plan: Plan
    queries: tuple[Reading, ...]
    """Every query with its answer, from which all of the above can be computed again."""
