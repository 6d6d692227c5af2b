from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.estimate import Estimate, Levels, Minimum, NoEstimate, StratumEstimate, Undetermined
from canary_guard.model.finding import StrataEstimates
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.measurement import Increments, Measurement, Missing, Side
from canary_guard.model.rule import ChangeCondition, Direction
from canary_guard.model.window import Comparison
from canary_guard.stats.by_pattern import estimate_strata
from tests.builders import a_bound, a_measurement, drops, increments, rises
from tests.strata import INTERVALS, a_split, by_pattern

LEVELS = Levels()
HIT_RATE = replace(drops("hit_rate", "5pp"), any_stratum=True)
CALM = {"product": (900.0, 0.02), "user": (100.0, 0.1), "cart": (400.0, 0.05)}


def of(
    measurement: Measurement, condition: ChangeCondition = HIT_RATE, levels: Levels = LEVELS
) -> dict[str, StratumEstimate]:
    found = estimate_strata(condition, measurement, levels=levels)
    assert found.condition == condition
    assert found.missing is None
    return {one.stratum: one for one in found.strata}


def missing(measurement: Measurement, condition: ChangeCondition = HIT_RATE) -> str:
    found = estimate_strata(condition, measurement, levels=LEVELS)
    assert found.strata == ()
    assert found.missing is not None
    return found.missing


def known(one: StratumEstimate) -> Estimate:
    assert isinstance(one.estimate, Estimate)
    return one.estimate


def any_stratum(measure: str, direction: Direction, bound: str) -> ChangeCondition:
    return ChangeCondition(measure=measure, direction=direction, bound=a_bound(bound), any_stratum=True)


def test_a_pattern_that_collapsed_stands_out_of_a_flat_total() -> None:
    found = of(a_split(CALM, {**CALM, "user": (100, 0.4)}))
    assert list(found) == ["cart", "product", "user"]
    user, product = known(found["user"]), known(found["product"])
    assert user.change.point == pytest.approx(-0.3, abs=0.02)
    assert user.change.high is not None
    assert user.change.high < -0.2
    assert user.baseline.point == pytest.approx(0.9, abs=0.02)
    assert user.canary.point == pytest.approx(0.6, abs=0.02)
    assert product.change.low is not None
    assert product.change.low > -0.02
    assert (user.measure, user.scale, user.comparison) == ("hit_rate", Scale.DIFFERENCE, Comparison.CONCURRENT)
    assert (user.intervals, user.thin) == (INTERVALS, False)
    p = [found[name].p for name in ("user", "product", "cart")]
    assert p[0] is not None
    assert p[0] < 1e-6
    assert p[1:] == [1.0, 1.0]


def test_shares_are_of_each_arms_lookups() -> None:
    found = of(a_split(CALM, {"product": (300, 0.02), "user": (300, 0.1), "cart": (400, 0.05)}))
    assert sum(one.share_baseline for one in found.values()) == pytest.approx(1)
    assert found["user"].share_baseline == pytest.approx(100 / 1400, rel=0.05)
    assert found["user"].share_canary == pytest.approx(0.3, rel=0.05)


def test_p_is_corrected_for_the_family() -> None:
    """The same pattern beside more others is less sure."""
    fall = {"user": (100.0, 0.165)}
    alone = of(a_split({"user": (100, 0.1)}, fall))["user"].p
    many = {f"s{number}": (100.0, 0.1) for number in range(19)}
    among = of(a_split({**many, "user": (100, 0.1)}, {**many, **fall}))["user"].p
    assert alone is not None
    assert among is not None
    assert 0 < alone < 0.5
    assert among > 3 * alone


def test_small_patterns_are_judged_together_and_named() -> None:
    small = {f"s{number}": (3.0, 0.1) for number in range(9)}
    found = of(a_split({**CALM, **small}, {**CALM, **dict.fromkeys(small, (3.0, 0.5))}))
    assert list(found) == ["cart", "product", "user", "other"]
    assert found["other"].members == tuple(sorted(small))
    assert found["product"].members == ("product",)
    assert known(found["other"]).change.point == pytest.approx(-0.4, abs=0.1)


