"""The contract of every source: the same series give the same answers, whoever is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from canary_guard.model.plan import Plan, PrometheusPlan, RecordingPlan, SourcePlan, TimePlan
from canary_guard.model.series import Content, SeriesQuery
from canary_guard.model.signal import Counter, Gauge, Histogram, Matcher, MatchOperator, Scope, Selector, Signal
from canary_guard.model.window import Grid, Period
from canary_guard.sources import SOURCES, open_source
from tests.builders import START, a_plan, a_selection, equal
from tests.servers.prometheus_server import RawSeries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canary_guard.sources.base import Source
    from tests.conftest import Serve

END = START + 40_000
STEP = 2_000
SHOP = {"namespace": "shop", "service": "shop-api"}


def series(name: str, values: dict[int, str], **labels: str) -> RawSeries:
    """Values by seconds after START, scraped at their own moment within the second."""
    moment = 137 * len(name + "".join(labels.values())) % 1000
    samples = [(START + second * 1000 + moment, value) for second, value in sorted(values.items())]
    return RawSeries(labels={"__name__": name, **SHOP, **labels}, samples=samples)


def rising(slope: float, first: int = -5, last: int = 42) -> dict[int, str]:
    return {second: repr(slope * (second + 6)) for second in range(first, last)}


A, B, C = ({"pod": "a", "track": "stable"}, {"pod": "b", "track": "canary"}, {"pod": "c", "track": "canary"})
RESTARTED = {second: repr(float(second % 17)) for second in range(-5, 42)}
DARK = {second: value for second, value in rising(3).items() if not 11 <= second <= 16}
GIVEN = (
    series("app_db_queries_total", rising(1), **A),
    series("app_db_queries_total", RESTARTED, **B),
    series("app_db_queries_total", DARK, **C),
    series("app_db_queries_total", rising(1), pod="d"),
    series("app_cache_requests_total", rising(7), **A, result="hit", pattern='a"b\\c\n'),
    series("app_cache_requests_total", rising(2), **A, result="miss", pattern="x"),
    series("app_cache_requests_total", rising(2, first=13), **A, result="miss", pattern="y"),
    series("app_cache_requests_total", rising(2, first=21), **B, result="miss"),
    series("app_cache_requests_total", {**rising(2), 5: "NaN", 9: "-1", 20: "+Inf"}, **C, result="miss"),
    *(
        series("app_cache_miss_duration_seconds_sum", rising(0.1 * number), **pod, pattern=str(number))
        for pod in (A, B)
        for number in range(1, 8)
    ),
    *(
        series("app_cache_miss_duration_seconds_bucket", rising(float(number)), **pod, le=le)
        for pod in (A, B)
        for number, le in enumerate(("0.005", "0.1", "+Inf"), start=1)
    ),
    series("app_db_pool_size", rising(1), **A),
    RawSeries(
        labels={"__name__": "evicted_total", "instance": "redis-1"},
        samples=[(START + 1000 * second, second) for second in range(42)],
    ),
)
SIGNALS = (
    Signal(name="absent", reads=Counter(metric="absent_total")),
    Signal(name="db_queries", reads=Counter(metric="app_db_queries_total")),
    Signal(name="db_pool_size", reads=Gauge(metric="app_db_pool_size")),
    Signal(name="evictions", reads=Counter(metric="evicted_total"), scope=Scope.SHARED),
    Signal(name="hits", reads=Counter(metric="app_cache_requests_total", where=(equal("result", "hit"),))),
    Signal(name="miss_latency", reads=Histogram(metric="app_cache_miss_duration_seconds")),
)


def an_asked_plan(source: SourcePlan) -> Plan:
    select = replace(a_selection(), shared=(equal("instance", "redis-1"),))
    return a_plan(source=source, select=select, signals=SIGNALS, times=TimePlan(now=END, end=END))


@pytest.fixture(scope="module")
def plans(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Plan]]:
    """A plan for each kind of source, all with the same series behind them."""
    file = tmp_path_factory.mktemp("recording") / "given.jsonl"
    header = {"format": "canary-guard/recording/v1", "start": START / 1000, "end": END / 1000}
    lines = [{"metric": one.labels, "values": [[at / 1000, str(value)] for at, value in one.samples]} for one in GIVEN]
    file.write_text("".join(json.dumps(line) + "\n" for line in (header, *lines)))
    with serve(series=GIVEN) as server:
        sources = (PrometheusPlan(url=server.url), RecordingPlan(path=str(file)))
        yield {source.kind: an_asked_plan(source) for source in sources}


@pytest.fixture
def opened(plans: dict[str, Plan]) -> Iterator[dict[str, Source]]:
    sources = {kind: open_source(plan) for kind, plan in plans.items()}
    yield sources
    for source in sources.values():
        source.close()


def a_query(metric: str, *split: str, where: Selector = (), **changes: object) -> SeriesQuery:
    query = SeriesQuery(
        key=metric,
        signal=metric,
        metric=metric,
        content=Content.CUMULATIVE,
        where=where,
        scope=Scope.ARM,
        select=replace(a_selection(), shared=(equal("instance", "redis-1"),)),
        split=split,
        period=Period.AFTER,
        grid=Grid(start=START, end=END, step=STEP),
        reach=2_000,
    )
    return replace(query, **changes)  # type: ignore[arg-type] # tests name fields of SeriesQuery


def matcher(label: str, operator: MatchOperator, value: str) -> Matcher:
    return Matcher(label=label, operator=operator, value=value)


QUERIES = (
    a_query("app_db_queries_total", "pod"),
    a_query("app_db_queries_total", "pod", grid=Grid(start=START + 500, end=START + 9_500, step=500)),
    a_query("app_cache_requests_total", "pod"),
    a_query("app_cache_requests_total", "pod", where=(equal("result", "miss"),)),
    a_query("app_cache_requests_total", "pod", where=(equal("pattern", 'a"b\\c\n'),)),
    a_query("app_cache_requests_total", "pod", where=(matcher("pattern", MatchOperator.MATCHES, "x|y"),)),
    a_query("app_cache_requests_total", "pod", where=(matcher("pattern", MatchOperator.NOT_EQUAL, ""),)),
    a_query("app_cache_requests_total", "pod", "pattern", where=(matcher("result", MatchOperator.NOT_MATCHES, "h.t"),)),
    a_query("app_cache_miss_duration_seconds_sum", "pod"),
    a_query("app_cache_miss_duration_seconds_bucket", "pod", "le"),
    a_query("app_db_pool_size", "pod", content=Content.LEVEL),
    a_query("evicted_total", scope=Scope.SHARED),
    a_query("absent_total", "pod"),
)


def silent(done: int, of: int) -> None:
    pass


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.metric)
def test_all_sources_give_the_same_answer(opened: dict[str, Source], query: SeriesQuery) -> None:
    assert set(opened) == set(SOURCES)
    answers = {}
    for kind, source in opened.items():
        (reading,) = source.read([query], silent)
        assert reading.failure is None
        assert (reading.query, reading.content, reading.split) == (query, query.content, query.split)
        assert all(not series.values.flags.writeable for series in reading.series)
        answers[kind] = [
            (series.arm, series.labels, series.values.tolist(), series.missing, series.unusable)
            for series in reading.series
        ]
    assert answers["prometheus"] == answers["recording"]
    assert bool(answers["prometheus"]) == (query.metric != "absent_total")


def test_all_sources_measure_the_same_scrape_interval(plans: dict[str, Plan], opened: dict[str, Source]) -> None:
    assert {source.facts(plans[kind]).scrape_interval for kind, source in opened.items()} == {1_000}


def test_all_sources_say_what_they_are(plans: dict[str, Plan], opened: dict[str, Source]) -> None:
    for kind, source in opened.items():
        assert kind in source.facts(plans[kind]).description.lower()


def test_readings_keep_the_order_of_the_queries_and_progress_is_told(opened: dict[str, Source]) -> None:
    for source in opened.values():
        told: list[tuple[int, int]] = []

        def note(done: int, of: int, told: list[tuple[int, int]] = told) -> None:
            told.append((done, of))

        readings = source.read(QUERIES, note)
        assert tuple(reading.query for reading in readings) == QUERIES
        assert told == [(done, len(QUERIES)) for done in range(1, len(QUERIES) + 1)]


def test_a_source_may_be_closed_twice(opened: dict[str, Source]) -> None:
    for source in opened.values():
        source.close()
        source.close()


def test_every_kind_of_source_can_be_opened() -> None:
    assert list(SOURCES) == sorted(SOURCES)
    assert set(SOURCES) == {PrometheusPlan(url="x").kind, RecordingPlan(path="x").kind}
