"""The source against a real Prometheus, and against loopback servers for what a healthy one cannot show."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from canary_guard.errors import ConfigError, SourceError
from canary_guard.model.plan import PrometheusPlan, RecordingPlan, TimePlan
from canary_guard.model.series import Content, Reading, SeriesQuery
from canary_guard.model.signal import Counter, Matcher, MatchOperator, Scope, Selection, Signal
from canary_guard.model.window import Arm, Grid, Period
from canary_guard.sources import open_source
from canary_guard.sources.prometheus import PrometheusSource
from canary_guard.sources.recorder import RawSelector
from tests.builders import START, a_plan, a_selection, equal
from tests.servers.loopback import Loopback, success
from tests.servers.prometheus_server import RawSeries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.conftest import Serve
    from tests.servers.loopback import Exchange

SCRAPE = 1_000
GRID = Grid(start=START, end=START + 16_000, step=4_000)
HOSTILE = 'a"b\\c\n{}<script>'


def counter(name: str, values: Mapping[int, float | str], **labels: str) -> RawSeries:
    """Values by seconds after START, scraped 829 ms after each full second."""
    samples = [(START + second * 1000 - 171, value) for second, value in values.items()]
    return RawSeries(labels={"__name__": name, "service": "shop", **labels}, samples=samples)


def rising(slope: int, *, first: int = -5, last: int = 20) -> dict[int, float | str]:
    return {second: 100 + slope * second for second in range(first, last + 1)}


@pytest.fixture(scope="module")
def url(serve: Serve) -> Iterator[str]:
    dark = {second: value for second, value in rising(3).items() if not 6 <= second <= 9}
    series = [
        counter("misses_total", rising(1), pod="a", track="stable", pattern="x"),
        counter("misses_total", rising(2), pod="a", track="stable", pattern="y"),
        counter("misses_total", rising(5), pod="b", track="canary", pattern="x"),
        counter("misses_total", dark, pod="c", track="canary", pattern="x"),
        counter("misses_total", rising(7), track="other", pattern="x"),
        counter("odd_total", {**rising(1), 4: "NaN", 8: "-3", 12: "+Inf"}, pod="a", track="stable"),
        counter("moved_total", rising(1, last=8), pod="a", track="canary-1"),
        counter("moved_total", rising(1, first=5), pod="a", track="canary-2"),
        counter("gone_total", rising(1, last=2), pod="a", track="stable"),
        counter("quoted_total", rising(1), pod="a", track="stable", pattern=HOSTILE),
        counter("pool", rising(1), pod="a", track="stable"),
        counter("pool", rising(1), pod="b", track="canary"),
        RawSeries(
            labels={"__name__": "evicted_total", "instance": "redis-1"},
            samples=[(START + second * 1000, second) for second in range(-5, 20)],
        ),
    ]
    with serve(series=series) as server:
        yield server.url


SELECT = replace(a_selection(), everything=(equal("service", "shop"),))


def a_query(metric: str = "misses_total", **changes: object) -> SeriesQuery:
    query = SeriesQuery(
        key="misses",
        signal="misses",
        metric=metric,
        content=Content.CUMULATIVE,
        scope=Scope.ARM,
        select=SELECT,
        split=("pod",),
        period=Period.AFTER,
        grid=GRID,
        reach=2 * SCRAPE,
    )
    return replace(query, **changes)  # type: ignore[arg-type] # tests name fields of SeriesQuery


def nobody(done: int, of: int) -> None:
    pass


def read(url: str, *queries: SeriesQuery, **settings: object) -> tuple[Reading, ...]:
    source = PrometheusSource(PrometheusPlan(url=url, **settings))  # type: ignore[arg-type] # tests name fields of PrometheusPlan
    try:
        return source.read(queries, nobody)
    finally:
        source.close()


def values(reading: Reading) -> dict[tuple[Arm | None, tuple[str, ...]], list[float | None]]:
    """Numbers by arm and labels, None for what is missing."""
    assert reading.failure is None, reading.failure
    return {
        (series.arm, series.labels): [
            None if index in series.missing else value for index, value in enumerate(series.values.tolist())
        ]
        for series in reading.series
    }


# Counting


def test_units_and_arms_come_back_together_and_a_dark_unit_is_a_gap(url: str) -> None:
    (reading,) = read(url, a_query())
    assert values(reading) == {
        (None, ("",)): [93 + 7, 100 + 28, 100 + 56, 100 + 84, 100 + 112],
        (Arm.BASELINE, ("a",)): [200, 212, 224, 236, 248],
        (Arm.CANARY, ("b",)): [100, 120, 140, 160, 180],
        (Arm.CANARY, ("c",)): [100, 112, None, 136, 148],
    }
    assert reading.text == ('sum by (pod, track) (last_over_time(misses_total{service="shop"}[1999ms]))')
    assert (reading.where, reading.content, reading.split) == (url, Content.CUMULATIVE, ("pod",))
    assert not reading.summed_by_server


def test_edges_between_seconds_are_exact(url: str) -> None:
    # The samples of the canary stand 171 ms before each full second: half a second later the last one is the same.
    grid = Grid(start=START + 1_500, end=START + 4_500, step=1_500)
    (reading,) = read(url, a_query(grid=grid, where=(equal("pod", "b"),)))
    assert values(reading)[Arm.CANARY, ("b",)] == [105, 115, 120]


def test_a_sample_as_old_as_the_reach_no_longer_counts(url: str) -> None:
    # The last sample before the dark stands at 4.829 s.
    for later, number in ((1_999, 115.0), (2_000, None)):
        grid = Grid(start=START + 4_829 + later, end=START + 4_829 + later, step=1)
        found = values(read(url, a_query(grid=grid, where=(equal("pod", "c"),)))[0])
        assert found == ({(Arm.CANARY, ("c",)): [number]} if number else {})


def test_samples_that_are_no_counts_are_missing(url: str) -> None:
    (reading,) = read(url, a_query("odd_total"))
    assert values(reading) == {(Arm.BASELINE, ("a",)): [100, None, None, None, 116]}
    assert reading.series[0].unusable == 3


def test_a_split_by_two_labels(url: str) -> None:
    (reading,) = read(url, a_query(split=("pod", "pattern"), where=(equal("pod", "a"),)))
    assert set(values(reading)) == {(Arm.BASELINE, ("a", "x")), (Arm.BASELINE, ("a", "y"))}


def test_a_unit_that_changes_its_arms_label_stays_one_unit(url: str) -> None:
    canary = (Matcher(label="track", operator=MatchOperator.MATCHES, value="canary-.*"),)
    (reading,) = read(url, a_query("moved_total", select=replace(SELECT, canary=canary)))
    assert values(reading) == {(Arm.CANARY, ("a",)): [100, 104, 216, 112, 116]}


def test_without_arms_every_unit_is_of_none(url: str) -> None:
    (reading,) = read(url, a_query(select=Selection(everything=SELECT.everything)))
    assert {arm for arm, _ in values(reading)} == {None}
    assert "by (pod)" in reading.text


def test_a_shared_signal_is_of_no_arm(url: str) -> None:
    select = replace(SELECT, shared=(equal("instance", "redis-1"),))
    (reading,) = read(url, a_query("evicted_total", scope=Scope.SHARED, select=select, split=()))
    assert values(reading) == {(None, ()): [0, 4, 8, 12, 16]}


def test_hostile_label_values_are_selected_and_come_back(url: str) -> None:
    (reading,) = read(url, a_query("quoted_total", where=(equal("pattern", HOSTILE),), split=("pattern",)))
    assert set(values(reading)) == {(Arm.BASELINE, (HOSTILE,))}


def test_own_promql_is_read_at_the_ends_of_the_intervals(url: str) -> None:
    own = "sum by ($by) (delta(misses_total{$selector}[$step]))"
    (reading,) = read(url, a_query("", promql=own, content=Content.INCREASE))
    found = values(reading)[Arm.CANARY, ("b",)]
    assert found == pytest.approx([20, 20, 20, 20])
    assert reading.text == 'sum by (pod, track) (delta(misses_total{service="shop"}[4000ms]))'


def test_overlapping_arms_are_refused(url: str) -> None:
    anything = (Matcher(label="track", operator=MatchOperator.MATCHES, value=".+"),)
    with pytest.raises(ConfigError, match="the arms overlap"):
        read(url, a_query(select=replace(SELECT, baseline=anything)))


# One failure of several; order; progress


def test_one_bad_query_does_not_spoil_the_others(url: str) -> None:
    bad = a_query("", promql="sum by ($by) (increase(misses_total[$step]", content=Content.INCREASE)
    first, second, third = read(url, a_query(), bad, a_query("absent_total"))
    assert values(first)
    assert second.failure is not None
    assert second.failure.answer.startswith("HTTP 400: bad_data: ")
    assert not second.failure.unreachable
    assert values(third) == {}


def test_readings_come_in_the_order_of_the_queries_and_progress_is_told(url: str) -> None:
    queries = [a_query(where=(equal("pod", pod),)) for pod in "abcabcabcabc"]
    told: list[tuple[int, int]] = []
    source = PrometheusSource(PrometheusPlan(url=url))
    readings = source.read(queries, lambda done, of: told.append((done, of)))
    source.close()
    assert [reading.query for reading in readings] == queries
    assert told == [(done, 12) for done in range(1, 13)]


# More series than `max_series`


def test_above_the_limit_the_server_sums_for_each_arm(url: str) -> None:
    (reading,) = read(url, a_query(), max_series=3)
    found = values(reading)
    assert reading.summed_by_server
    assert (reading.content, reading.split) == (Content.INCREASE, ())
    assert found[Arm.BASELINE, ()] == pytest.approx([12, 12, 12, 12])
    assert reading.text.splitlines() == [
        f'sum(increase(misses_total{{service="shop", track="{track}"}}[4000ms]))' for track in ("stable", "canary")
    ]


def test_at_the_limit_it_does_not(url: str) -> None:
    assert not read(url, a_query(), max_series=4)[0].summed_by_server


def test_buckets_and_patterns_are_kept_apart_in_the_sum(url: str) -> None:
    (reading,) = read(url, a_query(split=("pod", "pattern")), max_series=1)
    assert set(values(reading)) == {(Arm.BASELINE, ("x",)), (Arm.BASELINE, ("y",)), (Arm.CANARY, ("x",))}


def test_a_gauge_above_the_limit_is_a_level(url: str) -> None:
    (reading,) = read(url, a_query("pool", content=Content.LEVEL), max_series=1)
    assert (reading.content, reading.summed_by_server) == (Content.LEVEL, True)
    assert values(reading)[Arm.CANARY, ()] == [100, 104, 108, 112, 116]


def test_without_arms_the_sum_is_of_everything(url: str) -> None:
    (reading,) = read(url, a_query(select=Selection(everything=SELECT.everything)), max_series=1)
    assert set(values(reading)) == {(None, ())}


def test_series_that_ended_before_the_window_did_are_counted_too(url: str) -> None:
    late = Grid(start=START, end=START + 400_000, step=4_000)
    assert read(url, a_query("gone_total", grid=late), max_series=0)[0].summed_by_server


def test_a_step_too_short_for_the_servers_sum_is_a_failure_that_names_a_longer_one(url: str) -> None:
    (reading,) = read(url, a_query(grid=Grid(start=START, end=START + 16_000, step=2_000)), max_series=3)
    assert reading.failure is not None
    assert "more than 3 series" in reading.failure.answer
    assert "`step: 4s`" in reading.failure.advice


def test_overlapping_arms_are_refused_in_the_sum_as_well(url: str) -> None:
    anything = (Matcher(label="track", operator=MatchOperator.MATCHES, value=".+"),)
    with pytest.raises(ConfigError, match="the arms overlap"):
        read(url, a_query(select=replace(SELECT, baseline=anything)), max_series=3)


def test_an_answer_larger_than_the_cap_is_asked_for_as_a_sum(url: str) -> None:
    (reading,) = read(url, a_query(), max_answer_bytes=500)
    assert reading.summed_by_server
    assert reading.failure is None


def test_known_sizes_save_the_counting() -> None:
    def answers(exchange: Exchange) -> None:
        path, query = exchange.received.path, exchange.received.form["query"]
        sized = [{"metric": {"__name__": "app_http_requests_total"}, "value": [1, "5"]}]
        matrix = path.endswith("_range")
        exchange.answer(success(sized if "__name__" in query else [], kind="matrix" if matrix else "vector"))

    plan = a_plan(times=TimePlan(now=START, scrape_interval=SCRAPE))
    with Loopback(answers) as server:
        source = PrometheusSource(PrometheusPlan(url=server.url))
        source.facts(plan)
        source.read([a_query("app_http_requests_total"), a_query("app_db_queries_total")], nobody)
        source.close()
    asked = [request.form["query"] for request in server.received]
    assert [text[:27] for text in asked if "app_http" in text and "__name__" not in text] == [
        "sum by (pod, track) (last_o"
    ]
    assert sum(text.startswith("count(count by (pod, track)") for text in asked) == 1


# What it says of itself


def test_facts_of_a_real_server(url: str) -> None:
    misses = Signal(name="misses", reads=Counter(metric="misses_total"))
    times = TimePlan(now=START + 20_000)
    plan = a_plan(source=PrometheusPlan(url=url), select=SELECT, times=times, signals=(misses,))
    source = open_source(plan)
    facts = source.facts(plan)
    source.close()
    assert facts.description == f"Prometheus at {url}"
    assert facts.scrape_interval == SCRAPE
    assert (facts.now, facts.earliest, facts.deploy_time, facts.details) == (None, None, None, None)


def test_a_stated_scrape_interval_is_taken(url: str) -> None:
    plan = a_plan(source=PrometheusPlan(url=url), times=TimePlan(now=START, scrape_interval=7_000))
    assert PrometheusSource.open(plan).facts(plan).scrape_interval == 7_000


def test_an_unverified_certificate_is_told() -> None:
    with Loopback(lambda exchange: exchange.answer(success([])), tls=True) as server:
        source = PrometheusSource(PrometheusPlan(url=server.url, verify=False))
        assert source.facts(a_plan()).details == {"TLS": "the server's certificate is not verified"}


def test_a_recording_is_no_prometheus() -> None:
    with pytest.raises(TypeError, match="recording"):
        PrometheusSource.open(a_plan(source=RecordingPlan(path="x")))


# Raw series, for a recording


def test_raw_series_come_as_they_are(url: str) -> None:
    source = PrometheusSource(PrometheusPlan(url=url))
    evicted = RawSelector(metric="evicted_total", selector=())
    quoted = RawSelector(metric="quoted_total", selector=(equal("pod", "a"),))
    first, second = source.raw((evicted, quoted), start=START, end=START + 2_000)
    source.close()
    assert first == {
        "metric": {"__name__": "evicted_total", "instance": "redis-1"},
        "values": [[START / 1000, "0"], [START / 1000 + 1, "1"], [START / 1000 + 2, "2"]],
    }
    assert second["metric"]["pattern"] == HOSTILE
    assert [at for at, _ in second["values"]] == [START / 1000 + 0.829, START / 1000 + 1.829]


@pytest.mark.parametrize(
    ("timeout", "respond", "says"),
    [
        (5_000, "refuse", "HTTP 401: not today"),
        (5_000, "page", "an HTML page"),
        (400, "slow", r"no whole answer within 1\.2 s"),
    ],
)
def test_half_a_recording_is_none(timeout: int, respond: str, says: str) -> None:
    with Loopback({"refuse": refuse(401), "page": page, "slow": slow}[respond]) as server:
        source = PrometheusSource(PrometheusPlan(url=server.url, timeout=timeout, concurrency=1))
        with pytest.raises(SourceError, match=says):
            source.raw([RawSelector(metric="up", selector=())] * 20, start=START, end=START + 1_000)
        source.close()


# What a healthy server cannot show


def hang(exchange: Exchange) -> None:
    exchange.hang()


def slow(exchange: Exchange) -> None:
    exchange.hang(0.1)
    exchange.answer(success([], kind="matrix"))


def refuse(status: int) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(b"not today", status=status, content_type="text/plain")


def half(exchange: Exchange) -> None:
    exchange.answer(b'{"status":"success","data":{"resultType":"vec')


def page(exchange: Exchange) -> None:
    exchange.answer(b"<html><title>Sign in</title></html>", content_type="text/html")


def redirect(exchange: Exchange) -> None:
    exchange.answer(b"", status=302, Location="https://login.example/?token=abc")


def flood(exchange: Exchange) -> None:
    exchange.begin(Connection="close")
    while not exchange.hang(0):
        exchange.wfile.write(b" " * 2**20)


@pytest.mark.parametrize(
    ("timeout", "respond", "says"),
    [
        (500, hang, "no whole answer within 0.5 s"),
        (5_000, refuse(401), "HTTP 401: not today"),
        (5_000, refuse(429), "HTTP 429: not today"),
        (5_000, refuse(503), "HTTP 503: not today"),
        (5_000, half, "breaks off"),
        (5_000, page, "HTML page instead of JSON: Sign in"),
        (5_000, redirect, "a redirect to https://login.example, which is not followed"),
    ],
)
def test_a_server_of_no_use_is_an_error_within_the_timeout(
    timeout: int, respond: Callable[[Exchange], None], says: str
) -> None:
    began = time.monotonic()
    with Loopback(respond) as server:
        url = server.url.replace("//", "//ana:s3cret@")
        source = PrometheusSource(PrometheusPlan(url=url, timeout=timeout, retries=0, token=SecretStr("t0ken")))
        with pytest.raises(SourceError) as caught:
            source.facts(a_plan())
        source.close()
    assert time.monotonic() - began < timeout / 1000 + 2
    message = str(caught.value)
    assert message.startswith(f"{server.url}: ")
    assert says in message
    assert "\n" not in message
    assert "s3cret" not in message
    assert "t0ken" not in message
    assert caught.value.exit_code == 4


def test_a_flood_leaves_the_facts_open_and_fails_the_query() -> None:
    with Loopback(flood) as server:
        (reading,) = read(server.url, a_query(), max_answer_bytes=2**21)
    assert reading.failure is not None
    assert reading.failure.answer == "an answer larger than 2 MiB, not read to its end"


def test_a_server_that_falls_silent_costs_three_timeouts_at_most() -> None:
    began = time.monotonic()
    queries = [a_query(where=(equal("pod", str(number)),)) for number in range(40)]
    with Loopback(hang) as server:
        readings = read(server.url, *queries, timeout=200, concurrency=2)
    assert time.monotonic() - began < 3
    assert [reading.query for reading in readings] == queries
    assert all(reading.failure is not None and reading.failure.unreachable for reading in readings)
    assert readings[-1].failure is not None
    assert readings[-1].failure.answer == "no whole answer within 0.6 s"


def matrix(*times: float) -> list[dict[str, object]]:
    return [{"metric": {"pod": "a", "track": "stable"}, "values": [[at, "1"] for at in times]}]


def answering(exchange: Exchange, result: Sequence[object], **more: object) -> None:
    """A count of one, and this matrix."""
    if exchange.received.path.endswith("_range"):
        exchange.answer(success(result, kind="matrix", **more))
    else:
        exchange.answer(success([{"metric": {}, "value": [1, "1"]}]))


def test_warnings_and_remarks_are_kept() -> None:
    def partial(exchange: Exchange) -> None:
        answering(exchange, matrix(START / 1000), warnings=["store eu is down"], infos=["odd name"])

    with Loopback(partial) as server:
        (reading,) = read(server.url, a_query())
    assert (reading.warnings, reading.infos) == (("store eu is down",), ("odd name",))
    assert reading.failure is None


def test_what_is_partial_before_the_queries_is_partial_in_them() -> None:
    def partial(exchange: Exchange) -> None:
        series = [{"metric": {"__name__": "misses_total"}, "value": [1, "1"]}]
        ranged = exchange.received.path.endswith("_range")
        exchange.answer(success([], kind="matrix") if ranged else success(series, isPartial=True))

    with Loopback(partial) as server:
        source = PrometheusSource(PrometheusPlan(url=server.url))
        source.facts(a_plan(signals=(), times=TimePlan(now=START)))
        (plain,) = source.read([a_query()], nobody)
        hits = Signal(name="hits", reads=Counter(metric="misses_total"))
        source.facts(a_plan(signals=(hits,), times=TimePlan(now=START, scrape_interval=SCRAPE)))
        (warned,) = source.read([a_query()], nobody)
        source.close()
    assert plain.warnings == ()
    assert warned.warnings == ("the server marks its answer as partial (isPartial)",)


def test_up_that_fails_is_a_warning_because_silent_pods_go_unnoticed_without_it() -> None:
    def busy(exchange: Exchange) -> None:
        exchange.answer(b"busy", status=500, content_type="text/plain")

    with Loopback(busy) as server:
        misses, up = read(server.url, a_query(), a_query("up", key="up", signal="up", content=Content.LEVEL))
    assert (misses.warnings, up.warnings) == ((), ("without `up` a silent pod goes unnoticed: HTTP 500: busy",))


def test_a_server_that_moves_the_times_is_asked_not_to() -> None:
    def victoria(exchange: Exchange) -> None:
        moved = 0 if exchange.received.form.get("nocache") == "1" else -1.5
        answering(exchange, matrix(START / 1000 + moved))

    with Loopback(victoria) as server:
        (reading,) = read(server.url, a_query())
    assert values(reading) == {(Arm.BASELINE, ("a",)): [1, None, None, None, None]}


def test_a_server_that_will_not_stop_moving_them_is_a_failure() -> None:
    with Loopback(lambda exchange: answering(exchange, matrix(START / 1000 - 1.5))) as server:
        (reading,) = read(server.url, a_query())
    assert reading.failure is not None
    assert "not one of the times" in reading.failure.answer


def test_native_histograms_are_a_failure_with_advice() -> None:
    native = [{"metric": {"pod": "a"}, "histograms": [[START / 1000, {"count": "1", "sum": "1"}]]}]
    with Loopback(lambda exchange: answering(exchange, native)) as server:
        (reading,) = read(server.url, a_query())
    assert reading.failure is not None
    assert "_bucket" in reading.failure.advice


INTERRUPTED = """
import sys
from tests.sources.test_prometheus import a_query, nobody
from canary_guard.model.plan import PrometheusPlan
from canary_guard.sources.prometheus import PrometheusSource

source = PrometheusSource(PrometheusPlan(url=sys.argv[1], timeout=60_000))
try:
    source.read([a_query()] * 9, nobody)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_ends_it_at_once_whatever_is_awaited() -> None:
    with Loopback(hang) as server:
        process = subprocess.Popen([sys.executable, "-c", INTERRUPTED, server.url])
        while not server.received and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
