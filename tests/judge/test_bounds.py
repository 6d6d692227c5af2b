from math import log

import pytest

from canary_guard.judge.bounds import Limit, limit_of, towards
from canary_guard.model.estimate import Interval
from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import Bound, ChangeCondition, Direction
from tests.builders import drops, rises


@pytest.mark.parametrize(
    ("condition", "bound", "zone"),
    [
        (rises("miss_rate", "25%"), log(1.25), log(1.5)),
        (rises("miss_rate", "x1.2"), log(1.2), log(1.4)),
        (drops("set_rate", "20%"), -log(0.8), -log(0.6)),
        (drops("set_rate", "x1.2"), log(1.2), log(1.4)),
        (drops("set_rate", "50%"), -log(0.5), None),
        (drops("set_rate", "60%"), -log(0.4), None),
        (drops("hit_rate", "0.5pp"), 0.005, 0.01),
        (rises("miss_latency_mean", "5ms"), 0.005, 0.01),
        (rises("retry_rate", "0.02"), 0.02, 0.04),
    ],
)
def test_a_bound_becomes_a_limit_on_the_scale_of_its_estimate(
    condition: ChangeCondition, bound: float, zone: float | None
) -> None:
    limit = limit_of(condition, indifference=2)
    assert limit is not None
    assert limit.bound == pytest.approx(bound, rel=1e-12)
    assert limit.zone == (None if zone is None else pytest.approx(zone, rel=1e-12))


def test_the_size_of_the_zone_is_the_teams() -> None:
    limit = limit_of(rises("miss_rate", "25%"), indifference=3)
    assert limit == Limit(bound=log(1.25), zone=log(1.75))


def test_an_indifference_of_one_turns_the_zone_off() -> None:
    assert limit_of(rises("miss_rate", "25%"), indifference=1) == Limit(bound=log(1.25), zone=None)


@pytest.mark.parametrize(
    "condition",
    [
        drops("set_rate", "100%"),
        drops("set_rate", "150%"),
        rises("miss_rate", "x0"),
        rises("miss_rate", "-100%"),
        ChangeCondition(
            measure="hit_rate",
            direction=Direction.DROPS,
            bound=Bound(amount=float("inf"), unit=BoundUnit.POINTS, text="infpp"),
        ),
        ChangeCondition(
            measure="miss_rate",
            direction=Direction.RISES,
            bound=Bound(amount=float("nan"), unit=BoundUnit.PERCENT, text="nan%"),
        ),
    ],
)
def test_a_bound_that_means_nothing_has_no_limit(condition: ChangeCondition) -> None:
    assert limit_of(condition, indifference=2) is None


def test_a_drop_is_a_rise_of_the_opposite() -> None:
    assert towards(Interval(point=-0.3, low=-0.5, high=-0.1), Direction.DROPS) == Interval(point=0.3, low=0.1, high=0.5)


def test_an_unbounded_end_changes_sides() -> None:
    assert towards(Interval(point=None, low=None, high=0.1), Direction.DROPS) == Interval(
        point=None, low=-0.1, high=None
    )


def test_a_rise_stays_as_it_is() -> None:
    change = Interval(point=0.3, low=0.1, high=None)
    assert towards(change, Direction.RISES) is change
