import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.model.arrays import FloatArray
from canary_guard.model.estimate import Method, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.stats.alignment import Aligned, Pair
from canary_guard.stats.change import UNTOLD, Change, ends_of
from canary_guard.stats.quantiles import ArmQuantile, arm_quantile, own_ends, position, quantile, quantile_change
from canary_guard.stats.refusal import Refusal

BOUNDS = (0.01, 0.1, 1.0)
SHAPE = np.array([10.0, 60.0, 28.0, 2.0])


def arm(*, units: int = 3, times: float = 1.0, shape: FloatArray = SHAPE, intervals: int = 12) -> Aligned:
    counts = np.random.default_rng(units).poisson(times * shape, (units, intervals, len(shape))).astype(float)
    return Aligned(at=tuple(range(intervals)), values={"b": counts})


def changed(*, baseline: Aligned, canary: Aligned, p: float = 0.5, scale: Scale = Scale.RATIO) -> Change | Refusal:
    pair = Pair(baseline=baseline, canary=canary, paired=True)
    return quantile_change(pair, "b", BOUNDS, p=p, scale=scale, fewest=20)


def test_linear_inside_a_bucket() -> None:
    assert quantile(0.4, bounds=BOUNDS, counts=SHAPE) == pytest.approx(0.01 + 0.09 * 0.5)


def test_nothing_has_no_quantile() -> None:
    assert quantile(0.4, bounds=BOUNDS, counts=np.zeros(4)) is None


def test_above_the_last_finite_bound_there_is_none() -> None:
    assert quantile(0.99, bounds=BOUNDS, counts=SHAPE) is None
    assert quantile(0.98, bounds=BOUNDS, counts=SHAPE) == pytest.approx(1.0)


@given(
    st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e12)), min_size=2, max_size=8).filter(any),
    st.floats(1e-9, 1, exclude_max=True),
)
def test_a_quantile_lies_in_a_bucket_with_events(counts: list[float], p: float) -> None:
    found = position(p, np.array(counts))
    assert counts[found.bucket] > 0
    assert 0 < found.fraction <= 1


def test_the_interval_of_one_arm_holds_its_quantile() -> None:
    found = arm_quantile(0.5, arm(), "b", BOUNDS)
    assert isinstance(found, ArmQuantile)
    wide, narrow = own_ends(found, 0.001), own_ends(found, 0.05)
    assert wide.low is not None
    assert narrow.low is not None
    assert narrow.high is not None
    assert wide.high is not None
    assert 0 < wide.low < narrow.low < found.value < narrow.high < wide.high


def test_an_end_beyond_all_events_is_open() -> None:
    found = arm_quantile(0.97, arm(), "b", BOUNDS)
    assert isinstance(found, ArmQuantile)
    assert own_ends(found, 0.01).high is None


def test_an_end_below_all_events_is_open() -> None:
    few = Aligned(at=tuple(range(8)), values={"b": np.array([[[1.0, 2.0, 0.0, 0.0]] * 8])})
    found = arm_quantile(0.05, few, "b", BOUNDS)
    assert isinstance(found, ArmQuantile)
    assert own_ends(found, 0.01).low is None


def test_a_slower_canary() -> None:
    slower = np.array([5.0, 25.0, 68.0, 2.0])
    found = changed(baseline=arm(), canary=arm(shape=slower))
    assert isinstance(found, Change)
    ends, method = ends_of(found, 0.01)
    assert method is Method.MOVER
    assert ends.low is not None
    assert ends.low > math.log(1.5)
    assert found.notes == (
        "no finer than its histogram bucket: 0.01 to 0.1 s in the baseline, 0.1 to 1 s in the canary",
    )


def test_the_same_change_in_seconds() -> None:
    arms = arm(units=3), arm(units=4)
    ratio = changed(baseline=arms[0], canary=arms[1])
    seconds = changed(baseline=arms[0], canary=arms[1], scale=Scale.DIFFERENCE)
    one = arm_quantile(0.5, arms[0], "b", BOUNDS)
    assert isinstance(ratio, Change)
    assert isinstance(seconds, Change)
    assert isinstance(one, ArmQuantile)
    assert ratio.point is not None
    assert seconds.point == pytest.approx(one.value * (math.exp(ratio.point) - 1))
    assert seconds.notes == ("no finer than its histogram bucket: 0.01 to 0.1 s in both arms",)


def test_the_interval_in_seconds_holds_its_change() -> None:
    found = changed(baseline=arm(units=3), canary=arm(units=4), scale=Scale.DIFFERENCE)
    assert isinstance(found, Change)
    ends, _ = ends_of(found, 0.01)
    assert found.point is not None
    assert ends.low is not None
    assert ends.high is not None
    assert -0.03 < ends.low < found.point < ends.high < 0.03


def differing() -> Aligned:
    several = [SHAPE, np.array([40.0, 50.0, 8.0, 2.0]), np.array([2.0, 30.0, 66.0, 2.0])]
    counts = np.concatenate([arm(units=1, shape=shape).values["b"] for shape in several])
    return Aligned(at=tuple(range(12)), values={"b": counts})


def width(found: Change | Refusal) -> float:
    assert isinstance(found, Change)
    ends, _ = ends_of(found, 0.01)
    return math.inf if ends.low is None or ends.high is None else ends.high - ends.low


def test_one_pod_borrows_what_the_other_arms_pods_differ_by() -> None:
    """Were its own interval that of one pod alone, the change would be as wide as the other arm's level."""
    for pods in ({"baseline": differing(), "canary": arm(units=1)}, {"baseline": arm(units=1), "canary": differing()}):
        found = changed(baseline=pods["baseline"], canary=pods["canary"])
        alone = changed(baseline=arm(units=1), canary=arm(units=1))
        assert isinstance(found, Change)
        assert isinstance(alone, Change)
        assert UNTOLD in alone.notes
        assert UNTOLD not in found.notes
        assert width(found) > 5 * width(alone)


def test_each_arm_is_as_wide_as_its_own_pods_differ() -> None:
    alike = changed(baseline=arm(units=3), canary=arm(units=3))
    assert width(changed(baseline=differing(), canary=arm(units=3))) > 3 * width(alike)
    assert width(changed(baseline=arm(units=3), canary=differing())) > 3 * width(alike)


def test_too_few_events() -> None:
    found = changed(baseline=arm(), canary=arm(units=1, times=0.01))
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.EXPOSURE


@pytest.mark.parametrize("which", ["baseline", "canary"])
def test_a_quantile_above_the_last_bound_is_refused_in_either_arm(which: str) -> None:
    arms = {"baseline": arm(), "canary": arm(), which: arm(shape=np.array([1.0, 1.0, 1.0, 50.0]))}
    found = changed(baseline=arms["baseline"], canary=arms["canary"])
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.DATA
