import pytest

from canary_guard.model.measure import CONTEXT, MEASURES, Cost, CostKind
from canary_guard.model.recipe import available, needs, recipe

NO_PRODUCT = CONTEXT | {"burst_ratio"}
"""Of signal sums."""


@pytest.mark.parametrize(
    "name", [name for name, one in MEASURES.items() if one.quantile is None and name not in NO_PRODUCT]
)
@pytest.mark.parametrize("db_load", ["db_queries", "db_seconds"])
def test_powers_sum_to_zero_so_that_scaling_all_traffic_changes_nothing(name: str, db_load: str) -> None:
    found = recipe(name, cost=Cost(kind=CostKind.LATENCY), db_load=db_load)
    assert found is not None
    assert sum(term.power for term in found.terms) == 0


def test_the_cost_of_a_miss_decides_what_origin_load_is_made_of() -> None:
    signals = {
        kind: recipe("origin_load", cost=Cost(kind=kind), db_load="db_queries").signals  # type: ignore[union-attr]
        for kind in CostKind
    }
    assert signals[CostKind.LATENCY] == ("miss_latency_sum", "lookups", "misses")
    assert signals[CostKind.DB_SECONDS] == ("db_seconds", "lookups", "misses")
    assert signals[CostKind.DB_QUERIES] == ("db_queries", "lookups", "misses")
    assert signals[CostKind.FIXED] == ("misses", "lookups")
    assert recipe("origin_load", cost=None, db_load="db_queries") is None


def test_database_load_counts_what_the_plan_says() -> None:
    assert needs("db_load_per_request", cost=None, db_load="db_queries") == frozenset({"db_queries", "requests"})
    assert needs("db_load_per_request", cost=None, db_load="db_seconds") == frozenset(
        {"db_seconds", "requests", "misses"}
    )


def test_quantiles_need_the_buckets_and_have_no_recipe() -> None:
    assert needs("miss_latency_p95", cost=None, db_load="db_queries") == frozenset({"miss_latency_bucket"})
    assert recipe("miss_latency_p95", cost=None, db_load="db_queries") is None


@pytest.mark.parametrize("given", [{"hits", "misses"}, {"hits", "lookups"}, {"misses", "lookups"}])
def test_two_lookup_counts_give_the_third(given: set[str]) -> None:
    assert available(given) == {"hits", "misses", "lookups"}


def test_one_lookup_count_gives_nothing_more() -> None:
    assert available({"hits", "requests"}) == {"hits", "requests"}
