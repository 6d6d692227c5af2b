"""Estimates: a measure on both sides and its change, each with a confidence interval; or NoEstimate with a reason."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from canary_guard.model.measure import Scale
from canary_guard.model.warm_up import WarmUpState
from canary_guard.model.window import Comparison


class Undetermined(StrEnum):
    """Why something could not be determined."""

    DATA = "data"
    """missing, partial or contradictory"""
    EXPOSURE = "exposure"
    """too little to prove anything"""
    WARM_UP = "warm-up"
    """still cold"""


class Method(StrEnum):
    """Which candidate made an interval the widest (statistics.md, sections 3 to 5 and 9)."""

    TIME = "time"
    UNITS = "units"
    COUNTS = "counts"
    EXACT = "exact"
    MOVER = "mover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A number with a confidence interval; None for an end that is unbounded, and for a point that is undefined."""

    point: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The change over the last part of the window, at alpha / 2."""

    start: int
    """ms since the epoch: where this part begins"""
    intervals: int
    change: Interval
    thin: bool
    """Its interval is the exact one of small counts, on few events: may be exceeded, says nothing about within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One candidate of the variance of a change; kept so that power and p-values can be told from it."""

    method: Method
    variance: float
    degrees: float | None
    """Degrees of freedom; None for infinite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixPart:
    """How a change splits: what is judged is behaviour, at the baseline's mix of key patterns."""

    plain: Interval
    """The whole change, mix included."""
    mix: float
    """The part of the plain change that other traffic makes, on the same scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What a change is heading for while the canary's cache warms up, or just did."""

    state: WarmUpState
    heading: Interval | None
    """The change once the cache is warm, at `alpha`; None where no curve could be fitted."""
    eta: int | None
    """ms from the window's end"""
    overshoots: bool
    """The cache is better than it will stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure on both sides, and its change. Ratios are on the log scale: theta = ln(canary / baseline)."""

    measure: str
    comparison: Comparison
    scale: Scale
    baseline: Interval
    """The level of the measure, in its own unit."""
    canary: Interval
    change: Interval
    """One-sided `alpha` at each end."""
    change_within: Interval
    """One-sided `alpha_within` at each end: for the proof that a change is inside its bound."""
    half: Tail | None
    """The last half; None if it has fewer than eight intervals or no estimate."""
    quarter: Tail | None
    """The last quarter, likewise."""
    thin: bool
    """Rests on small counts in one arm: may be exceeded, never within."""
    method: Method
    """Of the widest candidate."""
    candidates: tuple[Candidate, ...]
    intervals: int
    """T, after alignment; the smaller side's where the sides differ"""
    events_baseline: float
    events_canary: float
    mix: MixPart | None = None
    """None where the change was not standardised for the mix of key patterns."""
    recovery: Recovery | None = None
    """None where it is judged as it stands: the cache is warm, or a cold one does not move the measure."""
    notes: tuple[str, ...] = ()
    """Such as `pods cannot be told from the deploy`."""
    kind: Literal["estimate"] = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEstimate:
    """A measure that has no estimate, and why."""

    measure: str
    comparison: Comparison
    scale: Scale
    reason: str
    undetermined: Undetermined
    from_source: bool = False
    """The reason is that the source failed."""
    intervals: int | None = None
    """T, as in Estimate; None where it never came to counting them"""
    shortfall: float | None = None
    """How many times as long the window would have to be for an estimate, at this traffic; None: not known"""
    events_baseline: float | None = None
    events_canary: float | None = None
    kind: Literal["no-estimate"] = "no-estimate"


Estimated = Estimate | NoEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumEstimate:
    """One key pattern, or the small ones together as `other`."""

    stratum: str
    members: tuple[str, ...]
    """The patterns in it."""
    share_baseline: float
    """of the baseline's lookups, 0 to 1"""
    share_canary: float
    estimate: Estimated
    p: float | None
    """That it lies beyond the condition's bound: corrected for the family of strata (Holm); None without estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """Below these (in the smaller arm) a change is never within."""

    intervals: int = 8
    lookups: float = 1000
    misses: float = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The error levels and limits that estimates are made at."""

    alpha: float = 0.01
    alpha_within: float = 0.05
    indifference: float = 2.0
    """`within` may also be proved by excluding this many times the bound; 1 turns it off"""
    minimum: Minimum = Minimum()
