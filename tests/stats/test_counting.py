from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.measurement import Increments, Measurement, Side
from canary_guard.model.plan import Plan
from canary_guard.model.series import Content, Failure, Reading
from canary_guard.model.signal import Counter, Gauge, NoData, Scope, Selection, Signal
from canary_guard.model.window import Arm, Comparison, Period, View
from canary_guard.stats.counting import Counted, count
from tests.builders import a_plan, equal
from tests.readings import by_pattern, reading, windows

NAN = float("nan")
INF = float("inf")
Rows = Mapping[str, Sequence[float | None]]

STABLE: Rows = {"stable a": [100, 110, 120, 130, 140]}
CANARY: Rows = {"canary x": [50, 60, 70, 80, 90]}
BOTH: Rows = {**STABLE, **CANARY}


def counted(*readings: Reading, plan: Plan | None = None, comparison: Comparison = Comparison.CONCURRENT) -> Counted:
    intervals = next((one.query.grid.intervals for one in readings if one.query.period is Period.AFTER), 4)
    before = next((one.query.grid.intervals for one in readings if one.query.period is Period.BEFORE), None)
    return count(readings, plan=plan or a_plan(), comparison=comparison, windows=windows(intervals, before=before))


def shown(side: Side, key: str) -> dict[str, list[float | None]]:
    """By unit, what was counted in each interval; None for a gap."""
    return drawn(side.signals[key])


def drawn(one: Increments) -> dict[str, list[float | None]]:
    return {
        unit: [value if seen else None for value, seen in zip(values, seens, strict=True)]
        for unit, values, seens in zip(one.units, one.values.tolist(), one.seen.tolist(), strict=True)
    }


def lived(side: Side, key: str) -> dict[str, str]:
    """By unit, the intervals in which it was there."""
    one = side.signals[key]
    rows = ("".join("#" if there else "." for there in row) for row in one.alive)
    return dict(zip(one.units, rows, strict=True))


# --- unit by unit


def test_units_are_counted_apart_and_sorted() -> None:
    rows = {"stable b": [0, 1, 3, 6, 10], **STABLE, **CANARY}
    found = counted(reading("requests", rows)).measurement
    assert shown(found.baseline, "requests") == {"a": [10, 10, 10, 10], "b": [1, 2, 3, 4]}
    assert shown(found.canary, "requests") == {"x": [10, 10, 10, 10]}
    assert found.comparison is Comparison.CONCURRENT


def test_a_restart_counts_from_zero_and_is_listed_once() -> None:
    rows = {**STABLE, "canary x": [50, 60, 4, 8, 2]}
    more = {**STABLE, "canary x": [5, 6, 1, 2, 3]}
    found = counted(reading("requests", rows), reading("db_queries", more))
    assert shown(found.measurement.canary, "requests") == {"x": [10, 4, 4, 2]}
    assert shown(found.measurement.canary, "db_queries") == {"x": [1, 1, 1, 1]}
    (unit,) = (unit for unit in found.quality.units if unit.unit == "x")
    assert (unit.resets, unit.arm, unit.period) == (2, Arm.CANARY, Period.AFTER)
    assert found.quality.notes == ("pod x restarted 2 times (canary)",)


def test_a_missing_edge_is_a_gap_on_both_sides() -> None:
    found = counted(reading("requests", {**STABLE, "canary x": [50, 60, None, 80, 90]}))
    assert shown(found.measurement.canary, "requests") == {"x": [10, None, None, 10]}
    assert lived(found.measurement.canary, "requests") == {"x": "####"}
    assert found.quality.gap_share == 2 / 8


def test_gaps_hold_no_numbers() -> None:
    found = counted(reading("requests", {**STABLE, "canary x": [50, 60, None, 80, 90]})).measurement
    values = found.canary.signals["requests"].values
    assert values.tolist() == [[10, 0, 0, 10]]
    assert not values.flags.writeable


