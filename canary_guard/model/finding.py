"""Findings: what became of each rule, and of each of its conditions."""

from dataclasses import dataclass
from enum import StrEnum

from canary_guard.model.estimate import Undetermined
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
    since: int | None = None
    """ms: exceeded only over the part of the window that begins here"""
    looks_bad: bool | None = None
    """Undetermined for want of exposure: whether the point lies beyond the bound."""
    more_time: int | None = None
    """ms of further window at this traffic that would settle it; None: not known, or no time would"""
    from_source: bool = False
    """Undetermined because the source failed."""


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
