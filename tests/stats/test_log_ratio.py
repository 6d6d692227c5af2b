import math

import pytest

from canary_guard.model.estimate import Method, Undetermined
from canary_guard.model.recipe import recipe
from canary_guard.stats.alignment import align
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.log_ratio import log_ratio
from canary_guard.stats.refusal import Refusal
from tests.builders import a_measurement

Rows = list[list[float]]


def changed(measure: str, *, baseline: dict[str, Rows], canary: dict[str, Rows]) -> Change | Refusal:
    found = recipe(measure, cost=None, db_load="db_queries")
    assert found is not None
    return log_ratio(align(a_measurement(baseline=baseline, canary=canary), found.signals), found, fewest=20)


def misses(*, baseline: float, canary: float) -> Change | Refusal:
    return changed(
        "miss_rate",
        baseline={"misses": [[baseline] * 10], "lookups": [[1000.0] * 10]},
        canary={"misses": [[canary] * 10], "lookups": [[500.0] * 10]},
    )


def test_theta_is_the_logarithm_of_the_ratio_of_sums() -> None:
    found = misses(baseline=10, canary=10)
    assert isinstance(found, Change)
    assert found.point == pytest.approx(math.log(2))
    assert (found.events_baseline, found.events_canary) == (100, 100)
    assert not found.thin


def test_few_events_in_one_arm_are_thin_and_have_no_spread() -> None:
    found = misses(baseline=0.5, canary=10)
    assert isinstance(found, Change)
    assert found.thin
    assert found.candidates == ()
    assert found.point == pytest.approx(math.log(40))
    ends, method = ends_of(found, 0.01)
    assert method is Method.EXACT
    assert ends.low is not None
    assert math.log(10) < ends.low < math.log(40)


def test_few_events_in_both_arms_are_too_few() -> None:
    found = misses(baseline=0.5, canary=1)
    assert isinstance(found, Refusal)
    assert found.reason.startswith("fewer than 20 misses")


def test_a_mean_of_few_is_too_few_even_if_the_other_arm_has_many() -> None:
    found = changed(
        "db_load_per_miss",
        baseline={"misses": [[1.0] * 10], "db_queries": [[9.0] * 10]},
        canary={"misses": [[50.0] * 10], "db_queries": [[99.0] * 10]},
    )
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.EXPOSURE


def test_means_count_their_events_once_per_arm() -> None:
    arm = {"misses": [[5.0] * 10], "db_queries": [[9.0] * 10]}
    found = changed("db_load_per_miss", baseline=arm, canary=arm)
    assert isinstance(found, Change)
    (counts,) = [candidate for candidate in found.candidates if candidate.method is Method.COUNTS]
    assert counts.variance == pytest.approx(2 / 50)
    assert counts.degrees is None


def test_a_rate_of_many_against_none_has_an_open_end() -> None:
    found = changed(
        "set_rate",
        baseline={"misses": [[50.0] * 10], "sets": [[50.0] * 10]},
        canary={"misses": [[50.0] * 10], "sets": [[0.0] * 10]},
    )
    assert isinstance(found, Change)
    ends, _ = ends_of(found, 0.01)
    assert (found.thin, found.point, ends.low) == (True, None, None)


def test_few_sets_of_many_misses_against_none_prove_nothing() -> None:
    found = changed(
        "set_rate",
        baseline={"misses": [[50.0] * 10], "sets": [[0.5] * 10]},
        canary={"misses": [[50.0] * 10], "sets": [[0.0] * 10]},
    )
    assert isinstance(found, Refusal)
    assert found.reason.startswith("fewer than 20 sets")


def test_an_uneven_arm_widens_its_thin_interval() -> None:
    even = misses(baseline=0.5, canary=10)
    lumpy = changed(
        "miss_rate",
        baseline={"misses": [[0.5] * 10], "lookups": [[1000.0] * 10]},
        canary={"misses": [[55.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0]], "lookups": [[500.0] * 10]},
    )
    assert isinstance(even, Change)
    assert isinstance(lumpy, Change)
    wide, narrow = ends_of(lumpy, 0.01)[0].low, ends_of(even, 0.01)[0].low
    assert wide is not None
    assert narrow is not None
    assert wide < narrow
