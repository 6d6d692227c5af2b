"""Recipes: how a measure is computed from sums over the window (statistics.md, section 2)."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from canary_guard.model.measure import MEASURES, QUANTILE_SIGNAL, Cost, CostKind


class Noise(StrEnum):
    """How the counting noise of a measure's events enters (statistics.md, section 2)."""

    EXACT = "exact"
    MEANS = "means"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One factor of a log-linear measure: `signal` sum to the power of `power` (+1 or -1)."""

    signal: str
    power: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a measure is computed from sums over the window: the product of its terms."""

    terms: tuple[Term, ...]
    events: str
    """The signal whose count is the noise; its denominator for the exact interval is the -1 term."""
    noise: Noise

    @property
    def signals(self) -> tuple[str, ...]:
        """The keys of all signals that it needs."""
        return tuple(dict.fromkeys((*(term.signal for term in self.terms), self.events)))


def _recipe(over: str, under: str, *, events: str, noise: Noise) -> Recipe:
    terms = (Term(signal=over, power=1), Term(signal=under, power=-1))
    return Recipe(terms=terms, events=events, noise=noise)


_RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "hit_rate": _recipe("hits", "lookups", events="misses", noise=Noise.EXACT),
        "miss_rate": _recipe("misses", "lookups", events="misses", noise=Noise.EXACT),
        "miss_latency_mean": _recipe(
            "miss_latency_sum", "miss_latency_count", events="miss_latency_count", noise=Noise.MEANS
        ),
        "hit_latency_mean": _recipe(
            "hit_latency_sum", "hit_latency_count", events="hit_latency_count", noise=Noise.MEANS
        ),
        "amplification": Recipe(
            terms=(
                Term(signal="miss_latency_sum", power=1),
                Term(signal="misses", power=-1),
                Term(signal="hit_latency_sum", power=-1),
                Term(signal="hits", power=1),
            ),
            events="misses",
            noise=Noise.MEANS,
        ),
        "eviction_rate": _recipe("evictions", "lookups", events="evictions", noise=Noise.EXACT),
        "expiration_rate": _recipe("expirations", "lookups", events="expirations", noise=Noise.EXACT),
        "set_rate": _recipe("sets", "misses", events="misses", noise=Noise.MEANS),
        "error_rate": _recipe("errors", "requests", events="errors", noise=Noise.EXACT),
        "retry_rate": _recipe("retries", "requests", events="retries", noise=Noise.MEANS),
        "coalesced_rate": _recipe("coalesced", "misses", events="misses", noise=Noise.MEANS),
        "negative_hit_rate": _recipe("negative_hits", "lookups", events="negative_hits", noise=Noise.EXACT),
        "db_error_rate": _recipe("db_errors", "requests", events="db_errors", noise=Noise.MEANS),
        "db_time_per_query": _recipe("db_seconds", "db_queries", events="db_queries", noise=Noise.MEANS),
        "utilisation": _recipe("db_queries", "requests", events="db_queries", noise=Noise.EXACT),
    }
)
"""Those that depend on nothing that is configured."""


def recipe(name: str, *, cost: Cost | None, db_load: str) -> Recipe | None:
    """How `name` is computed.

    `cost` is the cost of a miss in force, None if no signal can say it; `db_load` is the key of the signal that
    stands for database load, `db_queries` or `db_seconds`. None for what is no product of sums, as a quantile, and
    where there is no cost.
    """
    match name:
        case "db_load_per_request" if db_load == "db_queries":
            return _recipe(db_load, "requests", events=db_load, noise=Noise.EXACT)
        case "db_load_per_request":
            return _recipe(db_load, "requests", events="misses", noise=Noise.MEANS)
        case "db_load_per_miss":
            return _recipe(db_load, "misses", events="misses", noise=Noise.MEANS)
        case "origin_load":
            return _origin_load(cost)
        case _:
            return _RECIPES.get(name)


def _origin_load(cost: Cost | None) -> Recipe | None:
    if cost is None:
        return None
    if cost.kind is CostKind.FIXED:
        return _RECIPES["miss_rate"]
    over = {
        CostKind.LATENCY: "miss_latency_sum",
        CostKind.DB_SECONDS: "db_seconds",
        CostKind.DB_QUERIES: "db_queries",
    }[cost.kind]
    return _recipe(over, "lookups", events="misses", noise=Noise.MEANS)


def needs(name: str, *, cost: Cost | None, db_load: str) -> frozenset[str] | None:
    """The signal keys without which `name` has no estimate; None where no configuration of signals could say it."""
    if MEASURES[name].quantile is not None:
        return frozenset({f"{QUANTILE_SIGNAL}_bucket"})
    if name == "burst_ratio":
        return frozenset({"misses", "lookups"})
    found = recipe(name, cost=cost, db_load=db_load)
    return None if found is None else frozenset(found.signals)


def available(keys: AbstractSet[str]) -> frozenset[str]:
    """The keys together with the lookup counts that follow from two of them (hits, misses, lookups)."""
    lookups = {"hits", "misses", "lookups"}
    return frozenset(keys | lookups) if len(lookups & keys) >= 2 else frozenset(keys)
