"""The ten recorded incidents: where they are, what their manifest says, and a plan that reads them."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from canary_guard.model.plan import Plan, RecordingPlan
from canary_guard.model.signal import Counter, Gauge, Histogram, NoData, Scope, Signal
from canary_guard.model.window import Grid, Windows
from tests.builders import a_plan, a_selection, equal

HERE = Path(__file__).parent
FOLDERS = (HERE.parent / "examples" / "recordings", HERE / "data" / "recordings")


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One entry of the manifest."""

    name: str
    path: Path
    entry: Mapping[str, Any]

    @property
    def deploy_time(self) -> int:
        return _milliseconds(self.entry["deploy_time"])

    @property
    def after(self) -> tuple[int, int]:
        start, end = self.entry["windows"]["after"]
        return _milliseconds(start), _milliseconds(end)

    @property
    def before(self) -> tuple[int, int]:
        start, end = self.entry["windows"]["before"]
        return _milliseconds(start), _milliseconds(end)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


@functools.cache
def recordings() -> Mapping[str, Recorded]:
    """By name: `01`, `02`, …"""
    manifest = json.loads((HERE / "data" / "recordings" / "manifest.json").read_text())
    found = (Recorded(name=entry["name"], path=find(entry["file"]), entry=entry) for entry in manifest["recordings"])
    return {one.name: one for one in found}


def find(file: str) -> Path:
    """Where a recording lies: those that the examples use are with the examples."""
    return next(folder / file for folder in FOLDERS if (folder / file).exists())


NAMES = tuple(sorted(recordings()))


def a_grid_within(start: int, end: int, step: int) -> Grid:
    """The multiples of the step inside a range."""
    return Grid(start=-(-start // step) * step, end=end // step * step, step=step)


def windows_of(recorded: Recorded, *, step: int = 1000, scrape_interval: int = 1000) -> Windows:
    return Windows(
        after=a_grid_within(*recorded.after, step),
        before=a_grid_within(*recorded.before, step),
        deploy_time=recorded.deploy_time,
        scrape_interval=scrape_interval,
    )


def recorded_plan(path: Path | str, **changes: object) -> Plan:
    """A plan with every signal that the recordings have."""
    selection = replace(a_selection(), shared=(equal("cache", "redis-stable"),))
    return a_plan(
        **{
            "source": RecordingPlan(path=str(path)),
            "select": selection,
            "signals": recorded_signals(),
            **changes,
        }
    )


def recorded_signals() -> tuple[Signal, ...]:
    lookups = "app_cache_requests_total"
    return (
        Signal(name="coalesced", reads=Counter(metric="app_cache_coalesced_total")),
        Signal(name="db_queries", reads=Counter(metric="app_db_queries_total")),
        Signal(name="db_seconds", reads=Counter(metric="app_db_query_duration_seconds_sum")),
        Signal(
            name="errors",
            reads=Counter(metric="app_http_requests_total", where=(equal("status", "500"),)),
            no_data=NoData.IGNORE,
        ),
        Signal(name="evictions", reads=Counter(metric="redis_evicted_keys_total"), scope=Scope.SHARED),
        Signal(name="hit_latency", reads=Histogram(metric="app_cache_hit_duration_seconds")),
        Signal(name="hits", reads=Counter(metric=lookups, where=(equal("result", "hit"),))),
        Signal(name="miss_latency", reads=Histogram(metric="app_cache_miss_duration_seconds")),
        Signal(name="misses", reads=Counter(metric=lookups, where=(equal("result", "miss"),))),
        Signal(name="requests", reads=Counter(metric="app_http_requests_total")),
        Signal(name="retries", reads=Counter(metric="app_db_retries_total")),
        Signal(name="sets", reads=Counter(metric="app_cache_sets_total", where=(equal("result", "ok"),))),
        Signal(name="up", reads=Gauge(metric="up")),
    )
