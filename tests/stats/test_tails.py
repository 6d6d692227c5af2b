import math

import pytest

from canary_guard.model.estimate import Undetermined
from canary_guard.model.recipe import recipe
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import Pair, align
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.log_ratio import log_ratio
from canary_guard.stats.refusal import Refusal
from canary_guard.stats.tails import HALF, QUARTER, tail
from tests.builders import START, STEP, a_grid, a_measurement

RECIPE = recipe("miss_rate", cost=None, db_load="db_queries")
ROW: list[float] = [10.0, 12.0, 9.0, 11.0] * 10


def estimator(pair: Pair) -> Change | Refusal:
    assert RECIPE is not None
    return log_ratio(pair, RECIPE, fewest=20)


def pair(
    canary: list[float | None], *, comparison: Comparison = Comparison.CONCURRENT, baseline: list[float] = ROW
) -> Pair:
    assert RECIPE is not None
    measurement = a_measurement(
        baseline={"misses": [baseline], "lookups": [[1000.0] * len(baseline)]},
        canary={"misses": [canary], "lookups": [[1000.0] * len(canary)]},
        comparison=comparison,
    )
    return align(measurement, RECIPE.signals)


def test_the_last_part_at_half_the_level() -> None:
    whole = pair([*ROW[:30], *[30.0] * 10])
    found = tail(whole, QUARTER, grid=a_grid(), estimator=estimator, alpha=0.01)
    assert found is not None
    assert (found.start, found.intervals, found.thin) == (START + 30 * STEP, 10, False)
    alone = estimator(Pair(baseline=whole.baseline.last(10), canary=whole.canary.last(10), paired=True))
    assert isinstance(alone, Change)
    ends, _ = ends_of(alone, 0.005)
    assert found.change.low == pytest.approx(ends.low)
    assert found.change.high == pytest.approx(ends.high)


def test_a_gap_moves_the_beginning() -> None:
    whole = pair([None, None, *ROW[:38]])
    found = tail(whole, HALF, grid=a_grid(), estimator=estimator, alpha=0.01)
    assert found is not None
    assert (found.intervals, found.start) == (19, START + 21 * STEP)


def test_fewer_than_eight_intervals_are_no_part() -> None:
    short = pair(list(ROW[:31]), baseline=ROW[:31])
    assert tail(short, QUARTER, grid=a_grid(intervals=31), estimator=estimator, alpha=0.01) is None
    assert tail(short, HALF, grid=a_grid(intervals=31), estimator=estimator, alpha=0.01) is not None


def test_a_part_without_an_estimate_is_none() -> None:
    def refuse(_: Pair) -> Refusal:
        return Refusal(reason="no", undetermined=Undetermined.EXPOSURE)

    assert tail(pair(list(ROW)), HALF, grid=a_grid(), estimator=refuse, alpha=0.01) is None


def test_after_the_deploy_the_end_stands_against_all_that_was_before() -> None:
    whole = pair([*ROW[:30], *[21.0] * 10], comparison=Comparison.BEFORE_AFTER)
    found = tail(whole, QUARTER, grid=a_grid(), estimator=estimator, alpha=0.01)
    assert found is not None
    assert found.change.point == pytest.approx(math.log(21 / 10.5))
    assert (found.change.low, found.change.high) == (None, None)
