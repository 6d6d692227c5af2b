from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from canary_guard.stats.increments import Counts, increments
from canary_guard.stats.restarts import believed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canary_guard.model.arrays import FloatArray


def shown(keys: dict[str, Sequence[float]], *, slack: int = 2) -> dict[str, list[float | None]]:
    """What is believed of one unit's samples; None for a gap."""
    samples = {key: np.array([row], dtype=float) for key, row in keys.items()}
    counts = {key: counted(one) for key, one in samples.items()}
    return {
        key: [value if seen else None for value, seen in zip(one.values[0].tolist(), one.seen[0].tolist(), strict=True)]
        for key, one in believed(counts, samples, slack=slack).items()
    }


def counted(samples: FloatArray) -> Counts:
    there = np.ones(samples.shape[:2], dtype=np.bool_)
    return increments(samples, there, unit_present=there, from_zero=np.array([True]), alive=np.ones_like(there[:, 1:]))


def test_a_restart_sets_all_back_to_what_a_new_process_may_have_counted() -> None:
    """100 an interval; after a start up to 900 are no riddle: a sample may be two intervals old, and bursts happen."""
    found = shown({"requests": [5000, 5100, 5200, 150, 250, 350], "errors": [7, 7, 7, 0, 0, 0]})
    assert found == {"requests": [100, 100, 150, 100, 100], "errors": [0, 0, 0, 0, 0]}


def test_a_fall_to_more_than_that_is_a_part_of_a_sum_that_got_lost_and_its_return_counts_nothing() -> None:
    found = shown({"requests": [5000, 5100, 2600, 2700, 5400, 5500], "db_queries": [50, 51, 26, 27, 54, 55]})
    assert found["requests"] == [100, None, 100, None, 100]
    assert found["db_queries"][1] is None


def test_a_fall_of_one_counter_alone_is_none() -> None:
    """The old process was far too old to be passed within one interval."""
    found = shown({"requests": [5000, 5100, 5200, 5300, 5400], "db_queries": [90, 91, 30, 31, 32]})
    assert found["db_queries"] == [1, None, 1, 1]
    assert found["requests"] == [100, None, 100, 100]


def test_a_reset_may_hide_in_the_busiest_of_a_young_process() -> None:
    found = shown({"requests": [0, 100, 200, 250, 350, 450], "db_queries": [0, 1, 3, 1, 2, 3]})
    assert found["db_queries"] == [1, 2, 1, 1, 1]


def test_what_falls_again_and_again_is_not_counted_at_all() -> None:
    """Two processes behind one name answer in turns."""
    rows = [value + (1000 if at % 2 else 0) for at, value in enumerate(range(5000, 7000, 100))]
    assert set(shown({"requests": rows})["requests"]) == {None}


def test_a_crash_loop_is_counted_until_more_is_lost_than_seen() -> None:
    slow = [at % 6 * 100 + 50 for at in range(31)]
    assert None not in shown({"requests": slow})["requests"]
    fast = [at % 2 * 100 + 50 for at in range(31)]
    assert set(shown({"requests": fast})["requests"]) == {None}


def test_a_unit_is_judged_by_itself() -> None:
    samples = {"requests": np.array([[5000.0, 5100, 2600, 2700], [50, 150, 250, 350]])}
    there = np.ones((2, 4), dtype=np.bool_)
    counts = increments(
        samples["requests"],
        there,
        unit_present=there,
        from_zero=np.array([True, True]),
        alive=np.ones((2, 3), dtype=np.bool_),
    )
    found = believed({"requests": counts}, samples, slack=2)["requests"]
    assert found.seen.tolist() == [[True, False, True], [True, True, True]]
    assert not found.fell.any()


def test_buckets_are_dropped_together() -> None:
    samples = {"requests": np.array([[5000.0, 5100, 2600, 2700]]), "bucket": np.zeros((1, 4, 2))}
    samples["bucket"][0] = [[1, 50], [2, 51], [1, 26], [1, 27]]
    counts = {key: counted(one) for key, one in samples.items()}
    found = believed(counts, samples, slack=2)["bucket"]
    assert found.seen.tolist() == [[True, False, True]]
    assert found.values[0, 1].tolist() == [0, 0]
