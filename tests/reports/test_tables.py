from dataclasses import replace

from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.finding import Outcome
from canary_guard.model.rule import LevelCondition, LimitSide
from canary_guard.model.run import DataQuality, Run, UnitQuality
from canary_guard.model.window import Arm, Comparison, Period
from canary_guard.reports import tables
from canary_guard.reports.look import Look
from tests.builders import START, a_bound, a_condition_finding, a_mix, a_run, an_estimate, drops
from tests.reports import runs
from tests.reports.pages import a_full_run, a_late_run

LOOK = Look()


def a_unit(name: str = "canary-1", **changes: object) -> UnitQuality:
    unit = UnitQuality(arm=Arm.CANARY, period=Period.AFTER, unit=name, resets=0, expected=40, gaps=0)
    return replace(unit, **changes)  # type: ignore[arg-type] # tests name fields of UnitQuality


def with_units(*units: UnitQuality) -> Run:
    return a_run(data_quality=DataQuality(units=units, gap_share=0, unusable_samples=0))


def test_a_measure_has_a_row_for_each_bound() -> None:
    asked, unasked = tables.measure_rows(a_full_run(), LOOK)
    assert [(row.title, row.bound) for row in asked] == [
        ("hit rate", "drops by 0.5pp"),
        ("miss rate", "rises by 25%"),
        ("database load per request", "rises by 15%"),
        ("origin load", "rises by 30%"),
        ("miss latency, p95", "rises by 25%"),
        ("sets per miss", "drops by 20%"),
    ]
    assert [row.title for row in unasked][:2] == ["database load per miss", "miss latency, mean"]
    assert all(row.forest is None and row.outcome is None and row.bound == "" for row in unasked)


def test_a_row_has_both_levels_the_change_and_the_picture_in_words() -> None:
    row = tables.measure_rows(runs.fail(), LOOK)[0][2]
    assert (row.baseline, row.canary, row.change, row.interval) == ("0.0147", "0.0310", "x2.11", "x1.87 to x2.38")
    assert row.outcome is Outcome.EXCEEDED
    assert row.forest is not None
    assert row.forest.low > row.forest.bound
    assert row.forest_label == ("database load per request: x2.11, x1.87 to x2.38; bound: rises by 15%; exceeded")


def test_a_late_fault_is_drawn_as_it_was_judged() -> None:
    row = next(row for row in tables.measure_rows(a_late_run(), LOOK)[0] if "database" in row.title)
    assert row.change == "x2.23 since 09:26 UTC"
    assert row.forest is not None
    assert row.forest.low > row.forest.bound


def test_a_measure_without_an_estimate_says_why() -> None:
    row = tables.measure_rows(runs.no_data(), LOOK)[0][0]
    assert (row.baseline, row.canary, row.change) == ("–", "–", "not measured")
    assert row.interval == "no series of the canary"
    assert row.forest is None
    missing = replace(runs.fail(), estimates=())
    assert tables.measure_rows(missing, LOOK)[0][0].interval == "no estimate was made"


def test_an_interval_without_ends_is_said_to_have_none() -> None:
    run = runs.fail()
    open_ended = tuple(
        replace(one, change=Interval(point=0.7, low=None, high=None))
        for one in run.estimates
        if isinstance(one, Estimate)
    )
    row = tables.measure_rows(replace(run, estimates=open_ended), LOOK)[0][2]
    assert "without an interval" in row.forest_label


def test_a_limit_on_the_level_has_no_picture_of_the_change() -> None:
    below = LevelCondition(measure="hit_rate", side=LimitSide.BELOW, limit=a_bound("98pp"))
    finding = replace(a_condition_finding(), condition=below)
    run = runs.fail()
    held = replace(run, findings=(replace(run.findings[0], conditions=(finding,)),))
    row = tables.measure_rows(held, LOOK)[0][0]
    assert (row.bound, row.forest) == ("below 98pp", None)


def test_another_comparison_is_named() -> None:
    run = runs.fail()
    finding = a_condition_finding(drops("hit_rate", "0.5pp"), comparison=Comparison.BEFORE_AFTER)
    before_after = an_estimate("hit_rate", theta=-0.01, comparison=Comparison.BEFORE_AFTER)
    mixed = replace(
        run, findings=(replace(run.findings[0], conditions=(finding,)),), estimates=(*run.estimates, before_after)
    )
    assert tables.measure_rows(mixed, LOOK)[0][0].title == "hit rate (before/after)"


def test_units_are_counted_by_side() -> None:
    run = with_units(a_unit("a"), a_unit("b"), a_unit("c", arm=Arm.BASELINE), a_unit("d", arm=None))
    assert tables.unit_counts(run) == ("canary: 2 pods", "baseline: 1 pod", "both arms: 1 pod")


def test_a_window_before_is_told_from_the_one_after() -> None:
    run = replace(runs.before_after(), data_quality=with_units(
        a_unit("a", arm=None), a_unit("a", arm=None, period=Period.BEFORE)).data_quality)  # fmt: skip
    assert tables.unit_counts(run) == ("both arms, after the deploy: 1 pod", "both arms, before the deploy: 1 pod")


def test_many_units_with_faults_are_listed_the_worst_first() -> None:
    restarted = [a_unit(f"restarted-{number}", resets=2) for number in range(4)]
    silent = a_unit("silent", gaps=1, appeared=True, left=True)
    rows, unlisted = tables.unit_rows(with_units(a_unit("fine"), *restarted, silent))
    assert [(row.unit, row.where, row.remarks) for row in rows][:2] == [
        ("silent", "canary", "1 of 40 intervals without an answer; appeared inside the window; left inside the window"),
        ("restarted-0", "canary", "2 restarts"),
    ]
    assert (len(rows), unlisted) == (5, 0)


def test_a_few_units_with_faults_are_named_elsewhere() -> None:
    assert tables.unit_rows(with_units(*(a_unit(f"pod-{number}", gaps=1) for number in range(4)))) == ((), 0)


def test_a_large_fleet_does_not_flood_the_page() -> None:
    rows, unlisted = tables.unit_rows(with_units(*(a_unit(f"pod-{n}", gaps=n) for n in range(2_001))))
    assert (len(rows), unlisted) == (40, 1_960)
    assert rows[0].unit == "pod-2000"


def test_the_reader_s_clock_stands_beside_utc() -> None:
    look = Look(utc_offset=3_600_000, zone="CET")
    row = next(row for row in tables.measure_rows(a_late_run(), look)[0] if "database" in row.title)
    assert row.change == "x2.23 since 09:26 UTC (10:26 CET)"
    assert START % 60_000 == 0


def test_a_condition_in_any_pattern_has_no_row_among_the_totals() -> None:
    asked, unasked = tables.measure_rows(runs.broken_pattern(), LOOK)
    assert [row.title for row in asked] == ["database load per request"]
    assert [row.title for row in unasked] == ["hit rate"]
    assert asked[0].split == "in all +67 %, other traffic −63 %"


def test_other_traffic_that_moved_nothing_is_not_told() -> None:
    run = runs.fail()
    load = next(one for one in run.estimates if one.measure == "db_load_per_request")
    assert isinstance(load, Estimate)
    little = replace(run, estimates=(replace(load, mix=a_mix(0.75, 0.004)),))
    much = replace(run, estimates=(replace(load, mix=a_mix(0.95, 0.2)),))
    told = [[row.split for row in tables.measure_rows(one, LOOK)[0] if row.split] for one in (little, much)]
    assert told[0] == []
    assert told[1] == ["in all x2.59, other traffic +22 %"]
