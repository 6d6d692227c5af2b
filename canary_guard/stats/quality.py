"""Quality: what the cells say about the data itself, unit by unit, and in sentences."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from canary_guard.model.arrays import BoolArray
from canary_guard.model.run import DataQuality, UnitQuality
from canary_guard.model.series import Reading
from canary_guard.model.window import Arm
from canary_guard.stats.cells import Cell
from canary_guard.stats.refusal import word

_NAMED = 4
"""Units that a sentence names before it says how many more there are."""


def quality(cells: Sequence[Cell], readings: Sequence[Reading]) -> DataQuality:
    """Gaps, resets and comings and goings in the windows that were read."""
    units = tuple(unit for one in cells for unit in _units(one))
    expected = sum(unit.expected for unit in units)
    return DataQuality(
        units=units,
        gap_share=sum(unit.gaps for unit in units) / expected if expected else 0.0,
        unusable_samples=sum(series.unusable for reading in readings for series in reading.series),
        notes=(*(note for one in cells for note in _notes(one)), *_summed(readings)),
    )


def _units(cell: Cell) -> Iterator[UnitQuality]:
    alive = cell.life.alive
    resets, expected, gaps = _resets(cell), alive.sum(axis=1), (alive & (~cell.answered | cell.doubted)).sum(axis=1)
    for row, (name, arm) in enumerate(cell.units):
        yield UnitQuality(
            arm=Arm(arm) if arm else None,
            period=cell.place.period,
            unit=name,
            resets=resets[row],
            expected=int(expected[row]),
            gaps=int(gaps[row]),
            appeared=bool(cell.life.appeared[row]),
            left=bool(cell.life.left[row]),
        )


def _resets(cell: Cell) -> list[int]:
    """By unit, over all its signals: a restart sets them all back at once."""
    fell = np.zeros_like(cell.life.alive)
    for key, counts in cell.counts.items():
        if cell.place.by_unit(cell.samples[key].reading):
            fell |= counts.fell
    return [int(count) for count in fell.sum(axis=1)]


def _notes(cell: Cell) -> Iterator[str]:
    names, life, where = cell.names, cell.life, cell.place.name.removeprefix("the ")
    noun = cell.place.unit if cell.place.unit.isalpha() else "unit"
    resets = dict(zip(names, _resets(cell), strict=True))
    restarted = sorted((name for name in names if resets[name]), key=lambda name: -resets[name])
    for name in restarted[:_NAMED]:
        times = "once" if resets[name] == 1 else f"{resets[name]} times"
        yield f"{noun} {name} restarted {times} ({where})"
    if len(restarted) > _NAMED:
        yield f"{_some(noun, restarted[_NAMED:])} restarted as well ({where})"
    for row in np.flatnonzero(cell.doubted.any(axis=1)):
        lost, of = int(cell.doubted[row].sum()), int(life.alive[row].sum())
        yield (
            f"{noun} {names[row]}: its counters fall as no restart explains, as if several processes answered under "
            f"one name or parts of a sum got lost; {lost} of {of} intervals are not counted ({where})"
        )
    if appeared := _of(names, life.appeared):
        yield f"{_some(noun, appeared)} appeared within the window ({where})"
    if left := _of(names, life.left):
        yield f"{_some(noun, left)} left within the window ({where})"
    if silent := _of(names, life.silent & ~life.guessed):
        yield f"{_some(noun, silent)} gave no samples although `up` expects them ({where})"
    if guessed := _of(names, life.guessed):
        yield (
            f"{_some(noun, guessed)} fell silent or left within the window, and nothing says which: counted as gaps; "
            f"a signal `up` would tell ({where})"
        )
    for key, units in cell.lacking.items():
        yield f"{_some(noun, units)} without any series of {word(key)} ({where})"
    yield from (one.reason for one in cell.unsplit.values() if not one.from_source)


def _summed(readings: Iterable[Reading]) -> Iterator[str]:
    keys = sorted({word(reading.query.key) for reading in readings if reading.summed_by_server})
    if keys:
        yield (
            f"too many series: the server summed {', '.join(keys)}, so that units cannot be told apart and the error "
            "bars come from time alone"
        )


def _of(names: tuple[str, ...], which: BoolArray) -> list[str]:
    return [names[row] for row in np.flatnonzero(which)]


def _some(noun: str, names: Sequence[str]) -> str:
    """`pod a`, `3 pods (a, b, c)`, `9 pods (a, b, c, d and 5 more)`"""
    if len(names) == 1:
        return f"{noun} {names[0]}"
    more = len(names) - _NAMED
    listed = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{len(names)} {noun}s ({listed})"
