from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from canary_guard.stats.cells import cell
from canary_guard.stats.stalls import Stalls, stalls
from tests.builders import a_plan
from tests.readings import grid, reading, the_arms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canary_guard.model.series import Reading

Counted = dict[str, dict[str, "Sequence[float]"]]
"""By key and unit (`canary x`): what came in each interval."""
STEADY = [100.0] * 20


def stalled(counts: Counted) -> Stalls:
    """Of the canary."""
    readings = [cumulative(key, rows) for key, rows in counts.items()]
    baseline, canary = (cell(place, readings, ignored=frozenset()) for place in the_arms(a_plan(), grid(20)))
    return stalls(canary, baseline)


def cumulative(key: str, rows: dict[str, Sequence[float]]) -> Reading:
    return reading(key, {unit: list(accumulate(row, initial=10_000.0)) for unit, row in rows.items()})


def beside(requests: Sequence[float], queries: Sequence[float], theirs: Sequence[float]) -> Stalls:
    return stalled(
        {
            "requests": {"stable a": STEADY, "canary x": requests},
            "db_queries": {"stable a": theirs, "canary x": queries},
        }
    )


def gaps(found: Stalls, key: str, row: int = 0) -> int:
    return int(found.at[key][row].sum())


def test_what_moves_does_not_stand_still() -> None:
    found = beside(STEADY, [5.0] * 20, [5.0] * 20)
    assert found.whole == {}
    assert gaps(found, "db_queries") == 0


def test_a_counter_that_stops_while_what_calls_for_it_goes_on() -> None:
    found = beside(STEADY, [5.0] * 10 + [0.0] * 10, [5.0] * 20)
    assert (found.whole["db_queries"].intervals, found.whole["db_queries"].due) == (10, 50)
    assert gaps(found, "db_queries") == 10
    assert set(found.whole) == {"db_queries"}


def test_a_counter_that_never_moves_is_judged_by_the_other_side() -> None:
    assert beside(STEADY, [0.0] * 20, [5.0] * 20).whole["db_queries"].due == 100
    assert beside(STEADY, [0.0] * 20, [0.9] * 20).whole == {}


@pytest.mark.parametrize(("last", "stands"), [(3, False), (4, True)])
def test_twenty_must_have_been_due(last: int, stands: bool) -> None:
    queries = [5.0] * (20 - last) + [0.0] * last
    assert bool(beside(STEADY, queries, [5.0] * 20).whole) is stands


def test_less_than_before_is_not_due_because_the_other_side_has_more() -> None:
    """A canary that became much better may well rest for a while."""
    assert beside(STEADY, [1.0] * 12 + [0.0] * 8, [50.0] * 20).whole == {}


def test_what_comes_in_bursts_rests_between_them() -> None:
    """The other side's lowest rate over as many intervals counts, and the longest rest before."""
    bursts = [30.0, 0, 0, 0, 0] * 4
    assert beside(STEADY, bursts, [*bursts[2:], 0, 30.0]).whole == {}
    assert beside(STEADY, [30.0, 0, 0, 0, 0, 30.0] + [0.0] * 14, [30.0] * 20).whole["db_queries"].intervals == 14
    assert beside(STEADY, [30.0, *[0.0] * 8, 30.0] + [0.0] * 10, [30.0] * 20).whole == {}


def test_two_intervals_are_a_scrape_that_was_missed() -> None:
    assert beside(STEADY, [500.0] * 18 + [0.0] * 2, [500.0] * 20).whole == {}


def test_nothing_is_due_where_nothing_calls_for_it() -> None:
    """Misses call for queries: without any, none is due."""
    found = stalled(
        {
            "requests": {"stable a": STEADY, "canary x": STEADY},
            "misses": {"stable a": [1.0] * 20, "canary x": [1.0] * 4 + [0.0] * 16},
            "db_queries": {"stable a": [2.0] * 20, "canary x": [2.0] * 4 + [0.0] * 16},
        }
    )
    assert found.whole == {}


