from __future__ import annotations

from dataclasses import replace

import pytest

from canary_guard.errors import ConfigError
from canary_guard.model.series import Content, SeriesQuery
from canary_guard.model.signal import Matcher, MatchOperator, Scope, Selection
from canary_guard.model.window import Period
from canary_guard.sources import promql
from tests.builders import a_grid, a_selection, equal


def a_query(**changes: object) -> SeriesQuery:
    query = SeriesQuery(
        key="misses",
        signal="misses",
        metric="cache_requests_total",
        content=Content.CUMULATIVE,
        where=(equal("result", "miss"),),
        scope=Scope.ARM,
        select=a_selection(),
        split=("pod",),
        period=Period.AFTER,
        grid=a_grid(),
        reach=30_000,
    )
    return replace(query, **changes)  # type: ignore[arg-type] # tests name fields of SeriesQuery


def test_a_counter_is_read_raw_and_split_by_unit_and_by_what_tells_the_arms_apart() -> None:
    assert promql.promql_text(a_query()) == (
        "sum by (pod, track) (last_over_time("
        'cache_requests_total{namespace="shop", service="shop-api", result="miss"}[29999ms]))'
    )


def test_a_split_by_bucket() -> None:
    query = a_query(metric="rebuild_seconds_bucket", split=("pod", "le"), where=())
    assert promql.promql_text(query).startswith("sum by (pod, le, track) (last_over_time(rebuild_seconds_bucket{")


def test_labels_of_both_arms_are_kept_apart_each_once() -> None:
    select = Selection(
        everything=(equal("service", "shop"),),
        baseline=(equal("track", "stable"), equal("pod", "a")),
        canary=(equal("version", "2"), equal("track", "canary")),
    )
    assert promql.grouping(a_query(select=select)) == ("pod", "track", "version")


def test_without_arms_only_the_unit_is_kept_apart() -> None:
    assert promql.grouping(a_query(select=Selection(everything=(equal("service", "shop"),)))) == ("pod",)


def test_a_shared_signal_takes_its_own_selector_and_no_arms() -> None:
    select = replace(a_selection(), shared=(equal("instance", "redis-1"),))
    query = a_query(metric="redis_evicted_keys_total", where=(), scope=Scope.SHARED, select=select, split=())
    text = 'sum(last_over_time(redis_evicted_keys_total{instance="redis-1"}[29999ms]))'
    assert promql.promql_text(query) == text


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        (MatchOperator.EQUAL, 'pod="a.b"'),
        (MatchOperator.NOT_EQUAL, 'pod!="a.b"'),
        (MatchOperator.MATCHES, 'pod=~"a.b"'),
        (MatchOperator.NOT_MATCHES, 'pod!~"a.b"'),
    ],
)
def test_every_operator(operator: MatchOperator, text: str) -> None:
    assert promql.selected_text("up", (Matcher(label="pod", operator=operator, value="a.b"),)) == f"up{{{text}}}"


def test_values_cannot_break_out_of_their_quotes() -> None:
    hostile = equal("pod", 'a\\"b\n"} or vector(1) #')
    assert promql.selected_text("up", (hostile,)) == r'up{pod="a\\\"b\n\"} or vector(1) #"}'


@pytest.mark.parametrize("name", ["http.requests", "1up", "up{}", "", "up or vector", "größe", "up\n"])
def test_metric_names_that_need_quotes_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="metric name"):
        promql.promql_text(a_query(metric=name))


@pytest.mark.parametrize("name", ["k8s.pod", "a:b", "1a", "", "pod) (up", "é"])
def test_label_names_that_need_quotes_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="label name"):
        promql.promql_text(a_query(split=(name,)))
    with pytest.raises(ConfigError, match="label name"):
        promql.promql_text(a_query(where=(equal(name, "x"),)))


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ConfigError, match="surrogate"):
        promql.promql_text(a_query(where=(equal("pod", "a\ud800"),)))
    with pytest.raises(ConfigError, match="surrogate"):
        promql.promql_text(a_query(promql="up \udfff"))


def test_own_promql_is_filled_in_and_nothing_else_of_it_is_touched() -> None:
    own = (
        'sum by ($by) (increase(x:lookups{$selector, a=~"b$"}[$step])) + label_replace(y, "pod", "$1", "p", "$bypass")'
    )
    assert promql.promql_text(a_query(promql=own, metric="", content=Content.INCREASE)) == (
        'sum by (pod, track) (increase(x:lookups{namespace="shop", service="shop-api", a=~"b$"}[15000ms]))'
        ' + label_replace(y, "pod", "$1", "p", "$bypass")'
    )


def test_a_servers_sum_is_over_the_step_and_for_one_arm() -> None:
    query = a_query(metric="rebuild_seconds_bucket", split=("pod", "le"), where=())
    assert promql.summed_text(query, (equal("track", "canary"),), ("le",)) == (
        'sum by (le) (increase(rebuild_seconds_bucket{namespace="shop", service="shop-api", track="canary"}[15000ms]))'
    )


def test_a_servers_sum_of_a_gauge_is_its_level() -> None:
    query = a_query(metric="pool_size", content=Content.LEVEL, where=())
    assert promql.summed_text(query, (), ()) == (
        'sum(last_over_time(pool_size{namespace="shop", service="shop-api"}[29999ms]))'
    )


def test_the_size_of_an_answer_is_that_of_the_whole_window() -> None:
    assert promql.answer_size_text(a_query(where=())) == (
        "count(count by (pod, track) (last_over_time("
        'cache_requests_total{namespace="shop", service="shop-api"}[630000ms])))'
    )


def test_overlap_is_what_satisfies_both_arms() -> None:
    select = replace(a_selection(), canary=(equal("version", "2"),))
    assert promql.overlap_text(a_query(select=select, where=())) == (
        "count(last_over_time("
        'cache_requests_total{namespace="shop", service="shop-api", track="stable", version="2"}[630000ms]))'
    )


def test_sizes_and_examples_of_several_metrics() -> None:
    selector = (equal("service", "shop"),)
    selected = '{__name__=~"a_total|b_total", service="shop"}'
    assert promql.sizes_text(["b_total", "a_total", "b_total"], selector) == f"count by (__name__) ({selected})"
    assert promql.examples_text(["a_total", "b_total"], selector) == f"topk by (__name__) (3, {selected})"
    assert promql.sizes_text(["a_total"], ()) == 'count by (__name__) ({__name__=~"a_total"})'
    with pytest.raises(ConfigError, match="metric name"):
        promql.sizes_text(["a.b"], selector)