def test_all_signals_of_a_side_share_units_and_lifetimes() -> None:
    more = {**STABLE, "stable b": [None, None, 1, 2, 3]}
    found = counted(reading("requests", BOTH), reading("db_queries", {**more, **CANARY})).measurement
    assert found.baseline.signals["requests"].units == found.baseline.signals["db_queries"].units == ("a", "b")
    assert lived(found.baseline, "requests") == lived(found.baseline, "db_queries") == {"a": "####", "b": "..##"}


# --- units that appear, and series that come late


def test_a_unit_that_appears_is_started_by_its_first_edge_for_all_its_signals() -> None:
    requests = {**BOTH, "canary y": [None, None, 7, 9, 12]}
    queries = {**BOTH, "canary y": [None, None, None, 3, 4]}
    found = counted(reading("requests", requests), reading("db_queries", queries))
    canary = found.measurement.canary
    assert shown(canary, "requests")["y"] == [None, None, 2, 3]
    assert shown(canary, "db_queries")["y"] == [None, None, 3, 1]
    assert lived(canary, "db_queries")["y"] == "..##"
    assert "pod y appeared within the window (canary)" in found.quality.notes
    assert found.quality.gap_share == 0


def test_whether_a_unit_was_there_is_judged_over_all_its_signals() -> None:
    """The requests come late, in a unit whose lookups were there: they count from zero."""
    hits = {**BOTH, "canary y": [5, 6, 7, 8, 9]}
    requests = {**BOTH, "canary y": [None, None, 4, 6, 8]}
    found = counted(reading("hits", hits), reading("requests", requests)).measurement
    assert shown(found.canary, "requests")["y"] == [0, 4, 2, 2]


def test_a_series_whose_sample_was_unusable_was_there_before() -> None:
    misses = {**BOTH, "canary x": [NAN, NAN, 1_000_000, 1_000_003, 1_000_004]}
    found = counted(reading("hits", BOTH), reading("misses", misses))
    assert shown(found.measurement.canary, "misses") == {"x": [None, None, 3, 1]}
    assert found.quality.unusable_samples == 2


def test_a_series_that_goes_while_its_unit_stays_is_a_gap() -> None:
    misses = {**BOTH, "canary x": [1, 2, None, None, 3]}
    found = counted(reading("hits", BOTH), reading("misses", misses)).measurement
    assert shown(found.canary, "misses") == {"x": [1, None, None, None]}


def test_a_label_value_that_never_came_up_in_one_unit_is_zero_there() -> None:
    rows = {**STABLE, "canary x": [1, 2, 3, 4, 5], "canary y": [1, 2, 3, None, 5]}
    misses = {**STABLE, "canary x": [0, 1, 1, 2, 2]}
    found = counted(reading("hits", rows), reading("misses", misses)).measurement
    assert shown(found.canary, "misses")["y"] == [0, 0, None, None]


def test_another_metric_that_a_unit_lacks_is_a_gap_and_named() -> None:
    queries = {**BOTH}
    requests = {**BOTH, "canary y": [1, 2, 3, 4, 5]}
    found = counted(reading("requests", requests), reading("db_queries", queries))
    assert shown(found.measurement.canary, "db_queries")["y"] == [None] * 4
    assert lived(found.measurement.canary, "db_queries")["y"] == "####"
    assert found.quality.notes == ("pod y without any series of database queries (canary)",)


# --- units that leave, and units that fall silent


UP = Signal(name="up", reads=Gauge(metric="up"))


def up(rows: Rows) -> Reading:
    return reading("up", rows, content=Content.LEVEL)


def test_one_pod_of_three_silent_is_a_third_of_gaps() -> None:
    rows = {**CANARY, "stable a": [1, 2, 3, 4, 5], "stable b": [1, 2, 3, 4, 5]}
    ups = {name: [1] * 5 for name in (*rows, "stable c")}
    found = counted(reading("requests", rows), up(ups))
    assert shown(found.measurement.baseline, "requests")["c"] == [None] * 4
    assert lived(found.measurement.baseline, "requests")["c"] == "####"
    side = found.measurement.baseline.signals["requests"]
    assert (side.alive & ~side.seen).sum() / side.alive.sum() == pytest.approx(1 / 3)
    assert found.quality.notes == ("pod c gave no samples although `up` expects them (baseline)",)


