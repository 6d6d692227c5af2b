"""Rules: named conditions over changes, with bounds and a severity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, assert_never

from canary_guard.model.measure import MEASURES, BoundUnit, Scale
from canary_guard.model.window import View


class Severity(StrEnum):
    """What an exceeded rule does to the run."""

    FAIL = "fail"
    WARN = "warn"


class Direction(StrEnum):
    """Which way a change is held against its bound."""

    RISES = "rises_by"
    DROPS = "drops_by"


class LimitSide(StrEnum):
    """Which way a level is held against its limit."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How much change the team accepts: `0.5pp`, `10%`, `x1.2`, `5ms`."""

    amount: float
    """In the unit's base: 10 % is 0.1, 0.5 pp is 0.005, 5 ms is 0.005, x1.2 is 1.2."""
    unit: BoundUnit
    text: str
    """As the team wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCondition:
    """`{measure: hit_rate, drops_by: 0.5pp}`"""

    measure: str
    direction: Direction
    bound: Bound
    any_stratum: bool = False
    view: View | None = None
    """Which sides are compared, of a cause's condition; None: as the run compares."""
    kind: Literal["change"] = "change"

    @property
    def scale(self) -> Scale:
        """On which scale the bound is meant."""
        ratio = self.bound.unit in (BoundUnit.PERCENT, BoundUnit.TIMES)
        return Scale.RATIO if ratio else Scale.DIFFERENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCondition:
    """`{measure: hit_rate, below: 90%}`, held against the canary's level."""

    measure: str
    side: LimitSide
    limit: Bound
    kind: Literal["level"] = "level"

    @property
    def scale(self) -> Scale:
        """The scale of the estimate that carries the level."""
        return MEASURES[self.measure].scale


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Exceeded if every part is."""

    parts: tuple[Condition, ...]
    kind: Literal["all"] = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Any:
    """Exceeded if one part is."""

    parts: tuple[Condition, ...]
    kind: Literal["any"] = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Exceeded if its part is within."""

    part: Condition
    kind: Literal["not"] = "not"


Leaf = ChangeCondition | LevelCondition
Condition = ChangeCondition | LevelCondition | All | Any | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named condition with a severity and the advice to give when it is exceeded."""

    id: str
    title: str
    severity: Severity
    when: Condition
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsked:
    """A rule that is off in this configuration, and why."""

    id: str
    title: str
    severity: Severity
    reason: str


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The conditions on measures inside a condition, from left to right."""
    match condition:
        case ChangeCondition() | LevelCondition():
            yield condition
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)
        case _ as never:
            assert_never(never)
