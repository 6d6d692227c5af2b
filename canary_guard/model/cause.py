"""Causes: what may lie behind a change, as data; what a run says of each, and the three questions that it answers."""

from dataclasses import dataclass
from enum import StrEnum

from canary_guard.model.finding import ConditionFinding
from canary_guard.model.measure import Scale
from canary_guard.model.rule import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePattern:
    """One cause, as rules/causes.yaml describes it."""

    id: str
    title: str
    likely: Condition
    """Likely where exceeded."""
    ruled_out: Condition
    """Ruled out where exceeded and not likely; possible otherwise."""
    advice: str


class QuestionId(StrEnum):
    """The three questions, in their order."""

    LOAD = "load"
    """Did load increase?"""
    DATABASE = "database"
    """Did the database get slower first?"""
    CACHE = "cache"
    """Did the deploy change cache behaviour?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPattern:
    """How one of the three questions is answered, as rules/causes.yaml describes it; unclear where neither holds."""

    id: QuestionId
    yes: Condition
    no: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """All that a run can say of why."""

    causes: tuple[CausePattern, ...] = ()
    """Of several that are likely, the first is told first."""
    questions: tuple[QuestionPattern, ...] = ()


class CauseStatus(StrEnum):
    """What the data say of a cause."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    RULED_OUT = "ruled_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One condition with the numbers that it was held against."""

    finding: ConditionFinding
    scale: Scale
    baseline: float | None
    """The level of the side compared with, in the measure's own unit; None where there is no estimate."""
    canary: float | None
    change: float | None
    """theta, on the scale; None also where one side counted nothing, of which there is no ratio"""

    @property
    def known(self) -> bool:
        """Whether there is something to tell."""
        return self.change is not None or (self.baseline is not None and self.canary is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a run says of one cause."""

    id: str
    title: str
    status: CauseStatus
    evidence: tuple[Evidence, ...]
    """Of what made it likely or ruled it out; of all that is known where it is only possible."""
    advice: str


class Reply(StrEnum):
    """An answer in one word."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of the three questions, answered."""

    id: QuestionId
    reply: Reply
    evidence: tuple[Evidence, ...]
