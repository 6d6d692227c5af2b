from collections.abc import Mapping, Sequence

import pytest

from canary_guard.model.measurement import Buckets, Missing
from canary_guard.model.series import Content
from canary_guard.stats.cells import cell
from canary_guard.stats.histograms import histogram, other_bounds
from tests.builders import a_plan
from tests.readings import reading, the_arms

KEY = "miss_latency_bucket"


def counted(rows: Mapping[str, Sequence[float | None]], *, summed: bool = False) -> Buckets | Missing:
    given = reading(
        KEY,
        rows,
        signal="miss_latency",
        split=("le",) if summed else ("pod", "le"),
        content=Content.INCREASE if summed else Content.CUMULATIVE,
        summed=summed,
    )
    place, _ = the_arms(a_plan(), given.query.grid)
    return histogram(cell(place, [given], ignored=frozenset()), KEY)


def buckets(rows: Mapping[str, Sequence[float | None]], *, summed: bool = False) -> Buckets:
    found = counted(rows, summed=summed)
    assert isinstance(found, Buckets)
    return found


def test_cumulative_bounds_become_counts_by_bucket() -> None:
    found = buckets({"stable a 1": [0, 3, 4], "stable a 2": [0, 5, 8], "stable a +Inf": [0, 5, 9]})
    assert found.units == ("a",)
    assert found.bounds == (1, 2)
    assert found.values.tolist() == [[[3, 2, 0], [1, 2, 1]]]
    assert found.seen.all()
    assert not found.values.flags.writeable


def test_units_restart_and_miss_edges_as_all_signals_do() -> None:
    found = buckets(
        {
            "stable a 1": [5, 2, None, 3],
            "stable a +Inf": [5, 4, None, 9],
            "stable b 1": [0, 0, 1, 1],
            "stable b +Inf": [0, 1, 2, 2],
        }
    )
    assert found.units == ("a", "b")
    assert found.seen.tolist() == [[True, False, False], [True, True, True]]
    assert found.values[0].tolist() == [[2, 2], [0, 0], [0, 0]]


def test_a_server_sums_the_units_away() -> None:
    found = buckets({"stable 1": [1.5, None], "stable +Inf": [3.5, None]}, summed=True)
    assert found.units == ("",)
    assert found.seen.tolist() == [[True, False]]
    assert found.values.tolist() == [[[1.5, 2], [0, 0]]]
    assert found.alive.all()


def test_wider_buckets_that_count_less_contradict() -> None:
    found = counted({"stable a 1": [0, 100], "stable a 2": [0, 90], "stable a +Inf": [0, 100]})
    assert isinstance(found, Missing)
    assert found.reason.startswith("the histogram of miss_latency contradicts itself for the baseline: ")


def test_a_little_less_is_how_a_server_extrapolates() -> None:
    found = buckets({"stable 1": [50.2], "stable 2": [50.0], "stable +Inf": [100.0]}, summed=True)
    assert found.values.tolist() == [[[50.2, 0, 50]]]


def test_how_little_is_a_share_of_all_counts() -> None:
    """0.8 of 100 is little, however few the first bucket holds."""
    found = buckets({"stable 1": [0.0], "stable 2": [50.8], "stable 3": [50.0], "stable +Inf": [100.0]}, summed=True)
    assert found.values.tolist() == [[[0, 50.8, 0, 50]]]


@pytest.mark.parametrize("bound", ["0.5", "3"])
def test_other_bounds_are_told(bound: str) -> None:
    one = buckets({"stable a 1": [0, 1], "stable a +Inf": [0, 1]})
    other = buckets({f"stable a {bound}": [0, 1], "stable a +Inf": [0, 1]})
    why = other_bounds("miss_latency", baseline=one, canary=other, names=("the baseline", "the canary"))
    assert why is not None
    assert why.reason == (
        "the histogram buckets of miss_latency have other bounds for the canary than for the baseline: "
        f"{bound} against 1 s"
    )
    assert other_bounds("miss_latency", baseline=one, canary=one, names=("a", "b")) is None
