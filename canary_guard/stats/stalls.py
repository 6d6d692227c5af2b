"""Stalls: counters that stand still although events were due; what they hide is a gap, not a zero."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray
from canary_guard.model.signal import Scope
from canary_guard.stats.cells import Cell

DUE = 20.0
"""So many events do not fail to come by chance: e^-20, with room for events that come in clusters."""
SHORTEST = 3
"""Intervals: a scrape that is missed repeats the last value for one of them."""
_LONGER = 2.0
"""Times as long as the longest rest that the counter took before in the window, whatever its reason was."""
_UNKNOWN_SHARE = 50.0
"""Times DUE that the other side must have counted where nothing tells this side's share of the traffic."""

_CALLED_FOR = {
    "db_queries": ("misses", "requests"),
    "db_seconds": ("db_queries", "misses", "requests"),
    "hit_latency_bucket": ("hits",),
    "hit_latency_count": ("hits",),
    "hit_latency_sum": ("hits",),
    "hits": ("requests",),
    "lookups": ("requests",),
    "miss_latency_bucket": ("misses",),
    "miss_latency_count": ("misses",),
    "miss_latency_sum": ("misses",),
    "misses": ("requests", "hits", "lookups"),
    "requests": ("hits", "lookups", "misses", "db_queries"),
}
"""What calls for events of a key; the first that was counted tells how many were due. What is not here may stop for
good (errors, retries), or looks bad if it does (sets), so that taking it for zero hides nothing."""
_OF_MISSES = frozenset({"misses", "db_queries", "db_seconds"})
_TIMES = frozenset({"db_seconds", "hit_latency_sum", "miss_latency_sum"})
"""Seconds: each event that calls for some takes some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Of all units of a side at once."""

    intervals: int
    due: float | None
    """How many events did not come; None where the whole side stands still"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalls:
    """Where the counters of a side stand still."""

    at: Mapping[str, BoolArray]
    """By key: (rows, intervals) that are no zeros but gaps"""
    whole: Mapping[str, Stall]
    """By key that stands still in all units at once"""


def stalls(cell: Cell, other: Cell, *, reference: bool = False) -> Stalls:
    """The runs of zeros at the end of what was seen of a key in which events were due.

    They were due if what calls for them went on, so that by the other side's rate (the lowest that it had over as many
    intervals, wherever in its window) DUE or more should have come; and if DUE were due by what came in as many
    intervals right before; and if the run is more than twice as long as any before it. A key without any event in the
    window has only the first to be judged by. Likewise all counters of a unit together, if they moved before and the
    other side was busy.

    A `reference`, with which the other side is compared, may be without a miss, and without a query for one: that the
    other side has many is what is asked, and no sign that these were due.

    Healthy data that this hits: a canary that rightly stops to query the database at once and for good while it goes
    on to miss, one that never misses any more, and a pod that gets no traffic for the last fifth of the window. An arm
    that traffic was taken from is rightly `data`.
    """
    at = {key: np.zeros_like(counts.seen) for key, counts in cell.counts.items()}
    whole: dict[str, Stall] = {}
    never = _OF_MISSES if reference and "misses" in cell.counts and not _row(cell, "misses", None)[0].any() else set()
    for key in sorted((_CALLED_FOR.keys() & cell.counts.keys() & other.counts.keys()) - never):
        for case in _cases(cell, other, key):
            start, due = _stall(case)
            if due < DUE:
                continue
            at[key][slice(None) if case.row is None else case.row, start:] = True
            if case.row is None:
                whole[key] = Stall(intervals=int(case.seen[start:].sum()), due=due)
    for row, start, intervals in _silences(cell, other):
        for key in _of_arm(cell):
            if row is None:
                at[key][:, start:] = True
                whole[key] = Stall(intervals=intervals, due=None)
            elif _by_unit(cell, [key]):
                at[key][row, start:] = True
    return Stalls(at={key: mask & cell.counts[key].seen for key, mask in at.items()}, whole=whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One unit's counts of a key, or all units', with the events that call for them; (intervals,)."""

    row: int | None
    """None: all units together"""
    values: FloatArray
    seen: BoolArray
    called: FloatArray
    instead: FloatArray
    """What came in the place of the events: misses of hits"""
    rate: FloatArray
    """The other side's events, with those that came in their place"""
    rate_called: FloatArray
    time: bool


def _cases(cell: Cell, other: Cell, key: str) -> Iterator[_Case]:
    calling = next((one for one in _CALLED_FOR[key] if _moves(cell, other, one)), None)
    if calling is None:
        return
    keys = [key, calling, *(["misses"] if key == "hits" and _moves(cell, other, "misses") else [])]
    theirs = [_row(other, one, None)[0] for one in keys]
    for row in _rows(cell, keys, resting=keys[:1]):
        own = [_row(cell, one, row) for one in keys]
        yield _Case(
            row=row,
            values=own[0][0],
            seen=np.logical_and.reduce([seen for _, seen in own]),
            called=own[1][0],
            instead=own[2][0] if len(keys) > 2 else np.zeros(len(own[0][0])),
            rate=theirs[0] + (theirs[2] if len(keys) > 2 else 0.0),
            rate_called=theirs[1],
            time=key in _TIMES,
        )


