"""Warm-up: a cold canary is not a regression, and what its cache is heading for (design section 5)."""

from dataclasses import dataclass
from enum import StrEnum


class WarmUpState(StrEnum):
    """How warm the canary's cache is (statistics.md, section 10)."""

    WARM = "warm"
    CONVERGED = "converged"
    """It was cold at first; the rest of the window is judged."""
    RECOVERING = "recovering"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """What was found about the canary's cache, from its misses per lookup."""

    state: WarmUpState
    skip: int = 0
    """ms of the window's beginning that are not judged"""
    eta: int | None = None
    """ms from the window's end until it is warm; None unless recovering"""
    overshoots: bool = False
    """It misses surely less than the baseline, as a cache does whose keys are all young: it will not stay so."""
    level: float | None = None
    """Misses per lookup that it is heading for; None where no curve could be fitted."""
    began: float | None = None
    """Misses per lookup of the curve's first interval; equal to the level where nothing recovers."""
