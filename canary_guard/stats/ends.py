"""Ends of an interval, and how numbers enter a record: finite, with twelve significant digits, or None."""

from __future__ import annotations

import math
from dataclasses import dataclass

from canary_guard.model.estimate import Interval

_LARGEST_EXPONENT = 700
_DECIMALS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Both ends of an interval; None is unbounded."""

    low: float | None
    high: float | None


def number(value: float | None) -> float | None:
    """The value with twelve significant digits, the same on every machine; None unless it is finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.12g}") + 0.0  # no negative zero


def interval(point: float | None, ends: Ends) -> Interval:
    """The interval of a level as it enters a record."""
    return Interval(point=number(point), low=number(ends.low), high=number(ends.high))


def change_interval(point: float | None, ends: Ends) -> Interval:
    """The interval of a change as it enters a record.

    A change is a difference: what is left of two numbers that cancel has fewer digits that mean something.
    """
    return Interval(point=_cancelled(point), low=_cancelled(ends.low), high=_cancelled(ends.high))


def _cancelled(value: float | None) -> float | None:
    kept = number(value)
    return None if kept is None else round(kept, _DECIMALS) + 0.0


def logarithm(value: float | None) -> float | None:
    """ln, and None where there is none."""
    return None if value is None or value <= 0 else math.log(value)


def exponential(value: float | None) -> float | None:
    """exp, and None where it would be beyond all numbers."""
    return None if value is None or value > _LARGEST_EXPONENT else math.exp(value)


def wider(one: Ends, other: Ends) -> Ends:
    """The wider of both, end by end."""
    return Ends(
        low=None if one.low is None or other.low is None else min(one.low, other.low),
        high=None if one.high is None or other.high is None else max(one.high, other.high),
    )


def clipped(ends: Ends, low: float, high: float) -> Ends:
    """The ends cut to a range that the number cannot leave."""
    return Ends(
        low=None if ends.low is None else max(low, ends.low),
        high=None if ends.high is None else min(high, ends.high),
    )


def mover(*, baseline: float, baseline_ends: Ends, canary: float, canary_ends: Ends) -> Ends:
    """The interval of `canary - baseline` from the intervals of both, which are taken as independent.

    Method of variance estimates recovery (Zou and Donner 2008; Donner and Zou 2012). An end that would need an
    unbounded end is unbounded.
    """
    change = canary - baseline
    low = high = None
    if canary_ends.low is not None and baseline_ends.high is not None:
        low = change - math.hypot(canary - canary_ends.low, baseline_ends.high - baseline)
    if canary_ends.high is not None and baseline_ends.low is not None:
        high = change + math.hypot(canary_ends.high - canary, baseline - baseline_ends.low)
    return Ends(low=low, high=high)