def test_with_up_a_silent_pod_is_told_from_one_that_left() -> None:
    rows = {**STABLE, "canary x": [1, 2, None, None, None], "canary y": [1, 2, None, None, None]}
    ups: Rows = {"stable a": [1] * 5, "canary x": [1, 1, 0, 0, 0], "canary y": [1, 1, None, None, None]}
    found = counted(reading("requests", rows), up(ups))
    assert lived(found.measurement.canary, "requests") == {"x": "####", "y": "#..."}
    assert "pod y left within the window (canary)" in found.quality.notes


def test_without_up_a_pod_that_vanishes_is_silent_unless_it_was_replaced() -> None:
    rows: Rows = {
        **STABLE,
        "canary w": [1, 2, None, None, None],
        "canary x": [1, 2, 3, None, None],
        "canary y": [None, None, 1, 2, 3],
    }
    found = counted(reading("requests", rows))
    assert lived(found.measurement.canary, "requests") == {"w": "#...", "x": "####", "y": "..##"}
    assert any(note.startswith("pod x fell silent or left") and "`up`" in note for note in found.quality.notes)
    assert "pod w left within the window (canary)" in found.quality.notes


def test_half_of_the_points_is_half_of_gaps() -> None:
    rows: Rows = {"stable a": [1, 2, 3, None, None], "canary x": [1, 2, 3, None, None]}
    found = counted(reading("requests", rows), up(rows))
    side = found.measurement.canary.signals["requests"]
    assert lived(found.measurement.canary, "requests") == {"x": "####"}
    assert (side.alive & ~side.seen).tolist() == [[False, False, True, True]]
    assert found.quality.gap_share == 0.5


def test_up_alone_is_no_series_of_anything() -> None:
    found = counted(reading("requests", {}, intervals=4), up({"stable a": [1] * 5, "canary x": [1] * 5}))
    assert found.measurement.canary.signals == {}
    reason = (
        "no samples of requests for the baseline or the canary: nothing at http://prometheus matches "
        'requests_total{namespace="shop", service="shop-api", track="stable"}, nor '
        'requests_total{namespace="shop", service="shop-api", track="canary"}'
    )
    for side in (found.measurement.baseline, found.measurement.canary):
        assert side.missing["requests"].reason == reason


def test_an_up_that_failed_is_as_if_there_were_none() -> None:
    failed = reading("up", {}, content=Content.LEVEL, intervals=4, failure=FAILURE)
    found = counted(reading("requests", {**STABLE, "canary x": [1, 2, None, None, None]}), failed)
    assert lived(found.measurement.canary, "requests") == {"x": "####"}
    assert "up" in found.measurement.canary.missing


# --- a signal that is missing altogether


FAILURE = Failure(answer="500: too many samples.", advice="Ask for less.", unreachable=False)


def test_a_failed_query_is_missing_on_both_sides_in_the_sources_words() -> None:
    found = counted(reading("requests", BOTH), reading("misses", {}, intervals=4, failure=FAILURE)).measurement
    for side in (found.baseline, found.canary):
        assert side.missing["misses"].from_source
        assert side.missing["misses"].reason == (
            "misses could not be read from http://prometheus: 500: too many samples. Ask for less."
        )


def test_an_arm_without_any_unit_is_missing_with_its_selector() -> None:
    found = counted(reading("requests", STABLE), reading("misses", STABLE)).measurement
    assert found.baseline.missing == {}
    assert found.canary.missing["misses"].reason == (
        "no samples of misses for the canary: nothing at http://prometheus matches "
        'cache_requests_total{namespace="shop", service="shop-api", track="canary", result="miss"}'
    )
    assert set(found.canary.missing) == {"misses", "requests"}
    assert found.canary.signals == {}


