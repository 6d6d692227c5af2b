"""Patterns: one key per key pattern, counted unit by unit and then summed over the units."""

from dataclasses import dataclass

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray, frozen
from canary_guard.model.measurement import ByStratum, Missing
from canary_guard.model.series import Content, Reading
from canary_guard.stats.increments import Counts, given_increases, increments
from canary_guard.stats.lifetimes import Lifetimes
from canary_guard.stats.places import Place
from canary_guard.stats.refusal import word
from canary_guard.stats.samples import LARGEST, Units

APART = 0.1
"""By how much of the whole its patterns may miss it: sums that a server extrapolates agree no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What is to be split: a key's counts at a place, with the units that were there."""

    units: Units
    present: BoolArray
    """(units, edges)"""
    life: Lifetimes
    counts: Counts
    """One row where the source gives no units."""
    seen: BoolArray
    """(units, intervals), or one row, that are split: where the key and the lookups were seen"""


def by_stratum(reading: Reading, place: Place, whole: Whole) -> ByStratum | Missing:
    """The increments of a reading that has series here and is split by stratum, or why they cannot be true.

    A pattern that comes up in a unit that was there counts from zero. An interval is seen when any unit was; what is a
    gap in the whole adds nothing to any pattern.
    """
    series = list(place.series(reading))
    values = np.array([one.values for one in series])
    given = values <= LARGEST
    silent = np.array([len(one.missing) for one in series])
    for index in np.flatnonzero(silent).tolist():
        given[index, list(series[index].missing)] = False
    values = np.where(given, values, 0.0)
    # As for the whole: what had an unusable sample was there before, and counts from no zero.
    sound = (given.sum(axis=1) + silent == given.shape[1]) & ~np.array([one.unusable > 0 for one in series])
    at = reading.split.index(reading.query.stratum or "")
    strata, stratum = np.unique([one.labels[at] for one in series], return_inverse=True)
    if place.by_unit(reading):
        seen = whole.seen & whole.life.alive & whole.present[:, :-1] & whole.present[:, 1:]
        row_of = {unit: row for row, unit in enumerate(whole.units)}
        row = np.array([row_of.get(place.unit_of(reading, one), -1) for one in series])
        known = row >= 0
        values, given, sound = values[known], given[known], sound[known]
        stratum, row = stratum[known], row[known]
        present, alive = whole.present[row], seen[row]
        every = np.all(seen | ~whole.life.alive, axis=0)
    else:
        answers = given if reading.content is Content.INCREASE else given[:, :-1] & given[:, 1:]
        every = np.all(whole.seen | ~whole.life.alive if len(whole.seen) > 1 else whole.seen, axis=0)
        seen = (np.any(answers, axis=0) & np.any(whole.seen, axis=0))[np.newaxis]
        present = np.ones((len(series), place.grid.intervals + 1), dtype=np.bool_)
        alive = np.ones((len(series), place.grid.intervals), dtype=np.bool_)
    count = given_increases if reading.content is Content.INCREASE else increments
    counts = count(values, given, unit_present=present, from_zero=sound, alive=alive)
    anywhere = np.any(seen, axis=0)
    parts = np.where(anywhere, _summed(counts.values, stratum, len(strata)), 0.0)
    same_rows = seen.shape == whole.counts.values.shape
    compared = seen if same_rows else (every & anywhere)[np.newaxis]
    return _apart(reading, place, parts, whole.counts.values, compared, same_rows=same_rows) or ByStratum(
        strata=tuple(strata.tolist()), values=frozen(parts), seen=frozen(anywhere)
    )


def _summed(values: FloatArray, group: np.typing.NDArray[np.intp], groups: int) -> FloatArray:
    """(groups, intervals): the sum of the rows of each group, in their order."""
    total = np.zeros((groups, values.shape[1]))
    if len(values):
        order = np.argsort(group, kind="stable")
        found, start = np.unique(group[order], return_index=True)
        total[found] = np.add.reduceat(values[order], start, axis=0)
    return total


def _apart(
    reading: Reading, place: Place, parts: FloatArray, whole: FloatArray, compared: BoolArray, *, same_rows: bool
) -> Missing | None:
    """Patterns that do not add up to the whole where both are known; None if they do."""
    total = float(np.where(compared, whole, 0.0).sum())
    added = float((parts if same_rows else np.where(compared, parts, 0.0)).sum())
    if abs(added - total) <= APART * max(added, total):
        return None
    key, what = word(reading.query.key.partition(" ")[0]), reading.query.stratum
    reason = f"{key} by {what} add up to {added:.6g} in {place.name}, but all {key} are {total:.6g}"
    return Missing(reason=f"{reason}: contradictory data ({reading.where}: {reading.text})")
