from canary_guard.model.difference import ConditionDifference
from canary_guard.pairing import rules
from canary_guard.reports.diff_forest import lanes
from tests.builders import a_rule, drops, rises
from tests.reports import runs
from tests.reports.differences import DIFFERENCES, judging


def condition(then: str = "15%", now: str = "15%", measure: str = "db_load_per_request") -> ConditionDifference:
    return rules(judging(a_rule(when=rises(measure, then))), judging(a_rule(when=rises(measure, now))))[0].conditions[0]


def test_both_lanes_are_drawn_on_one_scale() -> None:
    found = lanes(DIFFERENCES["fail-pass"]().rules[0].conditions[2])
    assert found is not None
    assert found.then is not None
    assert found.now is not None
    assert found.former is None
    assert found.zero < found.bound < found.then.low
    assert found.now.low < found.zero < found.now.high < found.bound
    assert found.then.bound == found.now.bound == found.bound


def test_a_bound_that_was_another_one_is_drawn_where_it_was() -> None:
    found = lanes(condition("15%", "30%"))
    assert found is not None
    assert found.former is not None
    assert found.zero < found.former < found.bound
    assert lanes(condition("x9", "15%")) is not None


def test_a_drop_beyond_its_bound_lies_to_the_right() -> None:
    run = judging(a_rule(when=drops("hit_rate", "0.5pp")))
    found = lanes(rules(run, run)[0].conditions[0])
    assert found is not None
    assert found.now is not None
    assert found.now.low > found.bound


def test_changes_on_two_scales_are_not_drawn_together() -> None:
    (one,) = next(rule for rule in DIFFERENCES["another-unit"]().rules if rule.id == "origin-regression").conditions
    found = lanes(one)
    assert found is not None
    assert (found.then, found.former) == (None, None)
    assert found.now is not None


def test_nothing_is_drawn_of_nothing() -> None:
    assert lanes(ConditionDifference(then=None, now=None, overlap=None)) is None
    assert lanes(condition("0%", "0%")) is None
    (one, *_) = rules(runs.no_data(), runs.no_data())[0].conditions
    assert lanes(one) is None


def test_one_run_alone_has_one_lane() -> None:
    (one, *_) = rules(runs.fail(), runs.no_data())[0].conditions
    found = lanes(one)
    assert found is not None
    assert found.then is not None
    assert found.now is None
