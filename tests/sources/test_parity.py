"""A recording and a real Prometheus that holds the same samples give the same answers, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from canary_guard.model.plan import PrometheusPlan
from canary_guard.model.window import Comparison
from canary_guard.sources.prometheus import PrometheusSource
from canary_guard.sources.queries import series_queries
from canary_guard.sources.recording import RecordingSource
from canary_guard.stats.counting import count
from tests.derived import derived, renamed_pods, scaled_up, silenced, thinned
from tests.recordings import NAMES, recorded_plan, recordings, windows_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from canary_guard.model.measurement import Side
    from canary_guard.model.plan import Plan
    from canary_guard.model.series import Reading, Series, SourceFacts
    from canary_guard.model.window import Windows
    from tests.conftest import Serve
    from tests.derived import Change
    from tests.recordings import Recorded


def from_recording(path: Path, windows: Windows) -> tuple[Plan, SourceFacts, tuple[Reading, ...]]:
    plan = recorded_plan(path)
    source = RecordingSource.open(plan)
    queries = series_queries(plan, windows)
    return plan, source.facts(plan), source.read(queries, lambda done, of: None)


def from_server(path: Path, windows: Windows, serve: Serve) -> tuple[Plan, SourceFacts, tuple[Reading, ...]]:
    with serve(path) as server:
        plan = recorded_plan(path, source=PrometheusPlan(url=server.url))
        plan = replace(plan, times=replace(plan.times, now=windows.after.end, scrape_interval=None))
        source = PrometheusSource.open(plan)
        try:
            facts = source.facts(plan)
            queries = series_queries(plan, windows)
            return plan, facts, source.read(queries, lambda done, of: None)
        finally:
            source.close()


def held_together(path: Path, windows: Windows, serve: Serve) -> None:
    plan, recorded_facts, recorded = from_recording(path, windows)
    server_plan, server_facts, served = from_server(path, windows, serve)
    assert recorded_facts.scrape_interval == server_facts.scrape_interval
    for mine, theirs in zip(recorded, served, strict=True):
        assert theirs.failure is None, theirs.failure
        assert mine.query == theirs.query
        assert (mine.text, mine.content, mine.split) == (theirs.text, theirs.content, theirs.split)
        assert [shown(one) for one in mine.series] == [shown(one) for one in theirs.series], mine.query.key
    for comparison in Comparison:
        counted = count(recorded, plan=plan, comparison=comparison, windows=windows)
        again = count(served, plan=server_plan, comparison=comparison, windows=windows)
        assert counted.quality == again.quality
        for arm in ("baseline", "canary"):
            assert sums(getattr(counted.measurement, arm)) == sums(getattr(again.measurement, arm))


def shown(series: Series) -> tuple[object, ...]:
    return series.arm, series.labels, series.values.tolist(), series.missing, series.unusable


def sums(side: Side) -> Mapping[str, list[list[float]]]:
    return {key: np.where(one.seen, one.values, -1).tolist() for key, one in side.signals.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_incidents(name: str, serve: Serve) -> None:
    recorded = recordings()[name]
    held_together(recorded.path, windows_of(recorded), serve)


def middle(recorded: Recorded) -> float:
    return sum(recorded.after) / 2000


DERIVED: Mapping[str, tuple[str, int, int]] = {
    "renamed pods": ("02", 1000, 1000),
    "renamed pods that restart": ("17", 2000, 1000),
    "scaled up": ("01", 2000, 1000),
    "silent": ("08", 1000, 1000),
    "thinned": ("17", 15_000, 15_000),
    "thinned and renamed": ("02", 30_000, 15_000),
}


def changes(kind: str, recorded: Recorded) -> tuple[Change, ...]:
    match kind:
        case "renamed pods" | "renamed pods that restart":
            return (renamed_pods,)
        case "scaled up":
            return (scaled_up(middle(recorded)),)
        case "silent":
            return (silenced(middle(recorded), up=False),)
        case "thinned":
            return (thinned,)
        case _:
            return (renamed_pods, thinned)


@pytest.mark.parametrize("kind", DERIVED)
def test_derived_incidents(kind: str, serve: Serve, tmp_path: Path) -> None:
    name, step, scrape_interval = DERIVED[kind]
    recorded = recordings()[name]
    path = derived(recorded.path, tmp_path / "derived.jsonl.gz", *changes(kind, recorded))
    held_together(path, windows_of(recorded, step=step, scrape_interval=scrape_interval), serve)