def test_an_empty_answer_is_missing_for_both() -> None:
    found = counted(reading("requests", {}, intervals=4)).measurement
    assert "the baseline" in found.baseline.missing["requests"].reason
    assert "the canary" in found.canary.missing["requests"].reason


def test_a_unit_label_that_does_not_exist_is_missing() -> None:
    rows = {"stable ": STABLE["stable a"], "canary ": CANARY["canary x"]}
    found = counted(reading("requests", rows), reading("misses", BOTH)).measurement
    assert found.canary.missing["requests"].reason == (
        "the label `pod`, which `unit` names, does not exist on "
        'requests_total{namespace="shop", service="shop-api", track="canary"}'
    )
    assert found.canary.signals["misses"].units == ("x",)


def test_only_nan_is_missing_and_says_so() -> None:
    found = counted(reading("hits", BOTH), reading("misses", {**STABLE, "canary x": [NAN] * 5}))
    reason = found.measurement.canary.missing["misses"].reason
    assert reason.startswith("every sample of misses for the canary is NaN, infinite, negative or no number")
    assert found.quality.unusable_samples == 5


def test_a_signal_that_one_arm_lacks_is_missing_there() -> None:
    found = counted(reading("requests", BOTH), reading("db_queries", STABLE)).measurement
    assert "db_queries" in found.baseline.signals
    assert "no samples of database queries for the canary" in found.canary.missing["db_queries"].reason


def test_a_label_value_that_never_came_up_in_an_arm_is_zero_if_few_were_due() -> None:
    misses = {"stable a": [0, 1, 2, 3, 4]}
    found = counted(reading("hits", BOTH), reading("misses", misses)).measurement
    assert shown(found.canary, "misses") == {"x": [0, 0, 0, 0]}
    assert shown(found.canary, "lookups") == {"x": [10, 10, 10, 10]}


def test_a_label_value_that_never_came_up_though_many_were_due_is_missing() -> None:
    misses = {"stable a": [0, 10, 20, 30, 40]}
    found = counted(reading("hits", BOTH), reading("misses", misses)).measurement
    reason = found.canary.missing["misses"].reason
    assert "although about 40 were due by the other side's rate: has a label value been renamed?" in reason
    assert "lookups" not in found.canary.signals


def never_hitting(misses: Sequence[float]) -> Measurement:
    """Both arms have 1,000 requests an interval; the baseline has 1,000 hits and 10 misses, the canary no hits."""
    hits = {"stable a": [0, 1000, 2000, 3000, 4000]}
    both = {**hits, "canary x": [0, 1000, 2000, 3000, 4000]}
    return counted(
        reading("hits", hits), reading("misses", {**STABLE, "canary x": misses}), reading("requests", both)
    ).measurement


def test_a_canary_that_never_hits_is_counted_so() -> None:
    found = never_hitting([0, 1010, 2020, 3030, 4040])
    assert shown(found.canary, "hits") == {"x": [0, 0, 0, 0]}
    assert shown(found.canary, "lookups") == {"x": [1010, 1010, 1010, 1010]}


def test_hits_that_vanish_while_misses_are_as_few_as_ever_are_missing() -> None:
    found = never_hitting([0, 10, 20, 30, 40])
    assert "has a label value been renamed?" in found.canary.missing["hits"].reason
    assert "lookups" not in found.canary.signals


def test_a_label_value_that_neither_arm_has_is_missing() -> None:
    found = counted(reading("hits", BOTH), reading("misses", {}, intervals=4)).measurement
    assert "misses" in found.baseline.missing
    assert "misses" in found.canary.missing


def ignoring(name: str) -> Plan:
    return a_plan(signals=(Signal(name=name, reads=Counter(metric="x"), no_data=NoData.IGNORE),))


def test_no_data_may_mean_zero_for_one_signal() -> None:
    queries = {**BOTH, "canary y": [1, 2, 3, None, 5]}
    found = counted(
        reading("requests", queries),
        reading("errors", {"stable a": [0, 1, 1, 1, 1]}),
        plan=ignoring("errors"),
    ).measurement
    assert shown(found.canary, "errors") == {"x": [0, 0, 0, 0], "y": [0, 0, None, None]}
    neither = counted(
        reading("requests", BOTH), reading("errors", {}, intervals=4), plan=ignoring("errors")
    ).measurement
    assert shown(neither.baseline, "errors") == {"a": [0, 0, 0, 0]}
    assert shown(neither.canary, "errors") == {"x": [0, 0, 0, 0]}