def _moves(cell: Cell, other: Cell, key: str) -> bool:
    return all(key in one.counts and _row(one, key, None)[0].any() for one in (cell, other))


def _by_unit(cell: Cell, keys: Sequence[str]) -> bool:
    return all(cell.place.by_unit(cell.samples[key].reading) for key in keys)


def _of_arm(cell: Cell) -> list[str]:
    """The keys that say something about the side alone."""
    return [key for key in cell.counts if cell.samples[key].reading.query.scope is Scope.ARM]


def _rows(cell: Cell, keys: Sequence[str], *, resting: Sequence[str]) -> Sequence[int | None]:
    """The units that rest at their end, where all of the keys tell them apart, then all together."""
    if not _by_unit(cell, keys) or len(cell.units) < 2:
        return [None]
    moved = np.logical_or.reduce([_flat(cell.counts[key].values) > 0 for key in resting])
    seen = np.logical_or.reduce([cell.counts[key].seen for key in resting])
    at_rest = seen & ~np.logical_or.accumulate(moved[:, ::-1], axis=1)[:, ::-1]
    return [*np.flatnonzero(at_rest.sum(axis=1) >= SHORTEST).tolist(), None]


def _row(cell: Cell, key: str, row: int | None) -> tuple[FloatArray, BoolArray]:
    """(intervals,) of one unit, or of all together where any was seen."""
    counts = cell.counts[key]
    values = _flat(counts.values)
    if row is not None:
        return values[row], counts.seen[row]
    return values.sum(axis=0), np.logical_or.reduce(counts.seen)


def _stall(case: _Case) -> tuple[int, float]:
    """Where the run of zeros at the end begins, and how many events were due in it; 0 for no stall."""
    places = np.flatnonzero(case.seen)
    values = case.values[places]
    start, length = _rest(values)
    if not length:
        return 0, 0.0
    run = places[start:]
    rate = _lowest(case.rate, case.rate_called, length)
    called = float(case.called[run].sum())
    due = called if case.time and rate > 0 else called * rate
    if case.instead[run].sum() > due / 2:
        return 0, 0.0
    if start > 0 and not case.time:
        due = min(due, _by_the_past(values, start, length))
    return int(run[0]), due


def _silences(cell: Cell, other: Cell) -> Iterator[tuple[int | None, int, int]]:
    """The rows of which nothing moves any more, since which interval, and for how many."""
    keys = [key for key in _CALLED_FOR.keys() - _TIMES if key in other.counts and key in _of_arm(cell)]
    if not keys:
        return
    busiest = max(sorted(keys), key=lambda key: _row(other, key, None)[0].sum())
    theirs = _row(other, busiest, None)[0]
    together = _of_arm(cell)
    by_unit = [key for key in together if _by_unit(cell, [key])]
    for row in _rows(cell, by_unit, resting=by_unit) if busiest in by_unit else [None]:
        moving = np.sum([_row(cell, key, row)[0] for key in (by_unit if row is not None else together)], axis=0)
        values, seen = _row(cell, busiest, row)
        places = np.flatnonzero(seen)
        start, length = _rest(moving[places])
        if not length:
            continue
        if start > 0:
            least = _lowest(theirs, np.ones(len(theirs)), length) * length
            silent = min(least, _by_the_past(values[places], start, length)) >= DUE
        else:
            silent = row is None and theirs.sum() >= _UNKNOWN_SHARE * DUE
        if silent:
            yield row, int(places[start]), length


def _rest(values: FloatArray) -> tuple[int, int]:
    """Where the zeros at the end begin, and how many they are; none where they are no more than a usual rest."""
    moved = np.flatnonzero(values)
    start = int(moved[-1]) + 1 if moved.size else 0
    longest = int(np.diff(moved, prepend=-1).max()) - 1 if moved.size else 0
    length = len(values) - start
    return start, length if length >= SHORTEST and length > _LONGER * longest else 0


def _lowest(events: FloatArray, called: FloatArray, length: int) -> float:
    """The lowest rate of events by what calls for them, over so many intervals in a row; over all if they are fewer."""
    if not events.size:
        return 0.0
    window = np.ones(min(length, len(events)))
    found, by = np.convolve(events, window, mode="valid"), np.convolve(called, window, mode="valid")
    busy = by > 0
    return float((found[busy] / by[busy]).min()) if busy.any() else 0.0


def _by_the_past(values: FloatArray, start: int, length: int) -> float:
    """How many would have come at the rate of as many intervals before."""
    return float(values[max(0, start - length) : start].mean()) * length


def _flat(values: FloatArray) -> FloatArray:
    """(rows, intervals): a histogram as the count of all that it has, which stands in its last bucket."""
    return values if values.ndim == 2 else values[:, :, -1]
