"""Findings: what became of each rule, and of each of its conditions."""

from dataclasses import dataclass
from enum import StrEnum

from canary_guard.model.estimate import StratumEstimate, Undetermined
from canary_guard.model.rule import ChangeCondition, LevelCondition, Rule
from canary_guard.model.window import Comparison


class Outcome(StrEnum):
    """Of one condition or rule."""

    EXCEEDED = "exceeded"
    WITHIN = "within"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionFinding:
    """What became of one condition."""

    condition: ChangeCondition | LevelCondition
    comparison: Comparison
    outcome: Outcome
    undetermined: Undetermined | None = None
    """The kind, where undetermined."""
    reason: str | None = None
    """Why it is undetermined, in a sentence."""
    stratum: str | None = None
    """The key pattern that decided, of a condition in any stratum."""
    since: int | None = None
    """ms: decided by the part of the window alone that begins here"""
    looks_bad: bool | None = None
    """Undetermined for want of exposure: whether the point lies beyond the bound."""
    more_time: int | None = None
    """ms of further window at this traffic that would settle it; None: not known, or no time would"""
    from_source: bool = False
    """Undetermined because the source failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrataEstimates:
    """What a condition `in: any-stratum` is held against."""

    condition: ChangeCondition
    strata: tuple[StratumEstimate, ...]
    """Those that both sides have, in the order of their names, `other` last."""
    only_baseline: tuple[str, ...] = ()
    """Key patterns that only the baseline has; they count as behaviour of the total."""
    only_canary: tuple[str, ...] = ()
    missing: str | None = None
    """Why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one rule."""

    rule: Rule
    outcome: Outcome
    undetermined: Undetermined | None
    conditions: tuple[ConditionFinding, ...]
    """From left to right, as the rule is written."""
    reason: str | None = None
    """Why it is undetermined, in a sentence."""
    more_time: int | None = None
    """ms, as in the conditions"""


class CrossCheckId(StrEnum):
    """The checks around a side-by-side comparison (design section 4)."""

    CONTAMINATION = "contamination"
    """has the baseline itself moved since the deploy?"""
    PLACEBO = "placebo"
    """was the difference there before the deploy?"""
    EXPOSURE = "unequal-exposure"
    """does the canary's own cache see too little traffic to be as warm as the baseline's?"""


class Alarm(StrEnum):
    """What a cross-check found."""

    CLEAR = "clear"
    RAISED = "raised"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """One check around the comparison, and what it changed."""

    id: CrossCheckId
    alarm: Alarm
    sentence: str
    """What was found and what it means for the verdict, or why it could not be asked."""