def test_patterns_of_one_arm_alone_are_named() -> None:
    found = estimate_strata(HIT_RATE, a_split({**CALM, "old": (200, 0.1)}, {**CALM, "new": (200, 0.9)}), levels=LEVELS)
    assert [one.stratum for one in found.strata] == ["cart", "product", "user"]
    assert (found.only_baseline, found.only_canary) == (("old",), ("new",))
    assert found.missing is None


def test_no_pattern_in_common() -> None:
    found = estimate_strata(HIT_RATE, a_split({"a": (500, 0.1)}, {"b": (500, 0.1)}), levels=LEVELS)
    assert (found.strata, found.missing) == ((), "no key pattern exists in both arms")
    assert (found.only_baseline, found.only_canary) == (("a",), ("b",))


def test_the_minimum_of_lookups_is_one_of_the_total() -> None:
    found = of(a_split({"a": (5, 0.1), "b": (5, 0.1)}, {"a": (5, 0.1), "b": (5, 0.1)}))
    assert all(isinstance(one.estimate, Estimate) for one in found.values())


# --- what is refused


@pytest.mark.parametrize("intervals", [3, 7])
def test_too_few_intervals_are_no_estimate(intervals: int) -> None:
    found = of(a_split(CALM, CALM, intervals=intervals))
    for one in found.values():
        assert isinstance(one.estimate, NoEstimate)
        assert one.estimate.reason.startswith(f"too few intervals: {intervals}")
        assert one.estimate.undetermined is Undetermined.EXPOSURE
        assert one.p is None


def test_as_many_intervals_are_asked_for_as_of_the_total() -> None:
    found = of(a_split(CALM, CALM), levels=Levels(minimum=Minimum(intervals=INTERVALS + 1)))
    assert all(isinstance(one.estimate, NoEstimate) for one in found.values())


def test_a_measurement_without_patterns_says_so() -> None:
    plain = a_measurement(baseline={"hits": [[9] * 9]}, canary={"hits": [[9] * 9]})
    assert missing(plain) == "lookups were not counted by key pattern"


def test_what_the_total_lacks_the_patterns_lack() -> None:
    measurement = a_split(CALM, CALM)
    signals = {key: one for key, one in measurement.canary.signals.items() if key != "hits"}
    gone = Missing(reason="hits could not be read from http://prometheus: 500")
    lacking = replace(measurement, canary=replace(measurement.canary, signals=signals, missing={"hits": gone}))
    assert missing(lacking) == gone.reason


def test_a_silent_pod_makes_the_patterns_partial_data() -> None:
    """They carry no pods: without the total's gaps, what it did not count would look like a calm pattern."""
    measurement = a_split(CALM, CALM)

    def of_three(one: Increments) -> Increments:
        row = one.values[0].tolist()
        return increments([row, row, [None] * INTERVALS])

    def silent(side: Side) -> Side:
        return replace(side, signals={key: of_three(one) for key, one in side.signals.items()})

    found = missing(replace(measurement, canary=silent(measurement.canary)))
    assert found == "33% of the canary's intervals have a gap in hits and lookups and misses (pod-3: 100%)"


def test_contradictory_patterns_say_why() -> None:
    measurement = a_split(CALM, CALM)
    lookups = by_pattern({name: [1.0] * INTERVALS for name in CALM})
    torn = replace(
        measurement, canary=replace(measurement.canary, strata={**measurement.canary.strata, "lookups": lookups})
    )
    assert missing(torn) == "in the canary a key pattern has more hits or misses than lookups"


@pytest.mark.parametrize("measure", sorted(set(MEASURES) - {"hit_rate", "miss_rate"}))
def test_only_shares_of_lookups_are_judged_by_pattern(measure: str) -> None:
    condition = replace(rises(measure, "10%"), any_stratum=True)
    assert missing(a_split(CALM, CALM), condition) == (
        f"{measure} is not counted by key pattern, only hit_rate and miss_rate are"
    )


# --- on the other scale


