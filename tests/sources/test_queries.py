from dataclasses import replace

import pytest

from canary_guard.errors import SourceError
from canary_guard.model.measure import Cost, CostKind
from canary_guard.model.series import Content, SeriesQuery
from canary_guard.model.signal import Counter, Gauge, Histogram, Increase, Scope, Signal, Summary
from canary_guard.model.window import Period, Windows
from canary_guard.sources.queries import asked_keys, failed, series_queries
from tests.builders import START, STEP, a_grid, a_plan, equal, signals

BEFORE = a_grid(start=START - 40 * STEP)
WINDOWS = Windows(after=a_grid(), before=BEFORE, deploy_time=START, scrape_interval=15_000)
UP = Signal(name="up", reads=Gauge(metric="up"))
EVICTIONS = Signal(name="evictions", reads=Counter(metric="redis_evicted_keys_total"), scope=Scope.SHARED)


def keys(queries: tuple[SeriesQuery, ...], period: Period) -> list[str]:
    return [query.key for query in queries if query.period is period]


def test_a_plan_is_asked_for_what_its_measures_need() -> None:
    queries = series_queries(a_plan(), WINDOWS)
    assert keys(queries, Period.AFTER) == [
        "db_queries",
        "hits",
        "miss_latency_bucket",
        "miss_latency_count",
        "miss_latency_sum",
        "misses",
        "requests",
    ]
    assert keys(queries, Period.BEFORE) == keys(queries, Period.AFTER)


def test_a_query_says_all_that_a_source_must_know() -> None:
    plan = a_plan()
    misses = next(one for one in series_queries(plan, WINDOWS) if one.key == "misses")
    assert misses == SeriesQuery(
        key="misses",
        signal="misses",
        metric="app_cache_requests_total",
        content=Content.CUMULATIVE,
        where=(equal("result", "miss"),),
        scope=Scope.ARM,
        select=plan.select,
        split=("pod",),
        period=Period.AFTER,
        grid=WINDOWS.after,
        reach=30_000,
    )


def test_a_histogram_is_read_by_unit_and_bound() -> None:
    found = {query.key: query for query in series_queries(a_plan(), WINDOWS)}
    assert found["miss_latency_bucket"].split == ("pod", "le")
    assert found["miss_latency_bucket"].metric == "app_cache_miss_duration_seconds_bucket"
    assert found["miss_latency_sum"].split == ("pod",)
    assert {found[key].signal for key in found if key.startswith("miss_latency")} == {"miss_latency"}


def test_a_summary_has_no_buckets_and_hit_latency_needs_none() -> None:
    plan = a_plan(
        signals=(
            Signal(name="hit_latency", reads=Histogram(metric="hit_seconds")),
            Signal(name="miss_latency", reads=Summary(metric="miss_seconds")),
        )
    )
    queries = series_queries(plan, WINDOWS)
    expected = ["hit_latency_count", "hit_latency_sum", "miss_latency_count", "miss_latency_sum"]
    assert keys(queries, Period.AFTER) == expected


def test_what_no_measure_needs_is_not_asked() -> None:
    plan = a_plan(
        signals=(
            Signal(name="db_pool_size", reads=Gauge(metric="pool")),
            Signal(name="errors", reads=Counter(metric="errors_total")),
            Signal(name="misses", reads=Counter(metric="misses_total")),
        )
    )
    assert series_queries(plan, WINDOWS) == ()
    assert asked_keys(plan) == {"errors", "misses"}


def test_the_cost_of_a_miss_decides_what_is_asked() -> None:
    known = [one for one in signals() if one.name != "db_queries"]
    plan = a_plan(
        signals=(*known, Signal(name="db_seconds", reads=Counter(metric="db_seconds_total"))),
        cost=Cost(kind=CostKind.DB_SECONDS),
    )
    assert "db_seconds" in keys(series_queries(plan, WINDOWS), Period.AFTER)
    latency = replace(plan, cost=Cost(kind=CostKind.LATENCY))
    assert "db_seconds" not in keys(series_queries(latency, WINDOWS), Period.AFTER)


def test_any_two_lookup_counts_are_asked_where_one_is_needed() -> None:
    plan = a_plan(
        signals=(
            Signal(name="hits", reads=Counter(metric="hits_total")),
            Signal(name="lookups", reads=Counter(metric="lookups_total")),
        )
    )
    assert keys(series_queries(plan, WINDOWS), Period.AFTER) == ["hits", "lookups"]


def test_the_same_is_asked_of_both_windows() -> None:
    plan = a_plan(signals=(*signals(), UP))
    queries = series_queries(plan, WINDOWS)
    assert keys(queries, Period.BEFORE) == keys(queries, Period.AFTER)
    assert keys(queries, Period.AFTER)[-1] == "up"
    assert {query.grid for query in queries if query.period is Period.BEFORE} == {BEFORE}


def test_up_is_a_level_by_unit() -> None:
    plan = a_plan(signals=(*signals(), UP))
    up = next(one for one in series_queries(plan, WINDOWS) if one.key == "up")
    assert (up.content, up.split) == (Content.LEVEL, ("pod",))