def test_no_data_never_means_zero_where_nothing_answers_or_the_source_failed() -> None:
    found = counted(reading("errors", {}, intervals=4), plan=ignoring("errors")).measurement
    assert "errors" in found.canary.missing
    failed = counted(
        reading("requests", BOTH), reading("errors", {}, intervals=4, failure=FAILURE), plan=ignoring("errors")
    ).measurement
    assert failed.canary.missing["errors"].from_source


# --- before and after


def before(key: str, rows: Rows, **changes: object) -> Reading:
    return reading(key, rows, period=Period.BEFORE, **changes)  # type: ignore[arg-type] # tests name its arguments


def test_before_after_takes_both_arms_together() -> None:
    found = counted(
        reading("requests", {**BOTH, "canary a": [1, 2, 3, 4, 5], " other": [0] * 5}),
        before("requests", {"stable a": [1, 2, 4]}),
        comparison=Comparison.BEFORE_AFTER,
    )
    measurement = found.measurement
    assert shown(measurement.baseline, "requests") == {"a": [1, 2]}
    assert measurement.canary.signals["requests"].units == ("a (baseline)", "a (canary)", "x")
    assert (measurement.baseline.grid.intervals, measurement.canary.grid.intervals) == (2, 4)
    assert (set(found.views), found.main) == ({View.FLEET}, View.FLEET)
    assert {unit.period for unit in found.quality.units} == {Period.BEFORE, Period.AFTER}


def test_before_after_without_arms_takes_everything() -> None:
    plan = a_plan(select=Selection(everything=(equal("namespace", "shop"),)))
    found = counted(
        reading("requests", {" a": [1, 2, 3]}),
        before("requests", {" a": [1, 2, 4], " b": [0, 5, 5]}),
        plan=plan,
        comparison=Comparison.BEFORE_AFTER,
    ).measurement
    assert shown(found.baseline, "requests") == {"a": [1, 2], "b": [5, 0]}
    assert shown(found.canary, "requests") == {"a": [1, 1]}


def test_before_after_names_its_windows() -> None:
    found = counted(
        reading("requests", BOTH), before("requests", {}, intervals=4), comparison=Comparison.BEFORE_AFTER
    ).measurement
    assert found.baseline.missing["requests"].reason == (
        "no samples of requests for the window before the deploy: nothing at http://prometheus matches "
        'requests_total{namespace="shop", service="shop-api"}'
    )


def test_before_after_without_a_window_before_is_missing() -> None:
    found = counted(reading("requests", BOTH), comparison=Comparison.BEFORE_AFTER)
    for side in (found.measurement.baseline, found.measurement.canary):
        assert side.missing["requests"].reason == "there is no window before the deploy to compare with"
    assert found.quality.units == ()


# --- shared signals


def evictions(rows: Rows, period: Period = Period.AFTER) -> Reading:
    return reading("evictions", rows, scope=Scope.SHARED, period=period, intervals=4)


def test_a_shared_signal_is_measured_before_and_after_over_both_arms() -> None:
    found = counted(
        evictions({"": [0, 5, 5, 9, 9]}),
        evictions({"": [7, 7, 8, 8, 8]}, Period.BEFORE),
        reading("requests", BOTH),
        reading("lookups", BOTH),
        before("lookups", BOTH),
    )
    assert "evictions" not in found.measurement.baseline.signals
    fleet = found.views[View.FLEET]
    assert fleet.comparison is Comparison.BEFORE_AFTER
    assert shown(fleet.canary, "evictions") == {"": [5, 0, 4, 0]}
    assert shown(fleet.baseline, "evictions") == {"": [0, 1, 0, 0]}
    assert fleet.canary.signals["lookups"].units == ("a", "x")
    assert [view for view, one in found.views.items() if "evictions" in one.canary.signals] == [View.FLEET]
    assert {measure: one is fleet for measure, one in found.of_shared.items()} == {"eviction_rate": True}
    assert [(unit.period, unit.unit) for unit in found.quality.units] == [
        (Period.AFTER, "a"),
        (Period.AFTER, "x"),
        (Period.BEFORE, "a"),
        (Period.BEFORE, "x"),
    ]


