from dataclasses import replace

import pytest

from canary_guard.model.difference import Measured, Unmeasured
from canary_guard.model.estimate import Interval
from canary_guard.model.measure import BoundUnit, Scale
from canary_guard.model.rule import Bound, LevelCondition, LimitSide
from canary_guard.model.window import Comparison
from canary_guard.pairing import both, measures, overlap, rules, strata
from tests.builders import a_condition_finding, a_rule, rises
from tests.reports import runs
from tests.reports.pages import PAGES

NONE = Interval(point=None, low=None, high=None)


def measured(low: float | None, high: float | None, scale: Scale = Scale.RATIO) -> Measured:
    return Measured(
        comparison=Comparison.CONCURRENT,
        scale=scale,
        baseline=NONE,
        canary=NONE,
        change=Interval(point=0.0, low=low, high=high),
        at_mix=False,
    )


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (measured(0, 1), measured(0.5, 2), True),
        (measured(0, 1), measured(1, 2), True),
        (measured(0, 1), measured(1.1, 2), False),
        (measured(None, 1), measured(1.1, None), False),
        (measured(None, 1), measured(-9, -8), True),
        (measured(None, None), measured(0, 1), None),
        (measured(0, 1), measured(0, 1, Scale.DIFFERENCE), None),
        (measured(0, 1), Unmeasured(reason="x"), None),
        (measured(0, 1), None, None),
    ],
)
def test_intervals_overlap_or_are_apart_or_cannot_be_held_together(
    then: Measured, now: Measured | Unmeasured | None, expected: bool | None
) -> None:
    assert overlap(then, now) is expected
    assert overlap(now, then) is expected


def test_the_order_is_that_of_now() -> None:
    assert list(both({"a": 1, "b": 2}, {"c": 3, "b": 4})) == [("c", None, 3), ("b", 2, 4), ("a", 1, None)]


def test_conditions_are_paired_by_what_they_hold_whatever_the_bound() -> None:
    run = runs.fail()
    finding = run.findings[0]
    first = rises("db_load_per_request", "15%")
    second = rises("db_load_per_request", "30%")
    level = LevelCondition(
        measure="hit_rate", side=LimitSide.BELOW, limit=Bound(amount=0.9, unit=BoundUnit.PERCENT, text="90%")
    )
    held = tuple(a_condition_finding(one) for one in (first, second))
    with_level = replace(held[0], condition=level)
    then = replace(run, findings=(replace(finding, rule=a_rule(), conditions=held),))
    now = replace(run, findings=(replace(finding, rule=a_rule(), conditions=(held[1], with_level)),))
    (rule, *_) = rules(then, now)
    assert [
        (
            one.then.finding.condition if one.then else None,
            one.now.finding.condition if one.now else None,
        )
        for one in rule.conditions
    ] == [(first, second), (None, level), (second, None)]


def test_a_condition_is_paired_with_the_change_that_was_judged() -> None:
    """Of a fault that began late that of the last quarter."""
    ((condition,), *_) = (rule.conditions for rule in rules(runs.late(), PAGES["large-late"]()) if rule.id == "db-load")
    assert condition.then is not None
    assert isinstance(condition.then.measured, Measured)
    assert condition.then.measured.change.point == 0.9


def test_a_condition_in_any_key_pattern_is_paired_with_the_pattern_that_decided() -> None:
    (rule,) = [one for one in rules(runs.broken_pattern(), runs.broken_pattern()) if one.id == "pattern-collapse"]
    held = rule.conditions[0].now
    assert held is not None
    assert held.finding.stratum == "stock"
    assert isinstance(held.measured, Measured)
    assert held.measured.change.point == -0.8678
    nobody = replace(runs.broken_pattern().findings[0].conditions[0], stratum=None, reason="no lookups")
    run = runs.broken_pattern()
    run = replace(run, findings=(replace(run.findings[0], conditions=(nobody,)),))
    (rule, *_) = rules(run, run)
    assert rule.conditions[0].now is not None
    assert rule.conditions[0].now.measured == Unmeasured(reason="no lookups")


def test_measures_move_by_the_change_now_less_the_change_then() -> None:
    load = next(one for one in measures(runs.fail(), runs.passing()) if one.measure == "db_load_per_request")
    assert load.moved == 0.007 - 0.746
    assert load.overlap is False
    (missing,) = {one.moved for one in measures(runs.fail(), runs.no_data())}
    assert missing is None


def test_key_patterns_are_those_that_rules_are_held_against() -> None:
    assert {one.stratum for one in strata(runs.broken_pattern(), runs.fail())} == {
        "price",
        "product",
        "stock",
        "user",
        "other",
    }
    unasked = replace(runs.broken_pattern(), plan=runs.fail().plan)
    assert strata(unasked, unasked) == ()
