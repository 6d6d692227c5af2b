"""Sides: the cells of both sides in, what a measurement says about each out."""

import math
from dataclasses import replace

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.measurement import Buckets, Increments, Missing, Side
from canary_guard.model.series import Reading
from canary_guard.stats.absence import implausible, no_samples
from canary_guard.stats.cells import Cell, siblings
from canary_guard.stats.histograms import histogram, other_bounds
from canary_guard.stats.lookups import third

_GOOD = frozenset({"hits", "lookups", "requests", "sets"})
"""Signals of which none at all looks bad, so that taking their absence for zero hides nothing."""


def paired(baseline: Cell, canary: Cell, *, ignored: frozenset[str], fewest: float) -> tuple[Side, Side]:
    """Both sides of a comparison.

    A key of which a side has nothing is zero where its signal is `ignored`, or where the same metric answers there
    under another label's value, so that only this value never came up; but then the other side must have it, and
    fewer than `fewest` must have been due by the other side's rate (or none at all must look bad). Else it is missing.
    """
    first = _side(baseline, canary, ignored=ignored, fewest=fewest)
    second = _side(canary, baseline, ignored=ignored, fewest=fewest)
    names = (baseline.place.name, canary.place.name)
    for signal in sorted(first.buckets.keys() & second.buckets.keys()):
        why = other_bounds(signal, baseline=first.buckets[signal], canary=second.buckets[signal], names=names)
        if why is not None:
            first, second = _without_buckets(first, signal, why), _without_buckets(second, signal, why)
    return first, second


def _side(cell: Cell, other: Cell, *, ignored: frozenset[str], fewest: float) -> Side:
    found: dict[str, Increments | Buckets | Missing] = dict(cell.missing)
    for key in cell.counts:
        found[key] = histogram(cell, key) if cell.samples[key].bounds else _increments(cell, key)
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
        missing={key: one for key, one in sorted(found.items()) if isinstance(one, Missing)},
    )


def _absent(cell: Cell, other: Cell, key: str, *, ignored: frozenset[str], fewest: float) -> Increments | Missing:
    reading = cell.samples[key].reading
    if reading.query.signal in ignored and "le" not in reading.split:
        return _zero(cell, reading)
    near = [one for one in siblings(key, cell.samples) if one in cell.counts and one in other.counts]
    if not near or key not in other.counts:
        return no_samples(reading, cell.place)
    exposure, others = sum(map(cell.total, near)), sum(map(other.total, near))
    due = other.total(key) * exposure / others if others else math.inf
    if reading.query.signal not in _GOOD and due >= fewest:
        return implausible(reading, cell.place, due)
    return _zero(cell, reading)


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
