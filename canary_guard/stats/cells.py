"""Cells: everything that was counted at one place, before the two sides of a comparison meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from canary_guard.model.arrays import BoolArray
from canary_guard.model.measurement import ByStratum, Missing
from canary_guard.model.series import Content, Reading
from canary_guard.stats.absence import failed, no_samples, unlabelled, unusable
from canary_guard.stats.increments import Counts, given_increases, increments, together
from canary_guard.stats.lifetimes import Lifetimes, lifetimes
from canary_guard.stats.patterns import Whole, by_stratum
from canary_guard.stats.places import Place
from canary_guard.stats.restarts import believed
from canary_guard.stats.samples import BucketError, Samples, Units, answered, anything, at_edges, sampled, units_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What was counted at one place."""

    place: Place
    units: Units
    present: BoolArray
    """(units, edges) at which any key had a sample"""
    life: Lifetimes
    doubted: BoolArray
    """(units, intervals) in which a counter moved as no restart explains: not counted"""
    samples: Mapping[str, Samples]
    """By key."""
    counts: Mapping[str, Counts]
    """By key; one row where the source gives no units."""
    lacking: Mapping[str, tuple[str, ...]]
    """By key: the units that have no series of it."""
    absent: tuple[str, ...]
    """The keys of which nothing came back for this place, although it has units."""
    missing: Mapping[str, Missing]
    """By key: not usable, whatever the other side has."""
    strata: Mapping[str, ByStratum]
    """By key: what was split by key pattern."""
    unsplit: Mapping[str, Missing]
    """By the query's key: why it could not be split."""

    @property
    def names(self) -> tuple[str, ...]:
        """The units as a person reads them; with the arm where a unit is in both."""
        names = [name for name, _ in self.units]
        return tuple(name if names.count(name) == 1 else f"{name} ({arm})" for name, arm in self.units)

    @property
    def answered(self) -> BoolArray:
        """(units, intervals) at both ends of which any key of the unit had a sample"""
        return self.present[:, :-1] & self.present[:, 1:]

    def rows(self, reading: Reading) -> tuple[tuple[str, ...], BoolArray]:
        """The units of a reading's rows, and (units, intervals) in which they were there."""
        if self.place.by_unit(reading):
            return self.names, self.life.alive
        return ("",), np.ones((1, self.place.grid.intervals), dtype=np.bool_)

    def total(self, key: str) -> float:
        """The sum of a key over units and window."""
        return float(self.counts[key].values.sum())