def test_a_shared_signal_that_restarts_or_misses_is_counted_as_any() -> None:
    found = counted(
        evictions({"": [8, 9, 2, None, 3]}),
        evictions({}, Period.BEFORE),
        reading("lookups", BOTH),
        before("lookups", BOTH),
    )
    fleet = found.views[View.FLEET]
    assert shown(fleet.canary, "evictions") == {"": [1, 2, None, None]}
    assert fleet.baseline.missing["evictions"].reason == (
        "no samples of evictions for the window before the deploy: nothing at http://prometheus matches "
        'evictions_total{instance="redis-1"}'
    )


def test_a_shared_signal_without_a_window_before_says_why_it_is_missing() -> None:
    plan = a_plan(signals=(Signal(name="evictions", reads=Counter(metric="e"), scope=Scope.SHARED),))
    found = counted(reading("lookups", BOTH), plan=plan)
    assert set(found.views) == {View.ARMS}
    for side in (found.measurement.baseline, found.measurement.canary):
        assert "there is no window before the deploy" in side.missing["evictions"].reason
    assert found.of_shared == {}


def test_before_after_has_shared_signals_beside_the_others() -> None:
    found = counted(
        evictions({"": [0, 5, 5, 9, 9]}),
        evictions({"": [7, 7, 8, 8, 8]}, Period.BEFORE),
        reading("lookups", BOTH),
        before("lookups", BOTH),
        comparison=Comparison.BEFORE_AFTER,
    )
    assert set(found.views) == {View.FLEET}
    assert shown(found.of_shared["eviction_rate"].canary, "evictions") == {"": [5, 0, 4, 0]}


# --- sums made by the server


def test_sums_of_the_server_have_no_units() -> None:
    rows: Rows = {"stable": [10, 11.5, None], "canary": [3, 4, 5]}
    summed = reading("requests", rows, content=Content.INCREASE, split=(), summed=True)
    units = reading("db_queries", {"stable a": [1, 2, 3, 4], "canary x": [1, 2, 3, 4]})
    found = counted(summed, units)
    assert shown(found.measurement.baseline, "requests") == {"": [10, 11.5, None]}
    assert found.measurement.baseline.signals["requests"].alive.all()
    assert shown(found.measurement.canary, "requests") == {"": [3, 4, 5]}
    assert found.measurement.baseline.signals["db_queries"].units == ("a",)
    (note,) = found.quality.notes
    assert note.startswith("too many series: the server summed requests, so that units cannot be told apart")


def test_sums_of_the_server_for_both_arms_are_added_where_both_are_there() -> None:
    rows: Rows = {"stable": [10, 11, None], "canary": [3, 4, 5]}
    summed = reading("requests", rows, content=Content.INCREASE, split=(), summed=True)
    earlier = reading(
        "requests", {"stable": [1, 2, 3]}, content=Content.INCREASE, split=(), summed=True, period=Period.BEFORE
    )
    found = counted(summed, earlier, comparison=Comparison.BEFORE_AFTER).measurement
    assert shown(found.canary, "requests") == {"": [13, 15, None]}
    assert shown(found.baseline, "requests") == {"": [1, 2, 3]}


def test_own_promql_by_unit_keeps_its_units() -> None:
    rows: Rows = {"stable a": [1, 2, 3], "canary x": [4, None, 6], "canary y": [None, 2, 2]}
    found = counted(reading("requests", rows, content=Content.INCREASE)).measurement
    assert shown(found.canary, "requests") == {"x": [4, None, 6], "y": [None, 2, 2]}
    assert lived(found.canary, "requests") == {"x": "###", "y": ".##"}


