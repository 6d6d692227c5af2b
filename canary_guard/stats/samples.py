"""Samples: a reading in, arrays by unit and edge out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray
from canary_guard.model.series import Content, Reading, Series
from canary_guard.stats.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """One key at one place. Columns are edges, or intervals where the source counted the increases itself."""

    reading: Reading
    values: FloatArray
    """(units, columns), or (units, columns, buckets)"""
    given: BoolArray
    """(units, columns)"""
    sound: BoolArray
    """(units,): none of its samples was unusable"""
    bounds: tuple[float, ...] = ()
    """Of a histogram: the upper bounds of its buckets, ascending, +Inf included."""

    @property
    def increases(self) -> bool:
        """Whether the source did the counting."""
        return self.reading.content is Content.INCREASE

    @property
    def present(self) -> BoolArray:
        """(units, edges) at which there was something."""
        return at_edges(self.given) if self.increases else self.given


LARGEST = 1e18
"""No counter gets there; sums of what is larger would not stay finite."""

Units = tuple[tuple[str, str], ...]
"""Names with their arms, sorted."""


class BucketError(ValueError):
    """A histogram whose buckets cannot be compared; the text says why."""


def units_at(place: Place, readings: Sequence[Reading]) -> Units:
    """The units that these readings have at a place."""
    return tuple(sorted({place.unit_of(reading, one) for reading in readings for one in place.series(reading)}))


def sampled(reading: Reading, place: Place, units: Units) -> Samples:
    """The samples of a reading at a place, which has these units. BucketError where buckets do not fit together."""
    columns = place.grid.intervals + (reading.content is not Content.INCREASE)
    bounds = _bounds(reading, place)
    at = {bound: index for index, bound in enumerate(bounds)}
    rows = {unit: index for index, unit in enumerate(units)}
    values = np.zeros((len(units), columns, max(1, len(bounds))))
    given = np.zeros(values.shape, dtype=np.bool_)
    sound = np.ones(len(units), dtype=np.bool_)
    for series in place.series(reading):
        row = rows[place.unit_of(reading, series)]
        bucket = at[_bound(series.labels[reading.split.index("le")])] if bounds else 0
        # Several series of one unit add up, as they would in the server's own sum.
        here = answered(series)
        values[row, :, bucket] += np.where(here, series.values, 0.0)
        given[row, :, bucket] |= here
        sound[row] &= not series.unusable and int(here.sum()) + len(series.missing) == columns
    every = np.logical_and.reduce(given, axis=2)
    if (given.any(axis=2) & ~every & sound[:, None]).any():
        raise BucketError("the histogram's buckets differ between units, or changed within the window")
    return Samples(
        reading=reading,
        values=values if bounds else values[:, :, 0],
        given=every,
        sound=sound,
        bounds=bounds,
    )


def answered(series: Series) -> BoolArray:
    """(columns,) at which a series had a usable sample."""
    found = series.values <= LARGEST
    found[list(series.missing)] = False
    return found


def at_edges(intervals: BoolArray) -> BoolArray:
    """(…, edges) from (…, intervals): whoever has an increase was there at both its ends."""
    edges = np.zeros((*intervals.shape[:-1], intervals.shape[-1] + 1), dtype=np.bool_)
    edges[..., :-1] |= intervals
    edges[..., 1:] |= intervals
    return edges


def anything(samples: Mapping[str, Samples], *, units: int, edges: int) -> BoolArray:
    """(units, edges) at which any key had a sample."""
    found = np.zeros((units, edges), dtype=np.bool_)
    for one in samples.values():
        found |= one.present
    return found


def _bounds(reading: Reading, place: Place) -> tuple[float, ...]:
    if "le" not in reading.split:
        return ()
    at = reading.split.index("le")
    bounds = tuple(sorted({_bound(series.labels[at]) for series in place.series(reading)}))
    if bounds and bounds[-1] != math.inf:
        raise BucketError("the histogram has no bucket +Inf")
    return bounds


def _bound(text: str) -> float:
    try:
        bound = float(text)
    except ValueError:
        bound = math.nan
    if math.isnan(bound):
        raise BucketError(f'the histogram has a bucket whose bound is no number: le="{text}"')
    return bound
