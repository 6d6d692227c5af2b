"""Sides: the cells of both sides in, what a measurement says about each out."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.measurement import Buckets, Increments, Missing, Side
from canary_guard.model.series import Reading
from canary_guard.model.window import Period
from canary_guard.stats.absence import at_a_standstill, implausible, no_samples
from canary_guard.stats.cells import Cell, siblings
from canary_guard.stats.histograms import histogram, other_bounds
from canary_guard.stats.lookups import third
from canary_guard.stats.stalls import Stalls, stalls

_GOOD = frozenset({"hits", "lookups", "sets"})
"""Signals of which none at all looks bad: what the same metric counts in their place may explain their absence."""


def paired(baseline: Cell, canary: Cell, *, ignored: frozenset[str], fewest: float) -> tuple[Side, Side]:
    """Both sides of a comparison.

    A key of which a side has nothing is zero where its signal is `ignored`, or where the same metric answers there
    under another label's value, so that only this value never came up; but then the other side must have it, and
    fewer than `fewest` must have been due by the other side's rate, or what came instead must be bad enough to explain
    it. Else it is missing. What stands still although events were due is a gap; where all of a side that is judged
    stands still, it is missing.
    """
    first = _side(baseline, canary, ignored=ignored, fewest=fewest, reference=True)
    second = _side(canary, baseline, ignored=ignored, fewest=fewest, reference=False)
    for key in _on_neither(baseline, canary) & first.missing.keys() & second.missing.keys():
        nothing = no_samples(baseline.samples[key].reading, baseline.place, canary.place)
        first, second = (replace(one, missing={**one.missing, key: nothing}) for one in (first, second))
    names = (baseline.place.name, canary.place.name)
    for signal in sorted(first.buckets.keys() & second.buckets.keys()):
        why = other_bounds(signal, baseline=first.buckets[signal], canary=second.buckets[signal], names=names)
        if why is not None:
            first, second = _without_buckets(first, signal, why), _without_buckets(second, signal, why)
    return first, second


def _side(cell: Cell, other: Cell, *, ignored: frozenset[str], fewest: float, reference: bool) -> Side:
    found: dict[str, Increments | Buckets | Missing] = {**cell.missing, **cell.unsplit}
    standing = stalls(cell, other, reference=reference)
    for key in cell.counts:
        found[key] = _counted(cell, key, standing)
    for key in cell.absent:
        found[key] = _absent(cell, other, key, ignored=ignored, fewest=fewest)
    signals = {key: one for key, one in found.items() if isinstance(one, Increments)}
    found |= third(signals, found.keys(), side=cell.place.name)
    return Side(
        grid=cell.place.grid,
        signals={key: one for key, one in sorted(found.items()) if isinstance(one, Increments)},
        buckets={
            cell.samples[key].reading.query.signal: one
            for key, one in sorted(found.items())
            if isinstance(one, Buckets)
        },
        strata=cell.strata,
        missing={key: one for key, one in sorted(found.items()) if isinstance(one, Missing)},
    )


def _on_neither(baseline: Cell, canary: Cell) -> set[str]:
    """The keys for which nothing at all came back, whichever side was asked for."""
    empty = (
        {key for key, one in cell.samples.items() if not one.given.any() and one.sound.all()}
        for cell in (baseline, canary)
    )
    return set.intersection(*empty)


def _absent(cell: Cell, other: Cell, key: str, *, ignored: frozenset[str], fewest: float) -> Increments | Missing:
    reading = cell.samples[key].reading
    if reading.query.signal in ignored and "le" not in reading.split:
        return _zero(cell, reading)
    near = [one for one in siblings(key, cell.samples) if one in cell.counts and one in other.counts]
    if not near or key not in other.counts:
        return no_samples(reading, cell.place)
    exposure, others = sum(map(cell.total, near)), sum(map(other.total, near))
    due = other.total(key) * exposure / others if others else math.inf
    if due >= fewest and not (reading.query.signal in _GOOD and _instead(cell, other, key, near)):
        return implausible(reading, cell.place, due)
    return _zero(cell, reading)


def _instead(cell: Cell, other: Cell, key: str, near: Sequence[str]) -> bool:
    """Whether most of what was due of a metric, by the requests, came under its other label values."""
    if "requests" not in cell.counts or "requests" not in other.counts or not other.total("requests"):
        return False
    due = sum(map(other.total, (key, *near))) * cell.total("requests") / other.total("requests")
    return sum(map(cell.total, near)) > due / 2


def _counted(cell: Cell, key: str, standing: Stalls) -> Increments | Buckets | Missing:
    """What a side has of a key, where it does not stand still; before the deploy that is a gap like any other."""
    reading, stall = cell.samples[key].reading, standing.whole.get(key)
    if stall is not None and cell.place.period is Period.AFTER:
        return at_a_standstill(reading, cell.place, last=stall.intervals, due=stall.due)
    seen = cell.counts[key].seen & ~standing.at[key]
    one = histogram(cell, key) if cell.samples[key].bounds else _increments(cell, key)
    return one if isinstance(one, Missing) else replace(one, seen=frozen(seen))


def _increments(cell: Cell, key: str) -> Increments:
    counts = cell.counts[key]
    units, alive = cell.rows(cell.samples[key].reading)
    return Increments(units=units, values=frozen(counts.values), seen=frozen(counts.seen), alive=frozen(alive))


def _zero(cell: Cell, reading: Reading) -> Increments:
    """Zero wherever the units answered at all."""
    units, alive = cell.rows(reading)
    seen = alive & cell.answered if cell.place.by_unit(reading) else alive
    return Increments(units=units, values=frozen(np.zeros(seen.shape)), seen=frozen(seen), alive=frozen(alive))


def _without_buckets(side: Side, signal: str, why: Missing) -> Side:
    return replace(
        side,
        buckets={name: one for name, one in side.buckets.items() if name != signal},
        missing={**side.missing, f"{signal}_bucket": why},
    )
