"""The other judges, on counts small enough to judge by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.other_judges import OTHERS, rank_test, thresholds, two_proportions


def arms(canary: list[float], *, baseline: list[float], queries: float = 1.0) -> dict[str, Any]:
    """Misses of 100 lookups by interval, one pod each; `queries` per miss in the canary."""
    found = {}
    for name, misses, per_miss in (("baseline", baseline, 1.0), ("canary", canary, queries)):
        row = np.array([misses], dtype=float)
        found[name] = {"hits": 100 - row, "misses": row, "requests": 0 * row + 50, "db_queries": per_miss * row}
    return found


@pytest.mark.parametrize("judge", OTHERS.values(), ids=OTHERS)
def test_a_fault_fails_and_the_same_again_passes(judge: Any) -> None:  # noqa: ANN401 - any of them
    steady = [4.0, 5.0, 6.0, 5.0] * 5
    assert not judge(arms(steady, baseline=steady))
    assert judge(arms([3 * one for one in steady], baseline=steady))
    assert not judge(arms(steady, baseline=[3 * one for one in steady]))


def test_two_proportions_is_the_textbooks() -> None:
    """60 against 40 of 500: z = 20 / sqrt(500 * 2 * .1 * .9) = 2.11; at 1 % it is no rise yet."""
    found = arms([12.0] * 5, baseline=[8.0] * 5)
    assert two_proportions(found)
    assert not two_proportions(found, alpha=0.01)


def test_two_proportions_of_nothing_is_no_rise() -> None:
    assert not two_proportions(arms([0.0] * 5, baseline=[0.0] * 5))


def test_the_rank_test_wants_the_whole_interval_beyond_the_tolerance() -> None:
    """Every shift is 5, and 0.25 times 5 below it; shifts from 0 to 10 are not all beyond a quarter of their median."""
    assert rank_test(arms([10.0] * 20, baseline=[5.0] * 20))
    assert not rank_test(arms([10.0, 5.0] * 20, baseline=[5.0, 0.0] * 20), tolerance=1.0)


def test_the_rank_test_fails_with_either_metric() -> None:
    steady = [4.0, 5.0, 6.0, 5.0] * 5
    assert rank_test(arms(steady, baseline=steady, queries=2.0))


def test_the_rank_test_leaves_gaps_out() -> None:
    found = arms([20.0, 21.0] * 5, baseline=[5.0, 4.0] * 5)
    found["canary"]["hits"][0, 0] = found["canary"]["misses"][0, 0] = np.nan
    assert rank_test(found)


def test_thresholds_ask_for_both() -> None:
    assert thresholds(arms([6.0], baseline=[5.0]))
    assert not thresholds(arms([5.4], baseline=[5.0], queries=2.0))
    assert not thresholds(arms([6.0], baseline=[5.0], queries=0.9))
