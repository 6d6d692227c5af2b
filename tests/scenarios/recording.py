"""A page's table in, a recording out: what each pod does, expanded into the counters that its scrapes would show.

README.md says how a table is written and holds the usual shop, from which a page's table differs.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.random import Generator

Counts: TypeAlias = "np.ndarray"
"""(intervals,), or (edges,) between them"""
Cells: TypeAlias = "Mapping[str, str]"
"""By row, what a column says; a row of the usual shop that it does not name is as usual."""

DEPLOY = 1_795_252_200
"""s: 2026-11-21 09:10 UTC"""
SEED = 1
"""For every page: none was chosen."""
BOUNDS = (1, 2, 3, 5, 7.5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 640, 1280)
"""ms, of the histograms"""
SPREAD = 0.5
"""of the logarithm of how long a hit or a miss takes"""
TRACKS = {"baseline": "stable", "canary": "canary", "service": ""}
"""By column; the deploy restarts every pod but the baseline's."""
CACHE = {"evictions per second": "redis_evicted_keys_total", "expirations per second": "redis_expired_keys_total"}
NOT_RECORDED = "not recorded"
NUMBER = r"([\d.]+)"


def course(text: str, seconds: Counts) -> Counts:
    """What a cell's number is at each time (s since the deploy)."""
    before, arrow, since = text.partition(" → ")
    if arrow:
        both: Counts = np.where(seconds < 0, course(before, seconds), course(since, seconds))
        return both
    text = text.removesuffix(f", {NOT_RECORDED}")
    if found := re.fullmatch(rf"{NUMBER}, {NUMBER} from {NUMBER} s", text):
        first, then, at = map(float, found.groups())
        return np.where(seconds < at, first, then)
    if found := re.fullmatch(rf"{NUMBER}, {NUMBER} every {NUMBER} s", text):
        usual, burst, every = map(float, found.groups())
        return np.where(seconds % every == 0, burst, usual)
    if found := re.fullmatch(rf"{NUMBER} falling to {NUMBER} in {NUMBER} s", text):
        first, last, time = map(float, found.groups())
        falling: Counts = last + (first - last) * np.exp(-np.maximum(seconds, 0) / time)
        return falling
    return np.full(len(seconds), float(text))


def recorded(text: str, seconds: Counts) -> Counts:
    """At which times (s since the deploy) what a cell says has a series."""
    before, _, since = text.partition(" → ")
    kept: Counts = np.where(
        seconds < 0, not before.endswith(NOT_RECORDED), not (since or before).endswith(NOT_RECORDED)
    )
    return kept


def write(path: Path, columns: Mapping[str, Cells], usual: Cells) -> None:
    """A recording with the pods of each column, and with a shared cache where there is a column `cache`."""
    random = np.random.default_rng(SEED)
    everywhere = {**usual, **next(iter(columns.values()))}
    scrape, before, since = (int(everywhere[row]) for row in ("s between scrapes", "s before", "s since"))
    times = np.arange(-before, since + scrape, scrape)
    unknown = {row for cells in columns.values() for row in cells if row.partition(": ")[0] not in usual}
    assert not unknown, f"not a row: {unknown}"
    series = [
        one
        for column, cells in columns.items()
        for one in (_cache if column == "cache" else _pods)(column, {**usual, **cells}, times, random)
    ]
    header = {
        "format": "canary-guard/recording/v1",
        "start": DEPLOY - before,
        "end": DEPLOY + since,
        "deploy_time": DEPLOY,
    }
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (header, *series)))


def _cache(column: str, cells: Cells, times: Counts, random: Generator) -> Iterator[object]:
    for row, metric in CACHE.items():
        counts = random.poisson(course(cells[row], times[:-1]) * np.diff(times))
        yield from _series(
            {"__name__": metric, "instance": "redis-1"}, times, _total(counts), recorded(cells[row], times)
        )


def _pods(column: str, cells: Cells, times: Counts, random: Generator) -> Iterator[object]:
    pods, heard = course(cells["pods"], times), course(cells["pods"], times) - course(cells["silent pods"], times)
    for number in range(1, int(pods.max()) + 1):
        there = pods >= number
        own, up = times[there], (heard >= number)[there]
        labels = {"service": "shop-api", "pod": f"{TRACKS[column] or 'shop'}-{number}"}
        labels |= {"track": TRACKS[column]} if TRACKS[column] else {}
        yield from _series({"__name__": "up", **labels}, own, up.astype(int), np.full(len(own), True))
        for (metric, row, *more), counts in _counted(cells, own, random).items():
            values = _total(counts)
            if column != "baseline" and own[0] <= 0 <= own[-1]:  # a new process since
                values = np.where(own > 0, values - values[own == 0], values)
            own_labels = {**labels, **dict(_pair(one) for one in more), "__name__": metric}
            yield from _series(own_labels, own, values, recorded(cells[row], own) & up)


