from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.arrays import frozen
from canary_guard.model.estimate import Undetermined
from canary_guard.model.measurement import Increments, Measurement, Missing
from canary_guard.model.window import Comparison
from canary_guard.stats.presence import absent, gaps
from canary_guard.stats.refusal import Refusal
from tests.builders import a_measurement, increments


def rows(*, gaps_in_second: int = 0) -> list[list[float | None]]:
    return [[1.0] * 10, [None] * gaps_in_second + [1.0] * (10 - gaps_in_second)]


def pair(*, gaps_in_canary: int = 0) -> Measurement:
    return a_measurement(baseline={"misses": rows()}, canary={"misses": rows(gaps_in_second=gaps_in_canary)})


def lacking(**missing: Missing) -> Measurement:
    whole = pair()
    return replace(whole, canary=replace(whole.canary, signals={}, missing=missing))


def test_all_there() -> None:
    assert absent(pair(), ["misses"]) is None
    assert gaps(pair(), ["misses"]) is None


def test_a_signal_says_why_it_is_missing() -> None:
    found = absent(lacking(misses=Missing(reason="misses: no series in the canary")), ["misses"])
    assert found is not None
    assert found.reason == "misses: no series in the canary"
    assert (found.undetermined, found.from_source) == (Undetermined.DATA, False)


def test_a_histogram_is_missing_under_its_name_or_its_part() -> None:
    for name in ("miss_latency", "miss_latency_sum"):
        found = absent(lacking(**{name: Missing(reason="gone", from_source=True)}), ["miss_latency_sum"])
        assert found is not None
        assert found.from_source
        assert "gone" in found.reason


def test_each_reason_is_given_once() -> None:
    missing = Missing(reason="the server said no")
    found = absent(lacking(misses=missing, hits=missing), ["misses", "hits"])
    assert found is not None
    assert found.reason.count("the server said no") == 1


def test_a_fifth_of_gaps_is_too_much() -> None:
    assert gaps(pair(gaps_in_canary=3), ["misses"]) is None
    found = gaps(pair(gaps_in_canary=4), ["misses"])
    assert found is not None
    assert found.undetermined is Undetermined.DATA
    assert found.reason == "20% of the canary's intervals have a gap in misses (pod-2: 40%)"


def test_a_signal_that_never_came_is_named_alone() -> None:
    side = a_measurement(baseline={"misses": rows()}, canary={"misses": rows(), "requests": [[None] * 10] * 2}).canary
    found = gaps(replace(pair(), canary=side), ["misses", "requests"])
    assert found is not None
    assert found.reason == "every interval of the canary has a gap in requests"


def test_signals_of_the_same_units_are_looked_at_together() -> None:
    """The same two gaps: where the units are the same, an interval counts only if every signal was seen."""
    signals: dict[str, list[list[float | None]]] = {
        "misses": rows(gaps_in_second=2),
        "requests": [[1.0] * 10, [1.0] * 8 + [None] * 2],
    }
    found = gaps(replace(pair(), canary=a_measurement(baseline=signals, canary=signals).canary), ["misses", "requests"])
    assert found is not None
    assert found.reason == "20% of the canary's intervals have a gap in misses and requests (pod-2: 40%)"


def test_signals_of_other_units_are_looked_at_one_by_one() -> None:
    """Two pods with a gap each at another time: 10 % of each signal, though together few intervals are whole."""
    whole = pair()
    scattered = increments([[None] + [1.0] * 9, [1.0, None] + [1.0] * 8])
    shared = increments([[1.0] * 10], units=[""])
    side = replace(whole.canary, signals={"misses": scattered, "evictions": shared})
    assert gaps(replace(whole, baseline=side, canary=side), ["misses", "evictions"]) is None


def test_a_shared_signal_names_no_unit() -> None:
    whole = pair()
    shared = increments([[None] * 5 + [1.0] * 5], units=[""])
    side = replace(whole.canary, signals={"misses": shared})
    found = gaps(replace(whole, canary=side), ["misses"])
    assert found is not None
    assert found.reason == "50% of the canary's intervals have a gap in misses"


def lit(*, canary: str, baseline: str = "#" * 20, comparison: Comparison = Comparison.CONCURRENT) -> Refusal | None:
    """One pod an arm over 20 intervals: `#` where it was counted, `.` where it was not there, `x` where it was dark."""

    def drawn(life: str) -> Increments:
        seen = [char == "#" for char in life]
        return Increments(
            units=("pod-1",),
            values=frozen(np.array([[1.0 if one else 0.0 for one in seen]])),
            seen=frozen(np.array([seen])),
            alive=frozen(np.array([[char != "." for char in life]])),
        )

    whole = a_measurement(baseline={"misses": [[1.0] * 20]}, canary={"misses": [[1.0] * 20]}, comparison=comparison)
    first, second = (
        replace(side, signals={"misses": drawn(life)})
        for side, life in ((whole.baseline, baseline), (whole.canary, canary))
    )
    return gaps(replace(whole, baseline=first, canary=second), ["misses"])


@pytest.mark.parametrize(
    "canary",
    ["#" * 20, "." * 12 + "#" * 8, "#" * 18 + "..", "#" * 18 + "xx", "#####xxx############", "####...#############"],
)
def test_an_arm_may_come_late_and_rest_for_a_moment(canary: str) -> None:
    assert lit(canary=canary) is None


@pytest.mark.parametrize(
    ("canary", "reason"),
    [
        ("####" + "." * 16, "no unit of the canary has samples of misses in 80% of the window since its first"),
        ("#####.....##########", "no unit of the canary has samples of misses in 25% of the window since its first"),
        ("#" * 17 + "...", "no unit of the canary has samples of misses in the last 3 of 20 intervals"),
        ("#" * 17 + "xxx", "no unit of the canary has samples of misses in the last 3 of 20 intervals"),
        ("#" * 13 + "xx##x##", "38% of the canary's last 8 intervals have a gap in misses (pod-1: 38%)"),
    ],
)
def test_an_arm_that_goes_is_partial_data(canary: str, reason: str) -> None:
    found = lit(canary=canary)
    assert found is not None
    assert found.reason == reason
    assert found.undetermined is Undetermined.DATA


def test_the_end_of_the_window_before_is_not_that_of_what_is_judged() -> None:
    dark = "#" * 17 + "xxx"
    assert lit(canary="#" * 20, baseline=dark) is not None
    assert lit(canary="#" * 20, baseline=dark, comparison=Comparison.BEFORE_AFTER) is None
    assert lit(canary=dark, comparison=Comparison.BEFORE_AFTER) is not None
