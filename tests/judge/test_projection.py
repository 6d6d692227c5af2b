import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.judge.projection import (
    at_peak,
    busy_connections,
    chance_to_wait,
    erlang_c,
    headroom,
    headroom_share,
    load_at_peak,
    mean_wait,
    project,
    utilisation,
)
from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.plan import Capacity
from tests.builders import an_estimate, no_estimate
from tests.judge.vectors import vectors

Given = dict[str, Any]

LOAD = Interval(point=0.03, low=0.02, high=0.05)


@pytest.mark.parametrize(("given", "expect"), vectors("erlang_c"))
def test_erlang_c(given: Given, expect: Given) -> None:
    assert erlang_c(given["servers"], given["load"]) == pytest.approx(expect["wait"], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("given", "expect"), vectors("headroom"))
def test_headroom(given: Given, expect: Given) -> None:
    found = headroom_share(given["baseline_load"], given["canary_load"], peak=given["peak"], capacity=given["capacity"])
    assert found == (None if expect["share"] is None else pytest.approx(expect["share"]))


@given(st.integers(1, 20_000), st.floats(0, 1.2))
def test_waiting_is_a_probability_for_any_pool(servers: int, use: float) -> None:
    assert 0 <= erlang_c(servers, use * servers) <= 1


def test_a_large_pool_waits_less_at_the_same_use() -> None:
    assert erlang_c(5000, 4900) < erlang_c(500, 490) < erlang_c(50, 49)


def test_a_pool_of_thousands() -> None:
    """Halfin and Whitt 1981: with b = (1 - use) sqrt(c) = sqrt(2), C is about 1 / (1 + b Phi(b) / phi(b)) = 0.1013."""
    assert erlang_c(5000, 4900) == pytest.approx(0.1013, abs=2e-3)


def test_the_ends_of_the_load_become_those_of_the_use() -> None:
    use = utilisation(LOAD, peak=1000, capacity=40)
    assert (use.point, use.low, use.high) == pytest.approx((0.75, 0.5, 1.25))
    peak = load_at_peak(LOAD, peak=1000)
    assert (peak.point, peak.low, peak.high) == pytest.approx((30, 20, 50))


def test_littles_law() -> None:
    busy = busy_connections(LOAD, peak=1000, seconds_per_query=0.2)
    assert (busy.point, busy.low, busy.high) == pytest.approx((6, 4, 10))


def test_an_open_end_stays_open_but_a_probability_ends_at_1() -> None:
    open_load = Interval(point=0.03, low=None, high=None)
    assert utilisation(open_load, peak=1000, capacity=40).high is None
    assert chance_to_wait(Interval(point=6, low=None, high=None), pool=8).high == 1.0


def test_waiting_for_a_connection() -> None:
    busy = Interval(point=8, low=5, high=10)
    chance = chance_to_wait(busy, pool=10)
    assert chance.point == pytest.approx(0.4092, abs=1e-4)
    assert chance.high == 1.0
    wait = mean_wait(busy, pool=10, seconds_per_query=0.02)
    assert wait.point == pytest.approx(0.4092 * 0.02 / 2, rel=1e-3)
    assert wait.high is None


def test_more_load_ends_the_headroom_earlier() -> None:
    found = headroom(0.01, Interval(point=1.0, low=0.8, high=1.5), peak=1000, capacity=20)
    assert found.low is not None
    assert found.point is not None
    assert found.high is not None
    assert 0 < found.low < found.point < found.high < 1


def test_unbounded_load_may_end_it_at_once_and_bounded_may_never() -> None:
    found = headroom(0.01, Interval(point=1.0, low=None, high=None), peak=1000, capacity=20)
    assert (found.low, found.high) == (0.0, None)
    assert headroom(0.01, Interval(point=0.1, low=-0.1, high=0.2), peak=1000, capacity=20) == Interval(
        point=None, low=None, high=None
    )


def test_a_change_beyond_all_numbers_does_not_raise() -> None:
    assert headroom(0.01, Interval(point=1.0, low=0.5, high=1e6), peak=1000, capacity=20).low == pytest.approx(0)


LOADED = an_estimate("utilisation", baseline=0.015, canary=0.031, theta=math.log(0.031 / 0.015), half=0.1)
SLOW = an_estimate("db_time_per_query", baseline=0.02, canary=0.03)
CAPACITY = Capacity(peak_requests_per_second=3000, db_queries_per_second=80, db_pool_size=4)


def test_both_arms_at_the_peak() -> None:
    found = project(LOADED, CAPACITY, SLOW)
    assert found.capacity is CAPACITY
    assert found.baseline.queries_per_second.point == pytest.approx(45)
    assert found.canary.queries_per_second.point == pytest.approx(93)
    assert found.canary.utilisation.point == pytest.approx(93 / 80)
    assert found.canary.busy_connections is not None
    assert found.baseline.busy_connections is not None
    assert found.canary.busy_connections.point == pytest.approx(93 * 0.03)
    assert found.baseline.busy_connections.point == pytest.approx(45 * 0.02)
    assert found.canary.chance_to_wait is not None
    assert found.canary.chance_to_wait.point == pytest.approx(erlang_c(4, 93 * 0.03))
    assert found.canary.mean_wait is not None
    assert found.headroom.point == pytest.approx((80 / 3000 - 0.015) / 0.016)


def test_without_the_time_per_query_nothing_is_said_of_connections() -> None:
    for unknown in (None, no_estimate("db_time_per_query")):
        found = project(LOADED, CAPACITY, unknown)
        assert found.canary.busy_connections is found.canary.chance_to_wait is found.canary.mean_wait is None


def test_without_a_pool_nothing_is_said_of_waiting() -> None:
    found = project(LOADED, replace(CAPACITY, db_pool_size=None), SLOW)
    assert found.canary.busy_connections is not None
    assert found.canary.chance_to_wait is found.canary.mean_wait is None


def test_the_estimate_of_the_utilisation_is_told_as_a_share_of_the_capacity() -> None:
    projection = project(LOADED, CAPACITY, None)
    found = at_peak(LOADED, projection)
    assert isinstance(found, Estimate)
    assert (found.baseline, found.canary) == (projection.baseline.utilisation, projection.canary.utilisation)
    assert found.change == LOADED.change
    for other in (SLOW, no_estimate("utilisation")):
        assert at_peak(other, projection) is other
    assert at_peak(LOADED, None) is LOADED
