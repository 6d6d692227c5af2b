"""Measurements that are counted by key pattern, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.measurement import ByStratum, Increments, Measurement, Side
from canary_guard.model.window import Comparison
from tests.builders import a_grid, increments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INTERVALS = 40


def by_pattern(rows: Mapping[str, Sequence[float]]) -> ByStratum:
    names = sorted(rows)
    values = np.array([rows[name] for name in names], dtype=float)
    return ByStratum(strata=tuple(names), values=frozen(values), seen=frozen(np.ones(values.shape[1], dtype=np.bool_)))


def summed(key: str, rows: Sequence[Sequence[float]]) -> Mapping[str, Increments]:
    return {key: increments(rows)}


def only(side: Side, *keys: str) -> Side:
    return replace(side, signals={key: one for key, one in side.signals.items() if key in keys})


def an_arm(
    patterns: Mapping[str, tuple[float, float]],
    *,
    queries: Mapping[str, float] | None = None,
    seconds: Mapping[str, float] | None = None,
    seed: int = 1,
    intervals: int = INTERVALS,
) -> Side:
    """Patterns by (lookups per interval, miss rate); each counted once, and all of them together as one unit.

    Two queries a miss, or so many by pattern (then counted by pattern, too); so many seconds a miss, if any.
    """
    generator = np.random.default_rng([seed, *(int(size) for size, _ in patterns.values())])
    lookups = {name: generator.poisson(size, intervals).astype(float) for name, (size, _) in patterns.items()}
    misses = {
        name: generator.binomial(lookups[name].astype(int), rate).astype(float) for name, (_, rate) in patterns.items()
    }
    split = {"lookups": lookups, "misses": misses, "hits": {name: lookups[name] - misses[name] for name in patterns}}
    if queries is not None:
        split["db_queries"] = {name: queries[name] * misses[name] for name in patterns}
    if seconds is not None:
        split["miss_latency_count"] = misses
        split["miss_latency_sum"] = {name: seconds[name] * misses[name] for name in patterns}
    whole = {key: np.sum(list(rows.values()), axis=0) for key, rows in split.items()}
    whole.setdefault("db_queries", 2 * whole["misses"])
    whole["requests"] = whole["lookups"]
    return Side(
        grid=a_grid(intervals=intervals),
        signals={key: increments([row.tolist()]) for key, row in whole.items()},
        buckets={},
        strata={key: by_pattern({name: row.tolist() for name, row in rows.items()}) for key, rows in split.items()},
        missing={},
    )


def a_split(
    baseline: Mapping[str, tuple[float, float]],
    canary: Mapping[str, tuple[float, float]],
    *,
    queries: Mapping[str, float] | None = None,
    seconds: Mapping[str, float] | None = None,
    intervals: int = INTERVALS,
) -> Measurement:
    """Both arms side by side."""
    first, second = (
        an_arm(arm, queries=queries, seconds=seconds, seed=seed, intervals=intervals)
        for seed, arm in ((1, baseline), (2, canary))
    )
    return Measurement(comparison=Comparison.CONCURRENT, baseline=first, canary=second)
