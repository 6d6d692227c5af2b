"""Lifetimes: from when until when each unit of a side was there, so that a gap can be told from an absence."""

from dataclasses import dataclass

import numpy as np

from canary_guard.model.arrays import BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """When the units of one side were there. All arrays begin with (units,)."""

    alive: BoolArray
    """(units, intervals)"""
    appeared: BoolArray
    """inside the window"""
    left: BoolArray
    """inside the window"""
    silent: BoolArray
    """it was expected to the end of the window, but gave no samples, or none any more"""
    guessed: BoolArray
    """of the silent: nothing says whether it left"""


def lifetimes(present: BoolArray, expected: BoolArray, dark: BoolArray, *, slack: int) -> Lifetimes:
    """When each unit was there.

    `present`, (units, edges), says where any of its counters had a sample; `expected` where the source expected it to
    answer (`up`, whether 0 or 1), all False for a unit of which the source says nothing. `dark`, (edges,), says where
    nothing at all answered: that is the source's own gap, and whoever stood next to it was there, or up to `slack`
    edges further away: not all units are scraped at the same moment.

    A unit begins with its first counter (it may have been starting before), or, if it never gives one, where it is
    first expected. It ends where it is last heard of. Without `expected`, leaving and falling silent look alike: as
    many as were replaced by units that appeared have left, the earliest first; the others are silent until the end.
    """
    units, edges = present.shape
    heard = present | expected
    speaks = np.logical_or.reduce(present, axis=1)
    start = np.empty(units, dtype=np.int64)
    stop = np.empty(units, dtype=np.int64)
    for unit in range(units):
        own = present[unit] if speaks[unit] else heard[unit]
        start[unit] = _first(own, dark, slack)
        stop[unit] = edges - 1 - _first(heard[unit, ::-1], dark[::-1], slack)
    appeared = (start > 0) & speaks
    told = expected.any(axis=1)
    left = speaks & (stop < edges - 1)
    guessed = np.zeros(units, dtype=np.bool_)
    replaced = int((appeared & ~told).sum())
    for unit in sorted(np.flatnonzero(left & ~told).tolist(), key=lambda unit: (stop[unit], unit))[replaced:]:
        guessed[unit], left[unit], stop[unit] = True, False, edges - 1
    at = np.arange(edges - 1)
    return Lifetimes(
        alive=(start[:, None] <= at) & (at < stop[:, None]),
        appeared=appeared,
        left=left,
        silent=guessed | ~speaks,
        guessed=guessed,
    )


def _first(heard: BoolArray, dark: BoolArray, slack: int) -> int:
    """The first edge at which a unit was heard of, or the first of the dark ones that lead up to it."""
    first = int(heard.argmax())
    near = [edge for edge in range(max(0, first - slack - 1), first) if dark[edge]]
    first = near[-1] if near else first
    while first > 0 and dark[first - 1]:
        first -= 1
    return first
