from dataclasses import replace

import pytest

from canary_guard.model.measurement import Missing
from canary_guard.model.series import Content, Failure
from canary_guard.model.signal import Counter, Gauge, Matcher, MatchOperator, Scope, Selection, Signal
from canary_guard.model.window import View
from canary_guard.stats.absence import asked, failed, implausible, no_samples, not_side_by_side, unlabelled, unusable
from canary_guard.stats.places import Place, places
from tests.builders import a_plan, equal
from tests.readings import grid, reading, the_arms, windows


def the_canary() -> Place:
    return the_arms(a_plan(), grid(1))[1]


def test_what_was_asked_is_one_selector_that_can_be_pasted() -> None:
    misses = reading("misses", {})
    assert asked(misses, the_canary()) == (
        'cache_requests_total{namespace="shop", service="shop-api", track="canary", result="miss"}'
    )
    fleet = places(a_plan(), windows(1, before=1), View.FLEET)
    assert fleet is not None
    before, _ = fleet
    assert asked(misses, before) == 'cache_requests_total{namespace="shop", service="shop-api", result="miss"}'
    shared = reading("evictions", {}, scope=Scope.SHARED)
    assert asked(shared, before) == 'evictions_total{instance="redis-1"}'


def test_quotes_and_operators_are_written_as_in_promql() -> None:
    odd = Selection(everything=(Matcher(label="a", operator=MatchOperator.NOT_MATCHES, value='q"\\\n'),))
    hits = reading("hits", {})
    hits = replace(hits, query=replace(hits.query, select=odd, where=()))
    assert asked(hits, the_canary()) == 'cache_requests_total{a!~"q\\"\\\\\\n"}'


def test_own_promql_is_shown_as_it_was_sent() -> None:
    own = reading("hits", {}, content=Content.INCREASE, intervals=1)
    own = replace(own, query=replace(own.query, promql="increase(x[$step])"), text="increase(x[15000ms])")
    assert asked(own, the_canary()) == "increase(x[15000ms])"
    assert no_samples(own, the_canary()).reason == (
        "no samples of hits for the canary: nothing came back from http://prometheus for increase(x[15000ms])"
    )


def test_a_failure_is_told_in_its_own_words() -> None:
    failure = Failure(answer="timed out", advice="", unreachable=True)
    assert failed(reading("hits", {}, failure=failure)) == Missing(
        reason="hits could not be read from http://prometheus: timed out.", from_source=True
    )
    assert failed(reading("hits", {})) is None


def test_a_missing_unit_label_is_told_where_no_series_has_it() -> None:
    place = the_canary()
    found = unlabelled(reading("hits", {"canary ": [1, 2], "stable a": [1, 2]}), place)
    assert found is not None
    assert "the label `pod`" in found.reason
    assert unlabelled(reading("hits", {"canary ": [1, 2], "canary x": [1, 2]}), place) is None
    assert unlabelled(reading("hits", {"stable ": [1, 2]}), place) is None
    assert unlabelled(reading("hits", {"canary": [1, 2]}, split=()), place) is None


def test_reasons_name_the_signal_the_side_and_the_place() -> None:
    hits = reading("db_queries", {})
    for found in (no_samples(hits, the_canary()), unusable(hits, the_canary()), implausible(hits, the_canary(), 43.4)):
        assert "database queries for the canary" in found.reason
        assert "http://prometheus" in found.reason
        assert 'db_queries_total{namespace="shop"' in found.reason
        assert not found.from_source
    assert "about 43 were due" in implausible(hits, the_canary(), 43.4).reason


@pytest.mark.parametrize("scope", Scope)
def test_only_shared_counters_need_a_window_before(scope: Scope) -> None:
    plan = a_plan(
        signals=(
            Signal(name="evictions", reads=Counter(metric="e"), scope=scope),
            Signal(name="keys", reads=Gauge(metric="k"), scope=scope),
        )
    )
    assert set(not_side_by_side(plan)) == ({"evictions"} if scope is Scope.SHARED else set())


def test_an_arm_without_a_selector_has_none_to_show() -> None:
    hits = reading("hits", {})
    hits = replace(hits, query=replace(hits.query, select=Selection(everything=(equal("a", "b"),))))
    assert asked(hits, the_canary()) == 'cache_requests_total{a="b", result="hit"}'
