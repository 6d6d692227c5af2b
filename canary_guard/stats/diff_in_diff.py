"""Difference in differences: the change since the deploy beyond the one before it (statistics.md, section 7)."""

from __future__ import annotations

from dataclasses import replace

from canary_guard.model.estimate import Candidate, Method, Undetermined
from canary_guard.stats.candidates import alike
from canary_guard.stats.change import UNTOLD, Change
from canary_guard.stats.degrees import welch
from canary_guard.stats.refusal import Refusal, contradictory

_KINDS = (frozenset({Method.TIME}), frozenset({Method.UNITS}), frozenset({Method.COUNTS, Method.EXACT}))


def diff_in_diff(*, before: Change | Refusal, after: Change | Refusal) -> Change | Refusal:
    """By how much the canary's lead over the baseline grew from before the deploy to after it.

    Both changes are side by side and on the same scale. Each kind of candidate that both periods have counts, with
    the variances added. Refused without an estimate of both periods, and where either is thin.
    """
    if isinstance(before, Refusal):
        return replace(before, reason=f"before the deploy: {before.reason}")
    if isinstance(after, Refusal):
        return replace(after, reason=f"after the deploy: {after.reason}")
    if before.thin or after.thin or before.point is None or after.point is None:
        period = "before" if before.thin or before.point is None else "after"
        return Refusal(reason=f"{period} the deploy: too few events in one arm", undetermined=Undetermined.EXPOSURE)
    time, units, counts = (_added(before, after, methods) for methods in _KINDS)
    if time is None:
        return contradictory("no difference in differences can be made of it")
    aside = units if units is not None and alike(time, units) else None
    return Change(
        point=after.point - before.point,
        spread=tuple(found for found in (time, units, counts) if found is not None and found is not aside),
        alike=aside,
        notes=(UNTOLD,) if units is None else (),
        events_baseline=min(before.events_baseline, after.events_baseline),
        events_canary=min(before.events_canary, after.events_canary),
    )


def _added(before: Change, after: Change, methods: frozenset[Method]) -> Candidate | None:
    """The candidates of one kind, both periods together; None unless both have it."""
    one, other = _of_kind(before, methods), _of_kind(after, methods)
    if one is None or other is None:
        return None
    if one.degrees is None or other.degrees is None:
        return Candidate(method=Method.COUNTS, variance=one.variance + other.variance, degrees=None)
    variance, degrees = welch([(one.variance, one.degrees), (other.variance, other.degrees)])
    return Candidate(method=one.method, variance=variance, degrees=degrees)


def _of_kind(change: Change, methods: frozenset[Method]) -> Candidate | None:
    return next((found for found in (*change.candidates, change.alike) if found and found.method in methods), None)
