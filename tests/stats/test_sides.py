from collections.abc import Mapping, Sequence

import pytest

from canary_guard.model.measurement import Side
from canary_guard.model.series import Content, Reading
from canary_guard.stats.cells import cell
from canary_guard.stats.sides import paired
from tests.builders import a_plan
from tests.readings import grid, reading, the_arms

Rows = Mapping[str, Sequence[float | None]]


def sides(*readings: Reading, ignored: frozenset[str] = frozenset(), fewest: float = 20) -> tuple[Side, Side]:
    baseline, canary = (cell(place, readings, ignored=ignored) for place in the_arms(a_plan(), grid(2)))
    return paired(baseline, canary, ignored=ignored, fewest=fewest)


def buckets(rows: Rows) -> Reading:
    return reading("miss_latency_bucket", rows, split=("pod", "le"), signal="miss_latency")


def test_histograms_stand_under_their_signal() -> None:
    rows = {f"{unit} {bound}": [0, 1, 2] for unit in ("stable a", "canary x") for bound in ("1", "+Inf")}
    for side in sides(buckets(rows)):
        assert set(side.buckets) == {"miss_latency"}
        assert side.signals == {}
        assert side.missing == {}


def test_histograms_with_other_bounds_are_missing_on_both_sides() -> None:
    rows: Rows = {
        "stable a 1": [0, 1, 2],
        "stable a +Inf": [0, 1, 2],
        "canary x 2": [0, 1, 2],
        "canary x +Inf": [0, 1, 2],
    }
    for side in sides(buckets(rows)):
        assert side.buckets == {}
        assert "have other bounds for the canary than for the baseline" in side.missing["miss_latency_bucket"].reason


def test_a_histogram_that_one_side_lacks_is_missing_there() -> None:
    rows = {f"stable a {bound}": [0, 1, 2] for bound in ("1", "+Inf")}
    baseline, canary = sides(buckets(rows), reading("hits", {"stable a": [0, 1, 2], "canary x": [0, 1, 2]}))
    assert set(baseline.buckets) == {"miss_latency"}
    assert "no samples of timed misses for the canary" in canary.missing["miss_latency_bucket"].reason


def test_a_histogram_is_never_taken_for_zero() -> None:
    hits = reading("hits", {"stable a": [0, 1, 2], "canary x": [0, 1, 2]})
    _, canary = sides(buckets({}), hits, ignored=frozenset({"miss_latency"}))
    assert "miss_latency_bucket" in canary.missing


@pytest.mark.parametrize(("fewest", "zero"), [(11, True), (10, False), (1, False)])
def test_how_many_were_due_decides_between_zero_and_missing(fewest: float, zero: bool) -> None:
    """10 misses of the baseline's 20 hits; the canary has 20 hits, too."""
    hits: Rows = {"stable a": [0, 10, 20], "canary x": [0, 10, 20]}
    misses: Rows = {"stable a": [0, 5, 10]}
    _, canary = sides(reading("hits", hits), reading("misses", misses), fewest=fewest)
    assert ("misses" in canary.signals) is zero
    assert ("misses" in canary.missing) is not zero


def test_what_was_due_is_unbounded_where_the_other_side_has_nothing_to_compare_with() -> None:
    hits: Rows = {"stable a": [7, 7, 7], "canary x": [0, 10, 20]}
    _, canary = sides(reading("hits", hits), reading("misses", {"stable a": [0, 5, 10]}))
    assert "misses" in canary.missing


def test_a_shared_absence_may_be_ignored_without_units() -> None:
    hits = reading("hits", {"stable a": [0, 1, 2], "canary x": [0, 1, 2]})
    summed = reading("errors", {}, content=Content.INCREASE, split=(), intervals=1, summed=True)
    _, canary = sides(hits, summed, ignored=frozenset({"errors"}))
    assert canary.signals["errors"].units == ("",)
    assert canary.signals["errors"].values.tolist() == [[0, 0]]
    assert canary.signals["errors"].seen.all()


def test_lookups_are_told_on_each_side() -> None:
    rows: Rows = {"stable a": [0, 1, 2], "canary x": [0, 1, 3]}
    baseline, canary = sides(reading("hits", rows), reading("misses", rows))
    assert baseline.signals["lookups"].values.tolist() == [[2, 2]]
    assert canary.signals["lookups"].values.tolist() == [[2, 4]]


def test_a_contradiction_is_missing() -> None:
    rows: Rows = {"stable a": [0, 100, 200], "canary x": [0, 100, 200]}
    more: Rows = {"stable a": [0, 100, 200], "canary x": [0, 150, 300]}
    baseline, canary = sides(reading("lookups", rows), reading("hits", more))
    assert "misses" in baseline.signals
    assert canary.missing["misses"].reason.startswith("more hits than lookups for the canary: 300 of 200")
