"""Lookups, hits and misses: each is told from the other two."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray, frozen
from canary_guard.model.measurement import Increments, Missing

LOOKUPS = ("hits", "lookups", "misses")

_SLACK = 0.01
"""The share of a unit's lookups by which a part may run ahead of the whole for a while: a scrape reads one counter
after the other while they count."""
_SKEW = 2.0
"""Lookups by which it may do so whatever the traffic."""


def third(
    signals: Mapping[str, Increments], asked: AbstractSet[str], *, side: str
) -> Mapping[str, Increments | Missing]:
    """The lookup count that was not asked for, from the two that were; nothing where there are not two.

    Missing where a part is larger than the whole. A part that is a little ahead is made good in the next intervals.
    """
    known = [key for key in LOOKUPS if key in signals]
    wanted = [key for key in LOOKUPS if key not in asked]
    if len(known) != 2 or len(wanted) != 1:
        return {}
    first, second = (signals[key] for key in known)
    if first.units != second.units:
        first, second = _as_one(first), _as_one(second)
    seen = first.seen & second.seen
    if wanted == ["lookups"]:
        return {"lookups": _like(first, np.where(seen, first.values + second.values, 0.0), seen)}
    part, whole = (first, second) if known[1] == "lookups" else (second, first)
    rest = np.where(seen, whole.values - part.values, 0.0).cumsum(axis=1)
    risen = np.maximum.accumulate(np.maximum(rest, 0.0), axis=1)
    if (risen - rest > _SLACK * whole.values.sum(axis=1, keepdims=True) + _SKEW).any():
        name = next(key for key in known if key != "lookups")
        return {
            wanted[0]: Missing(
                reason=f"more {name} than lookups for {side}: {part.values.sum():.6g} of {whole.values.sum():.6g}; "
                "they must count the same thing"
            )
        }
    return {wanted[0]: _like(first, np.diff(risen, axis=1, prepend=0.0), seen)}


def _like(one: Increments, values: FloatArray, seen: BoolArray) -> Increments:
    return Increments(units=one.units, values=frozen(values), seen=frozen(seen), alive=one.alive)


def _as_one(one: Increments) -> Increments:
    """All units as one, seen where all that were there were seen."""
    if one.units == ("",):
        return one
    seen = np.logical_and.reduce(one.seen | ~one.alive, axis=0, keepdims=True) & one.alive.any(axis=0)
    return Increments(
        units=("",),
        values=frozen(np.where(seen, one.values.sum(axis=0, keepdims=True), 0.0)),
        seen=frozen(seen),
        alive=frozen(np.ones_like(seen)),
    )
