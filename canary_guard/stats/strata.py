"""Strata: which stand alone, the change in each, and what pods add where strata carry no pods (statistics.md, 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Method
from canary_guard.stats.alignment import Aligned, Pair
from canary_guard.stats.candidates import widest
from canary_guard.stats.degrees import student_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canary_guard.model.arrays import FloatArray
    from canary_guard.stats.change import Change

OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One stratum, or the small ones together."""

    name: str
    members: tuple[int, ...]
    """Places in the list of strata."""


def groups(names: Sequence[str], *, baseline: FloatArray, canary: FloatArray, min_share: float) -> tuple[Group, ...]:
    """The strata that stand alone, in their order, and behind them `other`: all with less than `min_share`.

    The share is that of both arms' (strata,) lookups. A stratum that is called `other` itself joins them.
    """
    together = baseline + canary
    small = together < min_share * together.sum()
    if small.any():
        small |= np.array(names) == OTHER
    alone = [Group(name=name, members=(place,)) for place, name in enumerate(names) if not small[place]]
    pooled = tuple(np.flatnonzero(small).tolist())
    return (*alone, Group(name=OTHER, members=pooled)) if pooled else tuple(alone)


def pooled(values: FloatArray, into: Sequence[Group]) -> FloatArray:
    """(groups, intervals) sums of (strata, intervals) counts."""
    return np.array([values[list(group.members)].sum(axis=0) for group in into])


def one_stratum(*, baseline: Mapping[str, FloatArray], canary: Mapping[str, FloatArray], paired: bool) -> Pair:
    """One stratum as a measure's two sides of one unit each, from (intervals,) counts by signal."""
    return Pair(baseline=_one_unit(baseline), canary=_one_unit(canary), paired=paired)


def pod_variance(total: Change, alpha: float) -> float:
    """The variance that pods add to the logarithm of the total's miss rate beyond what time shows; 0 if thin."""
    time = next((candidate for candidate in total.spread if candidate.method is Method.TIME), None)
    if total.thin or time is None:
        return 0.0
    half, _ = widest(total.spread, alpha)
    return max(0.0, (half / student_quantile(time.degrees, 1 - alpha)) ** 2 - time.variance)


def with_pods(change: Change, added: float) -> Change:
    """The change of a stratum, each variance grown by what pods add to it."""
    floor = change.floor
    if floor is not None and floor.variance is not None:
        floor = replace(floor, variance=floor.variance + added)
    spread = tuple(replace(candidate, variance=candidate.variance + added) for candidate in change.spread)
    return replace(change, spread=spread, floor=floor)


def _one_unit(signals: Mapping[str, FloatArray]) -> Aligned:
    intervals = len(next(iter(signals.values())))
    return Aligned(at=tuple(range(intervals)), values={key: row[np.newaxis] for key, row in signals.items()})
