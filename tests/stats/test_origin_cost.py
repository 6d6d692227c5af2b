from canary_guard.model.measure import Cost, CostKind
from canary_guard.stats.origin_cost import factor
from tests.builders import a_grid, a_side

GRID = a_grid(intervals=2)
TIMED = a_side(GRID, hit_latency_sum=[[1, None]], hit_latency_count=[[50, 1000]])
LATENCY = Cost(kind=CostKind.LATENCY)


def test_a_hit_of_the_baseline_is_the_unit_over_what_was_seen_of_both() -> None:
    assert factor("origin_load", baseline=TIMED, cost=LATENCY) == 50


def test_a_stated_cost_is_the_factor() -> None:
    assert factor("origin_load", baseline=TIMED, cost=Cost(kind=CostKind.FIXED, value=100)) == 100


def test_database_time_is_read_per_lookup() -> None:
    assert factor("origin_load", baseline=TIMED, cost=Cost(kind=CostKind.DB_SECONDS)) == 1


def test_hits_that_were_not_timed_have_no_unit() -> None:
    silent = a_side(GRID, hit_latency_sum=[[0, 0]], hit_latency_count=[[50, 1000]])
    assert factor("origin_load", baseline=a_side(GRID), cost=LATENCY) is None
    assert factor("origin_load", baseline=silent, cost=LATENCY) is None


def test_other_measures_are_read_as_they_are() -> None:
    assert factor("miss_rate", baseline=TIMED, cost=LATENCY) == 1
    assert factor("origin_load", baseline=TIMED, cost=None) == 1
