"""Presence: whether all signals of a measure are there on both sides, and without too many gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Undetermined
from canary_guard.model.window import Arm, Comparison
from canary_guard.stats.alignment import FEWEST_INTERVALS, recorded
from canary_guard.stats.refusal import Refusal, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from canary_guard.model.arrays import BoolArray
    from canary_guard.model.measurement import Measurement, Missing, Side

MOST_GAPS = 0.2
"""A side with this share of gaps, or more, is partial data."""
MOST_LATE_GAPS = 1 / 3
"""Of the last quarter of the window, or its last eight intervals: there a fault that begins late is looked for."""
MOST_DARK_AT_END = 2
"""Intervals at the end of the window in which a whole side may be dark: a scrape or two that a starting pod misses, or
that have not arrived yet."""

_LOOKUPS = ("lookups", "hits", "misses")
"""Each follows from the other two, so that what one lacks, another one's reason explains."""
_PARTS = ("_bucket", "_count", "_sum")
_NAMED_UNITS = 3
_QUARTER = 4


def absent(measurement: Measurement, keys: Sequence[str]) -> Refusal | None:
    """Why a signal cannot be used, in the words in which it was counted; None if all are there."""
    lacking = [
        (key, _missing(side, key)) for key in keys for _, side in _sides(measurement) if recorded(side, key) is None
    ]
    if not lacking:
        return None
    reasons = [f"{word(key)}: not asked for" if missing is None else missing.reason for key, missing in lacking]
    return Refusal(
        reason="; ".join(dict.fromkeys(reasons)),
        undetermined=Undetermined.DATA,
        from_source=any(missing is not None and missing.from_source for _, missing in lacking),
    )


def gaps(measurement: Measurement, keys: Sequence[str]) -> Refusal | None:
    """Why a side has too many gaps to be compared: which arm, how many, in which units; None if neither has.

    `keys` are all there. Units whose names differ between the signals are looked at signal by signal. An interval in
    which a side has no unit at all, since all have left, counts as a gap of the side, but not before its first unit.
    Where a window is judged, a side must not be dark at its end, nor lack much of its last quarter.
    """
    names = " and ".join(dict.fromkeys(word(key) for key in keys))
    paired = measurement.comparison is Comparison.CONCURRENT
    for arm, side in _sides(measurement):
        found = _gaps(side, keys, names, whose=arm.value, late=paired or arm is Arm.CANARY)
        if found is not None:
            return Refusal(reason=found, undetermined=Undetermined.DATA)
    return None


def _gaps(side: Side, keys: Sequence[str], names: str, *, whose: str, late: bool) -> str | None:
    intervals = side.grid.intervals
    share, worst = max(_gap_shares(side, keys, since=0), default=(0.0, ""))
    if share >= MOST_GAPS:
        unseen = [word(key) for key in keys if (signal := recorded(side, key)) is not None and not signal.seen.any()]
        if unseen:
            return f"every interval of the {whose} has a gap in {' and '.join(unseen)}"
        return f"{share:.0%} of the {whose}'s intervals have a gap in {names}{worst}"
    lit = np.flatnonzero(_lit(side, keys))
    if not lit.size:
        return None
    first, last = int(lit[0]), int(lit[-1])
    dark = 1 - lit.size / (intervals - first)
    if dark >= MOST_GAPS:
        return f"no unit of the {whose} has samples of {names} in {dark:.0%} of the window since its first"
    if not late:
        return None
    at_end = intervals - 1 - last
    if at_end > MOST_DARK_AT_END:
        return f"no unit of the {whose} has samples of {names} in the last {at_end} of {intervals} intervals"
    quarter = max(FEWEST_INTERVALS, intervals // _QUARTER)
    share, worst = max(_gap_shares(side, keys, since=max(0, intervals - quarter)), default=(0.0, ""))
    if share >= MOST_LATE_GAPS:
        return f"{share:.0%} of the {whose}'s last {quarter} intervals have a gap in {names}{worst}"
    return None


def _lit(side: Side, keys: Sequence[str]) -> BoolArray:
    """(intervals,): whether any unit was seen, of every key."""
    seen = [np.logical_or.reduce(signal.seen) for key in keys if (signal := recorded(side, key)) is not None]
    lit: BoolArray = np.logical_and.reduce(seen)
    return lit


def _sides(measurement: Measurement) -> tuple[tuple[Arm, Side], tuple[Arm, Side]]:
    return (Arm.BASELINE, measurement.baseline), (Arm.CANARY, measurement.canary)


def _missing(side: Side, key: str) -> Missing | None:
    """Why this side lacks a key, if it says so: under the key, its signal's name, or the lookups' other parts."""
    names = [key, *(key.removesuffix(part) for part in _PARTS), *(_LOOKUPS if key in _LOOKUPS else ())]
    return next((side.missing[name] for name in names if name in side.missing), None)


def _gap_shares(side: Side, keys: Sequence[str], *, since: int) -> Iterator[tuple[float, str]]:
    """The share of unit-intervals from one on that are gaps, with the worst units in words; once, or by signal."""
    signals = [signal for key in keys if (signal := recorded(side, key)) is not None]
    if len({signal.units for signal in signals}) == 1:
        alive = np.logical_or.reduce([signal.alive for signal in signals])[:, since:]
        seen = np.logical_and.reduce([signal.seen for signal in signals])[:, since:]
        yield _share(alive & ~seen, alive), _worst(signals[0].units, alive & ~seen, alive)
        return
    for signal in signals:
        alive = signal.alive[:, since:]
        gap = alive & ~signal.seen[:, since:]
        yield _share(gap, alive), _worst(signal.units, gap, alive)


def _share(gap: BoolArray, alive: BoolArray) -> float:
    expected = int(alive.sum())
    return int(gap.sum()) / expected if expected else 0.0


def _worst(units: tuple[str, ...], gap: BoolArray, alive: BoolArray) -> str:
    """` (pod-3: 100%, pod-1: 5%)`; nothing where there are no units to name."""
    if units == ("",):
        return ""
    shares = sorted((-_share(gap[index], alive[index]), unit) for index, unit in enumerate(units))
    named = [f"{unit}: {-share:.0%}" for share, unit in shares[:_NAMED_UNITS] if share < 0]
    return f" ({', '.join(named)})" if named else ""