# --- the record


def test_every_side_is_sorted_and_frozen() -> None:
    found = counted(reading("requests", BOTH), reading("hits", BOTH), reading("db_queries", BOTH)).measurement
    assert list(found.baseline.signals) == ["db_queries", "hits", "requests"]
    for one in found.baseline.signals.values():
        assert not any(array.flags.writeable for array in (one.values, one.seen, one.alive))


def test_values_that_no_counter_reaches_are_gaps() -> None:
    huge = {**BOTH, "canary x": [1, 1e308, 1e308, 2, 3]}
    found = counted(reading("hits", huge), reading("misses", huge)).measurement
    assert shown(found.canary, "lookups") == {"x": [None, None, None, 2]}
    assert np.isfinite(found.canary.signals["lookups"].values).all()


def test_the_order_of_the_answers_does_not_matter() -> None:
    one = [reading("requests", BOTH), reading("hits", BOTH), reading("misses", BOTH)]
    turned = [replace(each, series=each.series[::-1]) for each in reversed(one)]
    first, second = counted(*one), counted(*turned)
    assert first.quality == second.quality
    for key, increments in first.measurement.canary.signals.items():
        assert drawn(increments) == drawn(second.measurement.canary.signals[key])


# --- views


def test_side_by_side_has_every_view_that_the_windows_allow() -> None:
    found = counted(reading("requests", BOTH), before("requests", {"stable a": [1, 2, 4], "canary x": [5, 6, 9]}))
    assert (set(found.views), found.main) == (set(View), View.ARMS)
    assert found.measurement is found.views[View.ARMS]
    totals = {
        view: tuple(float(side.signals["requests"].values.sum()) for side in (one.baseline, one.canary))
        for view, one in found.views.items()
    }
    assert totals == {View.ARMS: (40, 40), View.ARMS_BEFORE: (3, 4), View.BASELINE: (3, 40), View.FLEET: (7, 80)}
    comparisons = {view: one.comparison for view, one in found.views.items()}
    assert comparisons == {
        View.ARMS: Comparison.CONCURRENT,
        View.ARMS_BEFORE: Comparison.CONCURRENT,
        View.BASELINE: Comparison.BEFORE_AFTER,
        View.FLEET: Comparison.BEFORE_AFTER,
    }
    assert set(counted(reading("requests", BOTH)).views) == {View.ARMS}


def test_before_after_has_the_fleet_alone() -> None:
    found = counted(
        reading("requests", BOTH), before("requests", {"stable a": [1, 2, 4]}), comparison=Comparison.BEFORE_AFTER
    )
    assert (set(found.views), found.main) == ({View.FLEET}, View.FLEET)


def test_the_quality_of_the_window_before_is_told_once() -> None:
    found = counted(reading("requests", BOTH), before("requests", {"stable a": [9, 2, 4], "canary x": [5, 6, 9]}))
    assert found.quality.notes == ("pod a restarted once (baseline before the deploy)",)
    assert [(unit.period, unit.unit) for unit in found.quality.units] == [
        (Period.AFTER, "a"),
        (Period.AFTER, "x"),
        (Period.BEFORE, "a"),
        (Period.BEFORE, "x"),
    ]


def test_every_view_is_split_by_pattern() -> None:
    rows: Rows = {"stable a user": [100, 110, 120, 130, 140], "canary x user": [50, 60, 70, 80, 90]}
    found = counted(
        reading("hits", BOTH),
        by_pattern("hits", rows),
        before("hits", BOTH),
        by_pattern("hits", rows, period=Period.BEFORE),
    )
    for view, one in found.views.items():
        assert one.baseline.strata["hits"].strata == one.canary.strata["hits"].strata == ("user",), view
    fleet = found.views[View.FLEET].canary.strata["hits"]
    assert fleet.values.tolist() == [[20, 20, 20, 20]]
    assert "hits by stratum" not in found.measurement.canary.signals