def test_errors_may_stop_for_good() -> None:
    rows: dict[str, Sequence[float]] = {"stable a": [10.0] * 20, "canary x": [10.0] * 4 + [0.0] * 16}
    found = stalled({"requests": {"stable a": STEADY, "canary x": STEADY}, "errors": rows, "retries": rows})
    assert found.whole == {}


@pytest.mark.parametrize(("misses", "stands"), [(2.0, True), (100.0, False)])
def test_hits_may_turn_into_misses_but_not_into_nothing(misses: float, stands: bool) -> None:
    found = stalled(
        {
            "requests": {"stable a": STEADY, "canary x": STEADY},
            "hits": {"stable a": [98.0] * 20, "canary x": [98.0] * 10 + [0.0] * 10},
            "misses": {"stable a": [2.0] * 20, "canary x": [2.0] * 10 + [misses] * 10},
        }
    )
    assert ("hits" in found.whole) is stands


def test_every_event_takes_time() -> None:
    found = stalled(
        {
            "db_queries": {"stable a": [5.0] * 20, "canary x": [5.0] * 20},
            "db_seconds": {"stable a": [0.01] * 20, "canary x": [0.01] * 10 + [0.0] * 10},
            "misses": {"stable a": [5.0] * 20, "canary x": [5.0] * 20},
        }
    )
    assert found.whole["db_seconds"].due == 50


def test_one_unit_of_two_is_a_gap_of_that_unit() -> None:
    found = stalled(
        {
            "requests": {"stable a": STEADY, "canary x": STEADY, "canary y": STEADY},
            "db_queries": {"stable a": [5.0] * 20, "canary x": [5.0] * 20, "canary y": [5.0] * 8 + [0.0] * 12},
        }
    )
    assert found.whole == {}
    assert (gaps(found, "db_queries", 0), gaps(found, "db_queries", 1), gaps(found, "requests", 1)) == (0, 12, 0)


def test_an_arm_of_which_nothing_moves_any_more_is_silent_while_the_other_side_goes_on() -> None:
    stopped = [100.0] * 10 + [0.0] * 10
    found = beside(stopped, [5.0] * 10 + [0.0] * 10, [5.0] * 20)
    assert {key: (one.intervals, one.due) for key, one in found.whole.items()} == {
        "requests": (10, None),
        "db_queries": (10, None),
    }
    night = stalled({"requests": {"stable a": stopped, "canary x": stopped}})
    assert night.whole == {}


@pytest.mark.parametrize(("theirs", "silent"), [(100.0, True), (40.0, False)])
def test_an_arm_that_never_moves_is_silent_beside_a_busy_one(theirs: float, silent: bool) -> None:
    """How much of the traffic it should have is not known: a fiftieth or more is taken for granted."""
    found = stalled({"requests": {"stable a": [theirs] * 20, "canary x": [0.0] * 20}})
    assert bool(found.whole) is silent


def test_one_unit_of_which_nothing_moves_any_more_is_a_gap_in_all_keys() -> None:
    stopped = [100.0] * 10 + [0.0] * 10
    found = stalled(
        {
            "requests": {"stable a": STEADY, "canary x": STEADY, "canary y": stopped},
            "errors": {"stable a": [1.0] * 20, "canary x": [1.0] * 20, "canary y": [0.0] * 20},
        }
    )
    assert found.whole == {}
    assert (gaps(found, "requests", 1), gaps(found, "errors", 1), gaps(found, "requests", 0)) == (10, 10, 0)


def test_a_baseline_without_a_miss_is_no_standstill_where_the_canary_has_many() -> None:
    hitting: Counted = {
        "requests": {"stable a": STEADY, "canary x": STEADY},
        "hits": {"stable a": STEADY, "canary x": [40.0] * 20},
        "misses": {"stable a": [0.0] * 20, "canary x": [60.0] * 20},
        "db_queries": {"stable a": [0.0] * 20, "canary x": [60.0] * 20},
    }
    readings = [cumulative(key, rows) for key, rows in hitting.items()]
    baseline, canary = (cell(place, readings, ignored=frozenset()) for place in the_arms(a_plan(), grid(20)))
    assert set(stalls(baseline, canary).whole) == {"misses", "db_queries"}
    assert stalls(baseline, canary, reference=True).whole == {}
