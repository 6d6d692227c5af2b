"""Presence: whether all signals of a measure are there on both sides, and without too many gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Undetermined
from canary_guard.model.window import Arm
from canary_guard.stats.alignment import recorded
from canary_guard.stats.refusal import Refusal, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from canary_guard.model.arrays import BoolArray
    from canary_guard.model.measurement import Measurement, Missing, Side

MOST_GAPS = 0.2
"""A side with this share of gaps, or more, is partial data."""

_LOOKUPS = ("lookups", "hits", "misses")
"""Each follows from the other two, so that what one lacks, another one's reason explains."""
_PARTS = ("_bucket", "_count", "_sum")
_NAMED_UNITS = 3


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

    `keys` are all there. Units whose names differ between the signals are looked at signal by signal.
    """
    for arm, side in _sides(measurement):
        share, worst = max(_gap_shares(side, keys), default=(0.0, ""))
        if share >= MOST_GAPS:
            names = " and ".join(dict.fromkeys(word(key) for key in keys))
            reason = f"{share:.0%} of the {arm.value}'s intervals have a gap in {names}{worst}"
            return Refusal(reason=reason, undetermined=Undetermined.DATA)
    return None


def _sides(measurement: Measurement) -> tuple[tuple[Arm, Side], tuple[Arm, Side]]:
    return (Arm.BASELINE, measurement.baseline), (Arm.CANARY, measurement.canary)


def _missing(side: Side, key: str) -> Missing | None:
    """Why this side lacks a key, if it says so: under the key, its signal's name, or the lookups' other parts."""
    names = [key, *(key.removesuffix(part) for part in _PARTS), *(_LOOKUPS if key in _LOOKUPS else ())]
    return next((side.missing[name] for name in names if name in side.missing), None)


def _gap_shares(side: Side, keys: Sequence[str]) -> Iterator[tuple[float, str]]:
    """The share of unit-intervals that are gaps, with the worst units in words; once, or by signal."""
    signals = [signal for key in keys if (signal := recorded(side, key)) is not None]
    if len({signal.units for signal in signals}) == 1:
        alive = np.logical_or.reduce([signal.alive for signal in signals])
        seen = np.logical_and.reduce([signal.seen for signal in signals])
        yield _share(alive & ~seen, alive), _worst(signals[0].units, alive & ~seen, alive)
        return
    for signal in signals:
        gap = signal.alive & ~signal.seen
        yield _share(gap, signal.alive), _worst(signal.units, gap, signal.alive)


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
