"""Trimming: a side of a measurement cut to a part of its window."""

from dataclasses import replace
from typing import TypeVar

from canary_guard.model.arrays import frozen
from canary_guard.model.measurement import Buckets, Increments, Side
from canary_guard.model.window import Grid

Counted = TypeVar("Counted", Increments, Buckets)


def between(side: Side, first: int, last: int) -> Side:
    """From one interval up to, and without, another."""
    start, step = side.grid.start, side.grid.step
    return replace(
        side,
        grid=Grid(start=start + first * step, end=start + last * step, step=step),
        signals={key: _cut(one, first, last) for key, one in side.signals.items()},
        buckets={key: _cut(one, first, last) for key, one in side.buckets.items()},
        strata={
            key: replace(one, values=frozen(one.values[:, first:last]), seen=frozen(one.seen[first:last]))
            for key, one in side.strata.items()
        },
    )


def parts(side: Side) -> tuple[Side, Side]:
    """The first half and the second."""
    intervals = side.grid.intervals
    return between(side, 0, intervals // 2), between(side, intervals // 2, intervals)


def _cut(one: Counted, first: int, last: int) -> Counted:
    return replace(
        one,
        values=frozen(one.values[:, first:last]),
        seen=frozen(one.seen[:, first:last]),
        alive=frozen(one.alive[:, first:last]),
    )
