import math

import pytest

from canary_guard.model.estimate import Estimate, Estimated, MixPart, NoEstimate
from canary_guard.model.warm_up import WarmUp, WarmUpState
from canary_guard.model.window import Comparison
from canary_guard.stats.context import cache_exposure, cold_start, mix, traffic
from tests.builders import STEP, a_measurement, an_estimate, no_estimate

BESIDE = Comparison.CONCURRENT


def told(found: Estimated) -> tuple[object, object, object]:
    assert isinstance(found, Estimate)
    assert found.change.low == found.change.point == found.change.high
    assert found.change_within == found.change
    return found.baseline.point, found.canary.point, found.change.point


def measured(**canary: float) -> Estimated:
    arm = {"requests": [[30.0] * 8], "lookups": [[60.0] * 8]}
    other = arm | {key: [[value] * 8] for key, value in canary.items()}
    return traffic(a_measurement(baseline=arm, canary=other))


def test_traffic_is_per_second() -> None:
    assert told(measured(requests=60)) == (30 * 1000 / STEP, 60 * 1000 / STEP, pytest.approx(math.log(2)))


def test_an_arm_without_requests_has_no_ratio() -> None:
    assert isinstance(measured(requests=0), NoEstimate)


def test_traffic_that_was_not_counted() -> None:
    arm = {"lookups": [[60.0] * 8]}
    assert isinstance(traffic(a_measurement(baseline=arm, canary=arm)), NoEstimate)


def test_a_shared_cache_sees_the_same_on_both_sides() -> None:
    measurement = a_measurement(baseline={"lookups": [[60.0] * 8]}, canary={"lookups": [[20.0] * 8]})
    assert told(cache_exposure(measurement, shared=True))[2] == 0
    assert told(cache_exposure(measurement, shared=False))[2] == pytest.approx(math.log(1 / 3))


def test_the_mix_is_the_factor_of_other_traffic() -> None:
    part = MixPart(plain=an_estimate().change, mix=0.2)
    assert told(mix(an_estimate("miss_rate", mix=part))) == (1.0, pytest.approx(math.exp(0.2)), 0.2)
    assert isinstance(mix(an_estimate("miss_rate")), NoEstimate)
    assert isinstance(mix(no_estimate("miss_rate")), NoEstimate)


def test_a_cold_start_is_how_much_more_was_missed_at_first() -> None:
    found = WarmUp(state=WarmUpState.RECOVERING, level=0.01, began=0.1)
    assert told(cold_start(found, BESIDE)) == (0.01, 0.1, pytest.approx(math.log(10)))
    assert isinstance(cold_start(WarmUp(state=WarmUpState.UNKNOWN), BESIDE), NoEstimate)
    assert isinstance(cold_start(WarmUp(state=WarmUpState.WARM, level=0.0, began=0.0), BESIDE), NoEstimate)
