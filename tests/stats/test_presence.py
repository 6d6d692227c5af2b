from dataclasses import replace

from canary_guard.model.estimate import Undetermined
from canary_guard.model.measurement import Measurement, Missing
from canary_guard.stats.presence import absent, gaps
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
