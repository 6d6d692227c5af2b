"""Why there is no estimate, in words for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from canary_guard.model.estimate import Undetermined

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "db_queries": "database queries",
        "db_seconds": "seconds of database time",
        "hit_latency_count": "timed hits",
        "hit_latency_sum": "seconds of hit latency",
        "miss_latency_bucket": "timed misses",
        "miss_latency_count": "timed misses",
        "miss_latency_sum": "seconds of miss latency",
    }
)
"""What a signal counts, where its key is not already that word."""


_SECONDS: Final = frozenset({"db_seconds", "hit_latency_sum", "miss_latency_sum"})
"""Signals that sum up time rather than count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No estimate, and why."""

    reason: str
    undetermined: Undetermined
    from_source: bool = False
    shortfall: float | None = None
    """How many times as much of it there would have to be; None: not known, or none helps"""


def word(key: str) -> str:
    """What a signal counts, in the plural."""
    return WORDS.get(key, key)


def too_few_intervals(*, baseline: int, canary: int, needed: int) -> Refusal:
    """Fewer intervals than a variance needs; with none at all there is nothing of which more time would bring more."""
    if min(baseline, canary) == 0:
        return contradictory("there is no interval in which both sides were counted")
    found = f"{baseline}" if baseline == canary else f"{baseline} in the baseline, {canary} in the canary"
    return Refusal(
        reason=f"too few intervals: {found}; at least {needed} are needed",
        undetermined=Undetermined.EXPOSURE,
        shortfall=_shortfall(needed, baseline, canary),
    )


def fewer_than(needed: float, key: str, *, baseline: float, canary: float) -> Refusal:
    """Fewer events, or less exposure, than asked for."""
    return Refusal(
        reason=f"fewer than {needed:.12g} {word(key)}: {baseline:.6g} in the baseline, {canary:.6g} in the canary",
        undetermined=Undetermined.EXPOSURE,
        shortfall=_shortfall(needed, baseline, canary),
    )


def _shortfall(needed: float, *found: float) -> float | None:
    return needed / min(found) if min(found) > 0 else None


def nothing_of(key: str, *, baseline: float, canary: float) -> Refusal | None:
    """A signal without which nothing can be divided is 0 in an arm; None if it is in neither."""
    if max(baseline, canary) <= 0:
        return none_in_either_arm(key)
    if min(baseline, canary) > 0:
        return None
    arm = "baseline" if baseline <= 0 else "canary"
    return Refusal(reason=f"no {word(key)} in the {arm}", undetermined=Undetermined.EXPOSURE)


def none_in_either_arm(key: str) -> Refusal:
    """Nothing to take a ratio of."""
    return Refusal(reason=f"no {word(key)} in either arm", undetermined=Undetermined.EXPOSURE)


def untimed(over: str, under: str, *, baseline: float, canary: float) -> Refusal | None:
    """Events that took no time at all in an arm; None if they did, or if `over` counts something else than time."""
    if over not in _SECONDS or min(baseline, canary) > 0:
        return None
    where = "baseline" if baseline <= 0 else "canary"
    return contradictory(f"no {word(over)} in the {where}, although it has {word(under)}")


def contradictory(reason: str) -> Refusal:
    """Numbers that cannot all be true."""
    return Refusal(reason=reason, undetermined=Undetermined.DATA)
