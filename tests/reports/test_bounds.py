from math import log

import pytest

from canary_guard.judge.bounds import limit_of
from canary_guard.model.rule import ChangeCondition, Direction, LevelCondition, LimitSide
from canary_guard.reports import bounds
from tests.builders import a_bound, drops, rises

CONDITIONS = [
    rises("db_load_per_request", "15%"),
    rises("db_load_per_request", "x1.2"),
    drops("set_rate", "20%"),
    drops("set_rate", "x1.25"),
    drops("set_rate", "100%"),
    drops("hit_rate", "0.5pp"),
    rises("miss_latency_p95", "5ms"),
    rises("retry_rate", "0.01"),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: f"{one.direction} {one.bound.text}")
def test_a_bound_is_drawn_where_it_is_judged(condition: ChangeCondition) -> None:
    judged = limit_of(condition, indifference=2)
    drawn = bounds.change_at(condition)
    if judged is None:
        assert drawn is None
    else:
        assert drawn == pytest.approx(judged.bound if condition.direction is Direction.RISES else -judged.bound)


@pytest.mark.parametrize(
    ("condition", "baseline", "level"),
    [
        (rises("db_load_per_request", "15%"), 0.0147, 0.0147 * 1.15),
        (rises("db_load_per_request", "x1.2"), 0.01, 0.012),
        (drops("set_rate", "20%"), 1.0, 0.8),
        (drops("hit_rate", "0.5pp"), 0.9915, 0.9865),
        (rises("miss_latency_p95", "5ms"), 0.012, 0.017),
    ],
)
def test_a_bound_is_drawn_relative_to_the_baseline(condition: ChangeCondition, baseline: float, level: float) -> None:
    assert bounds.level_at(condition, baseline) == pytest.approx(level)
    assert bounds.level_at(condition, None) is None


def test_a_limit_on_the_level_needs_no_baseline() -> None:
    below = LevelCondition(measure="hit_rate", side=LimitSide.BELOW, limit=a_bound("90pp"))
    assert bounds.level_at(below, None) == pytest.approx(0.9)
    assert not bounds.worse_above(below)
    above = LevelCondition(measure="error_rate", side=LimitSide.ABOVE, limit=a_bound("1pp"))
    assert bounds.worse_above(above)


def test_a_bound_that_means_nothing_or_is_beyond_all_floats_is_not_drawn() -> None:
    assert bounds.level_at(drops("set_rate", "100%"), 1.0) is None
    assert bounds.level_at(drops("set_rate", "x0"), 1.0) is None
    assert bounds.level_at(rises("set_rate", "x1e300"), 1e300) is None
    assert bounds.change_at(rises("set_rate", "x1e300")) == pytest.approx(300 * log(10))


def test_harm_lies_above_a_rise_and_below_a_drop() -> None:
    assert bounds.worse_above(rises("miss_rate", "25%"))
    assert not bounds.worse_above(drops("hit_rate", "0.5pp"))


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (rises("db_load_per_request", "15%"), "baseline + 15%"),
        (drops("hit_rate", "0.5pp"), "baseline − 0.5pp"),
        (rises("db_load_per_request", "x1.2"), "baseline x1.2"),
        (drops("set_rate", "x1.2"), "baseline / 1.2"),
    ],
)
def test_a_bound_is_told_against_the_baseline(condition: ChangeCondition, text: str) -> None:
    assert bounds.wording(condition, "baseline") == text
