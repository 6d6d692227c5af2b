from collections.abc import Sequence

import pytest

from canary_guard.model.estimate import Levels
from canary_guard.model.measurement import Measurement
from canary_guard.model.run import UnitQuality
from canary_guard.model.window import Arm, Comparison, Period
from canary_guard.stats.health import sickness
from tests.builders import a_measurement

LENGTH = 40


def a_window(baseline: Sequence[float], canary: Sequence[float]) -> Measurement:
    def arm(misses: Sequence[float]) -> dict[str, list[list[float]]]:
        return {
            "misses": [list(misses)],
            "lookups": [[10_000.0] * LENGTH],
            "db_queries": [[2 * value for value in misses]],
            "requests": [[5_000.0] * LENGTH],
        }

    return a_measurement(baseline=arm(baseline), canary=arm(canary))


def units(*resets: int) -> list[UnitQuality]:
    return [
        UnitQuality(arm=Arm.BASELINE, period=Period.BEFORE, unit=f"u{index}", resets=count, expected=40, gaps=0)
        for index, count in enumerate(resets)
    ]


FLAT = [100.0 + index % 3 for index in range(LENGTH)]
RISING = [100.0 + index % 3 + (60 if index >= LENGTH // 2 else 0) for index in range(LENGTH)]


def told(
    before: Measurement, seen: Sequence[UnitQuality] = (), shared: dict[str, Measurement] | None = None
) -> str | None:
    return sickness(before, seen, shared=shared or {}, db_load="db_queries", levels=Levels())


def test_a_steady_window_is_fit() -> None:
    assert told(a_window(FLAT, FLAT), units(0, 1)) is None


@pytest.mark.parametrize(("baseline", "canary", "whose"), [(RISING, FLAT, "baseline"), (FLAT, RISING[::-1], "canary")])
def test_one_in_which_misses_moved_is_sick(baseline: list[float], canary: list[float], whose: str) -> None:
    assert (
        told(a_window(baseline, canary))
        == f"misses per lookup of {whose} moved within the window before the deploy itself"
    )


def test_a_small_trend_is_none() -> None:
    rising = [value + (15 if index >= LENGTH // 2 else 0) for index, value in enumerate(FLAT)]
    assert told(a_window(rising, FLAT)) is None


def test_one_in_which_most_units_restarted_is_sick() -> None:
    assert told(a_window(FLAT, FLAT), units(1, 2, 0)) == "2 of 3 units restarted in the window before the deploy"


def test_evictions_that_moved_before_the_deploy_are_told_of_both_arms() -> None:
    side = {"evictions": [RISING], "lookups": [[10_000.0] * LENGTH]}
    evicted = a_measurement(baseline=side, canary=side, comparison=Comparison.BEFORE_AFTER)
    found = told(a_window(FLAT, FLAT), shared={"eviction_rate": evicted})
    assert found == "evictions of both arms moved within the window before the deploy itself"
