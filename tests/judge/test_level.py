from dataclasses import replace

import pytest

from canary_guard.judge.level import hold_level
from canary_guard.model.estimate import Estimate, Interval, Levels, Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.rule import LevelCondition, LimitSide
from canary_guard.model.window import Comparison
from tests.builders import STEP, a_bound, an_estimate, no_estimate

BELOW = LevelCondition(measure="hit_rate", side=LimitSide.BELOW, limit=a_bound("90%"))
ABOVE = LevelCondition(measure="miss_latency_mean", side=LimitSide.ABOVE, limit=a_bound("200ms"))


def held(condition: LevelCondition, estimate: Estimate) -> ConditionFinding:
    return hold_level(condition, estimate, levels=Levels(), step=STEP)


def at(condition: LevelCondition, low: float | None, point: float | None, high: float | None) -> Estimate:
    """An estimate whose canary is there; its baseline is far on the other side of every limit."""
    far = 0.0 if condition.side is LimitSide.ABOVE else 1.0
    estimate = an_estimate(condition.measure, baseline=far)
    return replace(estimate, canary=Interval(point=point, low=low, high=high))


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.201, 0.3, Outcome.EXCEEDED),
        (0.2, 0.3, Outcome.UNDETERMINED),
        (0.1, 0.201, Outcome.UNDETERMINED),
        (0.1, 0.2, Outcome.WITHIN),
        (None, 0.2, Outcome.WITHIN),
        (None, 0.3, Outcome.UNDETERMINED),
        (0.201, None, Outcome.EXCEEDED),
        (0.1, None, Outcome.UNDETERMINED),
        (None, None, Outcome.UNDETERMINED),
    ],
)
def test_above_needs_the_whole_interval(low: float | None, high: float | None, outcome: Outcome) -> None:
    assert held(ABOVE, at(ABOVE, low, 0.2, high)).outcome is outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.8, 0.899, Outcome.EXCEEDED),
        (0.8, 0.9, Outcome.UNDETERMINED),
        (0.899, 0.95, Outcome.UNDETERMINED),
        (0.9, 0.95, Outcome.WITHIN),
        (0.9, None, Outcome.WITHIN),
        (None, 0.95, Outcome.UNDETERMINED),
        (None, 0.8, Outcome.EXCEEDED),
        (None, None, Outcome.UNDETERMINED),
    ],
)
def test_below_is_the_mirror_image(low: float | None, high: float | None, outcome: Outcome) -> None:
    assert held(BELOW, at(BELOW, low, 0.9, high)).outcome is outcome


def test_thin_data_are_never_within() -> None:
    estimate = at(BELOW, 0.98, 0.99, 1.0)
    assert held(BELOW, estimate).outcome is Outcome.WITHIN
    assert held(BELOW, replace(estimate, thin=True)).outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize(("point", "looks_bad"), [(0.89, True), (0.9, False), (None, None)])
def test_undetermined_says_what_it_looks_like(point: float | None, looks_bad: bool | None) -> None:
    finding = held(BELOW, at(BELOW, 0.8, point, 0.95))
    assert finding == ConditionFinding(
        condition=BELOW,
        comparison=Comparison.CONCURRENT,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.EXPOSURE,
        reason="the data are too few to tell the canary's level from the limit of 90%",
        looks_bad=looks_bad,
    )


def test_no_estimate_is_undetermined() -> None:
    nothing = no_estimate("hit_rate", "too few intervals", intervals=3, comparison=Comparison.BEFORE_AFTER)
    assert hold_level(BELOW, nothing, levels=Levels(), step=STEP) == ConditionFinding(
        condition=BELOW,
        comparison=Comparison.BEFORE_AFTER,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.EXPOSURE,
        reason="too few intervals",
        more_time=5 * STEP,
    )