def _pair(label: str) -> tuple[str, str]:
    name, _, value = label.partition("=")
    return name, value


def _total(counts: Counts) -> Counts:
    """(edges,) of a counter that has counted for long."""
    return 1e6 + np.concatenate([[0], np.cumsum(counts)])


def _series(labels: Mapping[str, str], times: Counts, values: Counts, kept: Counts) -> Iterator[object]:
    samples = [[int(DEPLOY + at), f"{value:.12g}"] for at, value in zip(times[kept], values[kept], strict=True)]
    if samples:
        yield {"metric": labels, "values": samples}


def _counted(cells: Cells, times: Counts, random: Generator) -> dict[tuple[str, ...], Counts]:
    """What a pod counts in each interval: by metric, row and further labels."""
    begin, width = times[:-1], np.diff(times)

    def per(row: str, of: float = 1, pattern: str = "") -> Counts:
        return course(cells.get(f"{row}: {pattern}", cells[row]), begin) / of

    requests = random.poisson(per("requests per second") * width)
    failed = random.binomial(requests, per("failed, of 1000 requests", 1000))
    found: dict[tuple[str, ...], Counts] = {
        ("app_http_requests_total", "requests per second", "status=200"): requests - failed,
        ("app_http_requests_total", "failed, of 1000 requests", "status=500"): failed,
    }
    hits_of_all = coalesced_of_all = rebuilds_of_all = np.zeros(len(width), dtype=int)
    patterns = [row.partition(": ")[2] for row in cells if row.startswith("lookups per request: ")]
    for pattern in patterns or [""]:
        label = (f"key_pattern={pattern}",) if pattern else ()
        lookups = random.poisson(requests * per("lookups per request", pattern=pattern))
        misses = random.binomial(lookups, per("misses, of 1000 lookups", 1000, pattern))
        coalesced = random.binomial(misses, per("coalesced, of 100 misses", 100, pattern))
        stored = random.binomial(misses - coalesced, per("stored, of 100 rebuilds", 100, pattern))
        reads = "app_cache_requests_total"
        found[(reads, "lookups per request", "result=hit", *label)] = lookups - misses
        found[(reads, "misses, of 1000 lookups", "result=miss", *label)] = misses
        found[("app_cache_sets_total", "stored, of 100 rebuilds", "result=ok", *label)] = stored
        found |= _histogram("miss", "ms per miss", misses, per("ms per miss", pattern=pattern), label, random)
        hits_of_all, coalesced_of_all = hits_of_all + lookups - misses, coalesced_of_all + coalesced
        rebuilds_of_all = rebuilds_of_all + misses - coalesced
    negative = random.binomial(hits_of_all, per("negative, of 1000 hits", 1000))
    found |= _histogram("hit", "ms per hit", hits_of_all, per("ms per hit"), (), random)
    each = per("queries per rebuild")
    retried = random.poisson(requests * per("retried, of 1000 requests", 1000))
    queries = (rebuilds_of_all * each.astype(int) + random.binomial(rebuilds_of_all, each % 1)) + (
        retried + random.poisson(requests * per("other queries, of 1000 requests", 1000))
    )
    found[("app_cache_coalesced_total", "coalesced, of 100 misses")] = coalesced_of_all
    found[("app_cache_negative_hits_total", "negative, of 1000 hits")] = negative
    found[("app_db_queries_total", "queries per rebuild")] = queries
    found[("app_db_query_duration_seconds_sum", "ms per query")] = random.gamma(queries, per("ms per query", 1000))
    found[("app_db_retries_total", "retried, of 1000 requests")] = retried
    found[("app_db_errors_total", "failed, of 1000 queries")] = random.binomial(
        queries, per("failed, of 1000 queries", 1000)
    )
    return found


def _histogram(
    of: str, row: str, events: Counts, mean: Counts, label: Sequence[str], random: Generator
) -> dict[tuple[str, ...], Counts]:
    """The durations of so many events, in ms on average; buckets are cumulative, as they are scraped."""
    below = ndtr((np.log(np.divide.outer(BOUNDS, mean)) + SPREAD**2 / 2) / SPREAD).T
    inside = np.diff(below, prepend=0, append=1)
    buckets = random.multinomial(events, inside / inside.sum(axis=1, keepdims=True)).cumsum(axis=1).T
    several = 1 / np.expm1(SPREAD**2)
    name = f"app_cache_{of}_duration_seconds"
    return {
        (f"{name}_sum", row, *label): random.gamma(events * several, mean / 1000 / several),
        (f"{name}_count", row, *label): events,
        **{
            (f"{name}_bucket", row, f"le={le}", *label): counts
            for le, counts in zip([*(f"{bound / 1000:g}" for bound in BOUNDS), "+Inf"], buckets, strict=True)
        },
    }
