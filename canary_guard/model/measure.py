"""Measures: numbers derived from signals, as data (design section 3)."""

from collections.abc import Mapping
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
    LOAD = "load"
    """of a capacity, 0 and up, shown in percent"""
    TIMES = "times"
    """a factor, such as amplification"""


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
            _measure(
                "db_time_per_query",
                "database time per query",
                Shape.SECONDS,
                (*_RATIO, BoundUnit.SECONDS),
                Scale.RATIO,
            ),
            _measure(
                "coalesced_rate",
                "misses that waited for another's rebuild, per miss",
                Shape.PER,
                _RATIO,
                Scale.RATIO,
                higher_is_worse=None,
            ),
            _measure(
                "negative_hit_rate",
                'stored "does not exist" per lookup',
                Shape.PER,
                _RATIO,
                Scale.RATIO,
                higher_is_worse=None,
            ),
            _measure("db_error_rate", "database errors per request", Shape.PER, (BoundUnit.NUMBER,), Scale.DIFFERENCE),
            _measure(
                "requests_per_second", "requests per second", Shape.PER, _RATIO, Scale.RATIO, higher_is_worse=None
            ),
            _measure(
                "mix",
                "other traffic's part of the misses per lookup",
                Shape.TIMES,
                _RATIO,
                Scale.RATIO,
                higher_is_worse=None,
            ),
            _measure("cold_start", "misses per lookup at first against later", Shape.TIMES, _RATIO, Scale.RATIO),
            _measure(
                "cache_exposure",
                "lookups per second of an arm's own cache",
                Shape.PER,
                _RATIO,
                Scale.RATIO,
                higher_is_worse=None,
            ),
            _measure("burst_ratio", "worst interval of misses against its mean", Shape.TIMES, _RATIO, Scale.RATIO),
            _measure("utilisation", "utilisation of the database at peak", Shape.LOAD, _RATIO, Scale.RATIO),
        )
    }
)

CONTEXT = frozenset({"requests_per_second", "mix", "cold_start", "cache_exposure"})
"""What explains a change and is no change to judge: only causes are held against these."""

QUANTILE_SIGNAL = "miss_latency"
