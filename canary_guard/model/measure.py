"""Measures: numbers derived from signals, as data. Definitions: design section 3, statistics.md section 2."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class BoundUnit(StrEnum):
    """The unit in which a bound is written."""

    PERCENT = "%"
    TIMES = "x"
    POINTS = "pp"
    SECONDS = "s"
    """written `5ms` or `0.2s`"""
    NUMBER = ""


class Scale(StrEnum):
    """How a change is measured."""

    RATIO = "ratio"
    """theta = ln(canary / baseline)"""
    DIFFERENCE = "difference"
    """theta = canary - baseline, in the measure's own unit"""


class Shape(StrEnum):
    """What kind of number a measure is, for formatting and for the choice of estimator."""

    SHARE = "share"
    """between 0 and 1, shown in percent"""
    PER = "per"
    """events per event"""
    SECONDS = "seconds"
    """a duration"""
    TIMES = "times"
    """a factor, such as amplification"""


class Noise(StrEnum):
    """How the counting noise of a measure's events enters (statistics.md, section 2)."""

    EXACT = "exact"
    MEANS = "means"


class CostKind(StrEnum):
    """What a miss is weighed by."""

    LATENCY = "latency"
    DB_SECONDS = "db_seconds"
    DB_QUERIES = "db_queries"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of a miss that this run uses."""

    kind: CostKind
    value: float | None = None
    """Stated amplification, with `fixed`."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure: its name, how a person reads it, and in which units its change may be bounded."""

    name: str
    title: str
    shape: Shape
    bounds: tuple[BoundUnit, ...]
    """Units that a bound on its change may have; the first is the natural one."""
    scale: Scale
    """The scale on which its change is judged unless the bound's unit asks for the other one."""
    higher_is_worse: bool | None
    """None: neither way."""
    quantile: float | None = None
    """For quantiles of a histogram."""


_RATIO = (BoundUnit.PERCENT, BoundUnit.TIMES)


def _measure(
    name: str,
    title: str,
    shape: Shape,
    bounds: tuple[BoundUnit, ...],
    scale: Scale,
    *,
    higher_is_worse: bool | None = True,
    quantile: float | None = None,
) -> Measure:
    return Measure(
        name=name,
        title=title,
        shape=shape,
        bounds=bounds,
        scale=scale,
        higher_is_worse=higher_is_worse,
        quantile=quantile,
    )


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            _measure(
                "hit_rate",
                "hit rate",
                Shape.SHARE,
                (BoundUnit.POINTS,),
                Scale.DIFFERENCE,
                higher_is_worse=False,
            ),
            _measure("miss_rate", "miss rate", Shape.SHARE, (*_RATIO, BoundUnit.POINTS), Scale.RATIO),
            _measure("db_load_per_request", "database load per request", Shape.PER, _RATIO, Scale.RATIO),
            _measure("db_load_per_miss", "database load per miss", Shape.PER, _RATIO, Scale.RATIO),
            _measure(
                "miss_latency_mean",
                "miss latency, mean",
                Shape.SECONDS,
                (*_RATIO, BoundUnit.SECONDS),
                Scale.RATIO,
            ),
            *(
                _measure(
                    f"miss_latency_p{percent}",
                    f"miss latency, p{percent}",
                    Shape.SECONDS,
                    (*_RATIO, BoundUnit.SECONDS),
                    Scale.RATIO,
                    quantile=percent / 100,
                )
                for percent in (50, 95, 99)
            ),
            _measure(
                "hit_latency_mean",
                "hit latency, mean",
                Shape.SECONDS,
                (*_RATIO, BoundUnit.SECONDS),
                Scale.RATIO,
            ),
            _measure("amplification", "amplification (miss cost / hit cost)", Shape.TIMES, _RATIO, Scale.RATIO),
            _measure("origin_load", "origin load", Shape.TIMES, _RATIO, Scale.RATIO),
            _measure("eviction_rate", "evictions per lookup", Shape.PER, _RATIO, Scale.RATIO),
            _measure("expiration_rate", "expirations per lookup", Shape.PER, _RATIO, Scale.RATIO),
            _measure("set_rate", "sets per miss", Shape.PER, _RATIO, Scale.RATIO, higher_is_worse=False),
            _measure("error_rate", "errors per request", Shape.SHARE, (BoundUnit.POINTS,), Scale.DIFFERENCE),
            _measure("retry_rate", "retries per request", Shape.PER, (BoundUnit.NUMBER,), Scale.DIFFERENCE),
        )
    }
)

QUANTILE_SIGNAL = "miss_latency"


def recipe(name: str, *, cost: Cost | None, db_load: str) -> Recipe | None:
    """How `name` is computed.

    `cost` is the cost of a miss in force, None if no signal can say it; `db_load` is the key of the signal that
    stands for database load, `db_queries` or `db_seconds`. None for quantiles, and where there is no cost.
    """
    exact_load = db_load == "db_queries"
    match name:
        case "hit_rate":
            return _recipe("hits", "lookups", events="misses", noise=Noise.EXACT)
        case "miss_rate":
            return _recipe("misses", "lookups", events="misses", noise=Noise.EXACT)
        case "db_load_per_request":
            events, noise = (db_load, Noise.EXACT) if exact_load else ("misses", Noise.MEANS)
            return _recipe(db_load, "requests", events=events, noise=noise)
        case "db_load_per_miss":
            return _recipe(db_load, "misses", events="misses", noise=Noise.MEANS)
        case "miss_latency_mean" | "hit_latency_mean":
            latency = name.removesuffix("_mean")
            return _recipe(f"{latency}_sum", f"{latency}_count", events=f"{latency}_count", noise=Noise.MEANS)
        case "amplification":
            return Recipe(
                terms=(
                    Term(signal="miss_latency_sum", power=1),
                    Term(signal="misses", power=-1),
                    Term(signal="hit_latency_sum", power=-1),
                    Term(signal="hits", power=1),
                ),
                events="misses",
                noise=Noise.MEANS,
            )
        case "origin_load":
            return _origin_load(cost)
        case "eviction_rate" | "expiration_rate":
            keys = name.removesuffix("_rate") + "s"
            return _recipe(keys, "lookups", events=keys, noise=Noise.EXACT)
        case "set_rate":
            return _recipe("sets", "misses", events="misses", noise=Noise.MEANS)
        case "error_rate":
            return _recipe("errors", "requests", events="errors", noise=Noise.EXACT)
        case "retry_rate":
            return _recipe("retries", "requests", events="retries", noise=Noise.MEANS)
        case _:
            return None


def _recipe(over: str, under: str, *, events: str, noise: Noise) -> Recipe:
    terms = (Term(signal=over, power=1), Term(signal=under, power=-1))
    return Recipe(terms=terms, events=events, noise=noise)


def _origin_load(cost: Cost | None) -> Recipe | None:
    if cost is None:
        return None
    if cost.kind is CostKind.FIXED:
        return recipe("miss_rate", cost=None, db_load="db_queries")
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
    found = recipe(name, cost=cost, db_load=db_load)
    return None if found is None else frozenset(found.signals)


def available(keys: AbstractSet[str]) -> frozenset[str]:
    """The keys together with the lookup counts that follow from two of them (hits, misses, lookups)."""
    lookups = {"hits", "misses", "lookups"}
    return frozenset(keys | lookups) if len(lookups & keys) >= 2 else frozenset(keys)
