from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from canary_guard.model.plan import Plan, PrometheusPlan, TimePlan
from canary_guard.model.signal import Counter, Gauge, Histogram, Increase, Scope, Signal
from canary_guard.sources.answers import AnswerError
from canary_guard.sources.api import PrometheusApi
from canary_guard.sources.survey import Survey, survey
from tests.builders import START, a_plan, a_selection, equal
from tests.servers.loopback import Loopback, success
from tests.servers.prometheus_server import PrometheusServer, RawSeries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Serve
    from tests.servers.loopback import Exchange

END = START + 600_000
SHOP = {"namespace": "shop", "service": "shop-api"}


def scraped(name: str, *, every: int, **labels: str) -> RawSeries:
    """A counter over ten minutes and more, scraped a little off the beat."""
    times = [at + (at // every) % 3 for at in range(START - 60_000, END, every)]
    return RawSeries(
        labels={"__name__": name, **SHOP, **labels}, samples=[(at, number) for number, at in enumerate(times)]
    )


@pytest.fixture(scope="module")
def server(serve: Serve) -> Iterator[PrometheusServer]:
    series = [
        *(scraped("hits_total", every=15_000, pod=pod, pattern=str(n)) for pod in ("a", "b") for n in range(3)),
        *(scraped("rebuild_seconds_bucket", every=15_000, pod="a", le=le) for le in ("0.1", "+Inf")),
        scraped("pool_size", every=5_000, pod="a"),
        RawSeries(
            labels={**scraped("evicted_total", every=30_000).labels, "namespace": "cache", "service": "redis"},
            samples=scraped("evicted_total", every=30_000).samples,
        ),
    ]
    with serve(series=series) as running:
        yield running


def asked(*signals: Signal, **times: int | None) -> Plan:
    select = replace(a_selection(), shared=(equal("service", "redis"),))
    return a_plan(signals=signals, select=select, times=TimePlan(**{"now": END + 3_600_000, "end": END, **times}))  # type: ignore[arg-type] # tests name fields of TimePlan


def found(url: str, plan: Plan, **changes: object) -> Survey:
    source = PrometheusPlan(url=url, **changes)  # type: ignore[arg-type] # tests name fields of PrometheusPlan
    api = PrometheusApi(source)
    try:
        return survey(api, plan, source)
    finally:
        api.close()


HITS = Signal(name="hits", reads=Counter(metric="hits_total"))
EVICTIONS = Signal(name="evictions", reads=Counter(metric="evicted_total"), scope=Scope.SHARED)
POOL = Signal(name="db_pool_size", reads=Gauge(metric="pool_size"))
LATENCY = Signal(name="miss_latency", reads=Histogram(metric="rebuild_seconds"))
ABSENT = Signal(name="requests", reads=Counter(metric="absent_total"))


def test_sizes_count_every_series_of_a_metric_and_know_nothing_of_absent_ones(server: PrometheusServer) -> None:
    sizes = found(server.url, asked(HITS, EVICTIONS, POOL, LATENCY, ABSENT)).sizes
    assert sizes == {"hits_total": 6, "evicted_total": 1, "pool_size": 1, "rebuild_seconds_bucket": 2}


def test_the_scrape_interval_is_that_of_the_arms_counters(server: PrometheusServer) -> None:
    assert found(server.url, asked(HITS, EVICTIONS, POOL, ABSENT)).scrape_interval == 15_000


def test_without_those_it_is_that_of_shared_counters(server: PrometheusServer) -> None:
    assert found(server.url, asked(ABSENT, EVICTIONS, POOL)).scrape_interval == 30_000


def test_a_stated_interval_is_not_measured(server: PrometheusServer) -> None:
    survey_ = found(server.url, asked(HITS, scrape_interval=10_000))
    assert survey_ == Survey(sizes={"hits_total": 6}, scrape_interval=None)


def test_nothing_is_found_where_nothing_is(server: PrometheusServer) -> None:
    assert found(server.url, asked(ABSENT)) == Survey(sizes={}, scrape_interval=None)
    assert found(server.url, asked(HITS, end=END + 86_400_000)) == Survey(sizes={}, scrape_interval=None)


def test_without_an_end_it_looks_at_the_present(server: PrometheusServer) -> None:
    assert found(server.url, asked(HITS, now=END, end=None)).scrape_interval == 15_000


def test_own_promql_is_not_surveyed() -> None:
    with Loopback(lambda exchange: exchange.answer(success([]))) as server:
        plan = asked(Signal(name="lookups", reads=Increase(promql="sum by ($by) (increase(x[$step]))")))
        assert found(server.url, plan) == Survey(sizes={}, scrape_interval=None)
    assert server.received == []


def test_a_refused_question_leaves_it_open() -> None:
    def refuse(exchange: Exchange) -> None:
        exchange.answer({"status": "error", "errorType": "execution", "error": "too many samples"}, status=422)

    with Loopback(refuse) as server:
        assert found(server.url, asked(HITS)) == Survey(sizes={}, scrape_interval=None)


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_a_server_that_answers_otherwise_is_an_error(status: int) -> None:
    with Loopback(lambda exchange: exchange.answer(b"no", status=status)) as server, pytest.raises(AnswerError):
        found(server.url, asked(HITS), retries=0)


def test_an_answer_of_another_shape_is_an_error() -> None:
    scalar = success([1, "2"], kind="scalar")
    with (
        Loopback(lambda exchange: exchange.answer(scalar)) as server,
        pytest.raises(AnswerError, match="a scalar in place of a vector"),
    ):
        found(server.url, asked(HITS))


def test_all_of_it_ends_within_one_timeout() -> None:
    def slow_in_the_second_round(exchange: Exchange) -> None:
        if "[10m]" in exchange.received.form["query"]:
            exchange.hang()
        exchange.hang(0.9)
        exchange.answer(success([{"metric": {"__name__": "hits_total"}, "value": [1, "1"]}]))

    began = time.monotonic()
    with Loopback(slow_in_the_second_round) as server, pytest.raises(AnswerError, match=r"within 1 s"):
        found(server.url, asked(HITS), timeout=1_000)
    assert time.monotonic() - began < 1.7
