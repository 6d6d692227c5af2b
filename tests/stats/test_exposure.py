import pytest

from canary_guard.model.estimate import Minimum, Undetermined
from canary_guard.model.measure import MEASURES
from canary_guard.model.recipe import recipe
from canary_guard.stats.alignment import align
from canary_guard.stats.exposure import implausible, per_second, too_little, too_short
from canary_guard.stats.refusal import Refusal
from tests.builders import a_measurement


def looked_at(measure: str, *, baseline: dict[str, float], canary: dict[str, float]) -> Refusal | None:
    """Each signal is one unit with the same value in ten intervals."""
    found = recipe(measure, cost=None, db_load="db_queries")
    assert found is not None
    pair = align(
        a_measurement(
            baseline={key: [[value] * 10] for key, value in baseline.items()},
            canary={key: [[value] * 10] for key, value in canary.items()},
        ),
        found.signals,
    )
    return too_little(pair, MEASURES[measure], found, Minimum())


def reason(refusal: Refusal | None) -> str:
    assert refusal is not None
    return refusal.reason


def test_enough() -> None:
    assert looked_at("miss_rate", baseline={"lookups": 100, "misses": 1}, canary={"lookups": 100, "misses": 0}) is None


def test_an_arm_without_traffic_is_named() -> None:
    arm = {"requests": 100.0, "db_queries": 1.0}
    idle = {"requests": 0.0, "db_queries": 0.0}
    assert reason(looked_at("db_load_per_request", baseline=arm, canary=idle)) == "no requests in the canary"
    assert reason(looked_at("db_load_per_request", baseline=idle, canary=idle)) == "no requests in either arm"


def test_hits_that_multiply_must_not_be_0_either() -> None:
    arm = {"miss_latency_sum": 1.0, "misses": 9.0, "hit_latency_sum": 1.0, "hits": 9.0}
    assert reason(looked_at("amplification", baseline=arm, canary={**arm, "hits": 0})) == "no hits in the canary"


def test_more_parts_than_the_whole_is_data_but_a_hundredth_is_rounding() -> None:
    arm = {"requests": 100.0, "errors": 1.0}
    assert looked_at("error_rate", baseline=arm, canary={**arm, "errors": 100.9}) is None
    found = looked_at("error_rate", baseline=arm, canary={**arm, "errors": 102})
    assert found is not None
    assert found.undetermined is Undetermined.DATA
    assert found.reason == "more errors than requests in the canary: 1020 of 1000"


def test_too_short_says_by_how_much() -> None:
    pair = align(a_measurement(baseline={"hits": [[1.0] * 10]}, canary={"hits": [[1.0] * 10]}), ["hits"])
    assert too_short(pair, Minimum()) is None
    assert too_short(pair, Minimum(intervals=2)) is None
    found = too_short(pair, Minimum(intervals=20))
    assert found is not None
    assert found.shortfall == 2.0


def test_fewer_than_eight_intervals_are_never_enough() -> None:
    pair = align(a_measurement(baseline={"hits": [[1.0] * 7]}, canary={"hits": [[1.0] * 7]}), ["hits"])
    assert too_short(pair, Minimum(intervals=2)) is not None


def test_sums_that_no_counter_reaches() -> None:
    for value in (1e300, 1e-300):
        pair = align(a_measurement(baseline={"hits": [[1.0] * 8]}, canary={"hits": [[value] * 8]}), ["hits"])
        found = implausible(pair, ["hits"])
        assert found is not None
        assert found.undetermined is Undetermined.DATA
        assert "in the canary" in found.reason


def test_a_rate_is_taken_where_any_unit_was_seen() -> None:
    rows = [[30.0, 60.0, None, 30.0], [30.0, 30.0, None, None]]
    side = a_measurement(baseline={"requests": rows}, canary={"requests": rows}).canary
    assert per_second(side, "requests") == pytest.approx(180 / 45)


def test_what_was_not_counted_has_no_rate() -> None:
    side = a_measurement(baseline={"hits": [[1.0]]}, canary={"hits": [[1.0]]}).canary
    assert per_second(side, "requests") is None
    never = a_measurement(baseline={"requests": [[None]]}, canary={"requests": [[None, None]]}).canary
    assert per_second(never, "requests") is None
    idle = a_measurement(baseline={"requests": [[0.0]]}, canary={"requests": [[0.0]]}).canary
    assert per_second(idle, "requests") == 0.0