def cell(place: Place, readings: Sequence[Reading], *, ignored: frozenset[str]) -> Cell:
    """Count the readings of a place's window. `ignored` are the signals whose absence means zero."""
    patterned = [reading for reading in readings if reading.query.stratum is not None]
    readings = [reading for reading in readings if reading.query.stratum is None]
    missing = {
        reading.query.key: reason
        for reading in readings
        if (reason := failed(reading) or unlabelled(reading, place)) is not None
    }
    usable = [reading for reading in readings if reading.query.key not in missing]
    counters = [reading for reading in usable if reading.content is not Content.LEVEL]
    levels = [reading for reading in usable if reading.content is Content.LEVEL and place.by_unit(reading)]
    units = units_at(place, [reading for reading in (*counters, *levels) if place.by_unit(reading)])
    samples: dict[str, Samples] = {}
    for reading in counters:
        own = units if place.by_unit(reading) else units_at(place, [reading])
        try:
            samples[reading.query.key] = sampled(reading, place, own)
        except BucketError as error:
            missing[reading.query.key] = Missing(reason=f"{error} ({reading.where}: {reading.text})")
    split = {key: one for key, one in samples.items() if place.by_unit(one.reading)}
    ups = {reading.query.key: sampled(reading, place, units) for reading in levels}
    edges = place.grid.intervals + 1
    present = anything(split, units=len(units), edges=edges)
    expected = anything(ups, units=len(units), edges=edges)
    slack = max((-(-reading.query.reach // (2 * place.grid.step)) for reading in readings), default=1)
    life = lifetimes(present, expected, _dark(place, readings), slack=slack)
    empty = {key: one for key, one in samples.items() if not one.given.any()}
    missing |= {key: unusable(one.reading, place) for key, one in empty.items() if not one.sound.all()}
    if not present.any():
        missing |= {key: no_samples(one.reading, place) for key, one in empty.items() if key not in missing}
    counted = {key: _counted(one, split, present, life, ignored) for key, one in samples.items() if key not in empty}
    counts = {key: counts for key, (counts, _) in counted.items()}
    steady = _believed(counts, samples, split)
    doubted = np.zeros_like(life.alive)
    for key, one in steady.items():
        doubted |= counts[key].seen & ~one.seen
    counts |= steady
    by_pattern = {
        reading.query.key: failed(reading) or by_stratum(reading, place, whole)
        for reading in patterned
        if (whole := _whole(reading, counts, units, present, life)) is not None
        and (reading.failure is not None or any(place.series(reading)))
    }
    return Cell(
        place=place,
        units=units,
        present=present,
        life=life,
        doubted=doubted,
        samples=samples,
        counts=counts,
        lacking={key: tuple(units[row][0] for row in rows) for key, (_, rows) in counted.items() if rows},
        absent=tuple(key for key in empty if key not in missing),
        missing=missing,
        strata={_key(query): one for query, one in by_pattern.items() if isinstance(one, ByStratum)},
        unsplit={query: one for query, one in by_pattern.items() if isinstance(one, Missing)},
    )


_LOOKUPS = ("hits", "lookups", "misses")


def _key(query: str) -> str:
    """`misses` of `misses by stratum`"""
    return query.partition(" ")[0]


def _whole(
    reading: Reading, counts: Mapping[str, Counts], units: Units, present: BoolArray, life: Lifetimes
) -> Whole | None:
    """What a reading splits; None where that was not counted."""
    own = counts.get(_key(reading.query.key))
    if own is None:
        return None
    # A pattern's hits without its misses would be a hit rate of 1: where one of them is a gap, so are the others.
    seen = reduce(np.logical_and, [own.seen, *(counts[key].seen for key in _LOOKUPS if key in counts)])
    return Whole(units=units, present=present, life=life, counts=own, seen=seen)


def siblings(key: str, samples: Mapping[str, Samples]) -> tuple[str, ...]:
    """The keys that are read from the same metric, told apart by a label's value."""
    metric = samples[key].reading.query.metric
    return tuple(other for other, one in samples.items() if other != key and metric == one.reading.query.metric != "")


def _counted(
    one: Samples, split: Mapping[str, Samples], present: BoolArray, life: Lifetimes, ignored: frozenset[str]
) -> tuple[Counts, tuple[int, ...]]:
    """What was counted of a key, and the rows of the units that lack it."""
    key, count = one.reading.query.key, given_increases if one.increases else increments
    if key not in split:
        always = np.ones((len(one.given), life.alive.shape[1]), dtype=np.bool_)
        never = np.zeros(len(one.given), dtype=np.bool_)
        return together(count(one.values, one.given, unit_present=one.present, from_zero=never, alive=always)), ()
    anywhere = np.logical_or.reduce([one.given, *(split[near].given for near in siblings(key, split))]).any(axis=1)
    if one.reading.query.signal in ignored:
        anywhere = np.ones_like(anywhere)
    lacks = np.flatnonzero(~anywhere & present.any(axis=1) & life.alive.any(axis=1))
    zero = anywhere & one.sound
    return count(one.values, one.given, unit_present=present, from_zero=zero, alive=life.alive), tuple(lacks.tolist())


def _believed(
    counts: Mapping[str, Counts], samples: Mapping[str, Samples], split: Mapping[str, Samples]
) -> Mapping[str, Counts]:
    """Of what was read raw, unit by unit; what has no units may be a sum of anything."""
    raw = {key: one for key, one in counts.items() if key in split and not samples[key].increases}
    if not raw:
        return {}
    slack = max(-(-samples[key].reading.query.reach // samples[key].reading.query.grid.step) for key in raw)
    return believed(raw, {key: samples[key].values for key in raw}, slack=slack)


def _dark(place: Place, readings: Sequence[Reading]) -> BoolArray:
    """The edges at which nothing at all answered, in either arm."""
    dark = np.ones(place.grid.intervals + 1, dtype=np.bool_)
    for reading in readings:
        for series in reading.series:
            here = answered(series)
            dark &= ~(at_edges(here) if reading.content is Content.INCREASE else here)
    return dark