@pytest.mark.parametrize("bound", ["50%", "x1.5"])
def test_a_ratio_of_misses_is_held_against_a_ratio(bound: str) -> None:
    """As a difference of shares no pattern could ever rise by half."""
    found = of(a_split(CALM, {**CALM, "product": (900, 0.06)}), any_stratum("miss_rate", Direction.RISES, bound))
    product = known(found["product"])
    assert product.scale is Scale.RATIO
    assert product.change.point == pytest.approx(math.log(3), abs=0.1)
    assert product.canary.point == pytest.approx(0.06, rel=0.1)
    assert found["product"].p is not None
    assert found["product"].p < 1e-3
    assert found["user"].p == 1.0


def test_a_fall_is_a_rise_of_its_mirror_image() -> None:
    """From x3 to x1, and from x1 to x3."""
    fallen = of(a_split({"a": (900, 0.06)}, {"a": (900, 0.02)}), any_stratum("miss_rate", Direction.DROPS, "60%"))
    risen = of(a_split({"a": (900, 0.02)}, {"a": (900, 0.06)}), any_stratum("miss_rate", Direction.RISES, "150%"))
    p = [found["a"].p for found in (fallen, risen)]
    assert p[0] is not None
    assert p[1] is not None
    assert p[0] < 0.01
    assert math.log(p[0]) == pytest.approx(math.log(p[1]), rel=0.5)
    never = of(a_split({"a": (900, 0.06)}, {"a": (900, 0.02)}), any_stratum("miss_rate", Direction.DROPS, "100%"))
    assert never["a"].p is None


def test_a_pattern_that_hardly_ever_missed_may_be_exceeded() -> None:
    found = of(a_split({"a": (900, 0.0002)}, {"a": (900, 0.05)}), any_stratum("miss_rate", Direction.RISES, "50%"))
    assert known(found["a"]).thin
    assert found["a"].p is not None
    assert found["a"].p < 1e-6
    calm = of(a_split({"a": (900, 0.0002)}, {"a": (900, 0.001)}), any_stratum("miss_rate", Direction.RISES, "x20"))
    assert known(calm["a"]).thin
    assert calm["a"].p == 1.0


# --- what pods add


def test_pods_that_differ_widen_every_pattern() -> None:
    measurement = a_split(CALM, CALM)

    def shared_out(one: Increments, shares: tuple[float, float, float]) -> Increments:
        return increments([[share * value for value in one.values[0].tolist()] for share in shares])

    def uneven(side: Side, shares: tuple[float, float, float]) -> Side:
        signals = {key: shared_out(one, (1 / 3, 1 / 3, 1 / 3)) for key, one in side.signals.items()}
        misses = shared_out(side.signals["misses"], shares)
        hits = increments((signals["lookups"].values - misses.values).tolist())
        return replace(side, signals={**signals, "misses": misses, "hits": hits})

    torn = replace(
        measurement,
        baseline=uneven(measurement.baseline, (0.1, 0.3, 0.6)),
        canary=uneven(measurement.canary, (0.6, 0.3, 0.1)),
    )
    for condition in (HIT_RATE, any_stratum("miss_rate", Direction.RISES, "50%")):
        wide, narrow = of(torn, condition), of(measurement, condition)
        for name in CALM:
            ends, inner = known(wide[name]).change, known(narrow[name]).change
            assert ends.point == pytest.approx(inner.point)
            assert ends.low is not None
            assert inner.low is not None
            assert inner.point is not None
            assert inner.point - inner.low < 0.8 * (inner.point - ends.low)


def test_nothing_wrong_is_rarely_called_wrong() -> None:
    """Nominal 1 % over the whole family; the bound is at no change at all."""
    condition = any_stratum("hit_rate", Direction.DROPS, "0.0pp")
    generator = np.random.default_rng(4)
    wrong = 0
    for _ in range(100):
        sizes = {f"s{number}": (float(generator.integers(50, 400)), 0.1) for number in range(5)}
        found: StrataEstimates = estimate_strata(condition, a_split(sizes, sizes), levels=LEVELS)
        wrong += any(one.p is not None and one.p <= 0.01 for one in found.strata)
    assert wrong <= 6