def test_shared_signals_are_asked_of_both_windows_without_a_split() -> None:
    plan = a_plan(signals=(EVICTIONS, *signals(), UP))
    queries = series_queries(plan, WINDOWS)
    assert {"evictions", "requests", "up"} <= {*keys(queries, Period.BEFORE)}
    shared = [query for query in queries if query.key == "evictions"]
    assert [(query.split, query.scope) for query in shared] == [((), Scope.SHARED)] * 2


def test_shared_signals_are_not_asked_without_a_window_before() -> None:
    plan = a_plan(signals=(EVICTIONS, *signals()))
    queries = series_queries(plan, replace(WINDOWS, before=None))
    assert "evictions" not in {query.key for query in queries}
    assert keys(queries, Period.BEFORE) == []


def test_own_promql_is_asked_as_an_increase() -> None:
    text = "sum by ($by) (increase(my_lookups[$step]))"
    plan = a_plan(
        signals=(
            Signal(name="lookups", reads=Increase(promql=text)),
            Signal(name="misses", reads=Counter(metric="misses_total")),
        )
    )
    lookups = series_queries(plan, WINDOWS)[0]
    assert (lookups.promql, lookups.content, lookups.metric) == (text, Content.INCREASE, "")


def test_the_order_does_not_depend_on_that_of_the_signals() -> None:
    plan = a_plan(signals=(*signals(), EVICTIONS, UP))
    other = a_plan(signals=tuple(reversed((*signals(), EVICTIONS, UP))))
    assert series_queries(plan, WINDOWS) == series_queries(other, WINDOWS)


@pytest.mark.parametrize("unreachable", [True, False])
def test_a_source_that_cannot_be_asked_fails_every_query(*, unreachable: bool) -> None:
    queries = series_queries(a_plan(), WINDOWS)
    error = SourceError(
        asked="its version", where="http://x", answer="so it is", advice="Start it.", unreachable=unreachable
    )
    readings = failed(queries, error)
    assert [reading.query for reading in readings] == list(queries)
    assert {reading.where for reading in readings} == {"http://x"}
    failures = {reading.failure for reading in readings}
    assert [(one.answer, one.advice, one.unreachable) for one in failures if one] == [
        ("so it is", "Start it.", unreachable)
    ]


STRATIFIED = a_plan(
    strata="key_pattern",
    signals=tuple(replace(one, stratum="pattern") if one.name == "miss_latency" else one for one in signals()),
)


def test_lookups_and_what_names_a_label_of_its_own_are_asked_by_pattern_too() -> None:
    queries = series_queries(STRATIFIED, WINDOWS)
    split = {query.key: (query.stratum, query.split) for query in queries if query.stratum is not None}
    assert split == {
        "hits by stratum": ("key_pattern", ("pod", "key_pattern")),
        "misses by stratum": ("key_pattern", ("pod", "key_pattern")),
        "miss_latency_count by stratum": ("pattern", ("pod", "pattern")),
        "miss_latency_sum by stratum": ("pattern", ("pod", "pattern")),
    }
    for period in Period:
        assert {*keys(queries, period)} == {*keys(series_queries(a_plan(), WINDOWS), period), *split}


def test_a_split_query_reads_what_the_whole_one_reads() -> None:
    found = {query.key: query for query in series_queries(STRATIFIED, WINDOWS) if query.period is Period.AFTER}
    whole, split = found["misses"], found["misses by stratum"]
    assert replace(split, key="misses", split=("pod",), stratum=None) == whole


def test_a_signals_own_label_stands_over_the_plans() -> None:
    hits = tuple(replace(one, stratum="pattern") if one.name == "hits" else one for one in signals())
    found = {query.key: query.stratum for query in series_queries(a_plan(strata="key_pattern", signals=hits), WINDOWS)}
    assert (found["hits by stratum"], found["misses by stratum"]) == ("pattern", "key_pattern")


def test_without_strata_nothing_is_split() -> None:
    assert all(one.stratum is None for one in series_queries(replace(STRATIFIED, strata=None), WINDOWS))


def test_what_cannot_be_counted_by_pattern_is_not_asked_so() -> None:
    """Quantiles, what is shared by both arms, own PromQL, and what no measure needs by pattern."""
    plan = a_plan(
        strata="key_pattern",
        signals=(
            Signal(name="db_queries", reads=Counter(metric="q"), scope=Scope.SHARED, stratum="key_pattern"),
            Signal(name="hits", reads=Counter(metric="h")),
            Signal(name="requests", reads=Counter(metric="r")),
            Signal(name="lookups", reads=Increase(promql="sum by ($by) (increase(l[$step]))"), stratum="key_pattern"),
            Signal(name="miss_latency", reads=Histogram(metric="m"), stratum="key_pattern"),
            Signal(name="sets", reads=Counter(metric="s"), stratum="key_pattern"),
        ),
    )
    found = {query.key for query in series_queries(plan, WINDOWS) if query.stratum is not None}
    assert found == {"hits by stratum", "miss_latency_count by stratum", "miss_latency_sum by stratum"}
