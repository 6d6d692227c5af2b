"""What is asked of a source and what it answers: cumulative values on the edges of a grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from canary_guard.model.arrays import Vector
from canary_guard.model.signal import Scope, Selection, Selector
from canary_guard.model.window import Arm, Grid, Period


class Content(StrEnum):
    """What the values of a series are."""

    CUMULATIVE = "cumulative"
    """a counter's value at each of the grid's T + 1 edges"""
    INCREASE = "increase"
    """the increase within each of the grid's T intervals, stamped at the interval's end: summed by the server"""
    LEVEL = "level"
    """a gauge's value at each of the grid's T + 1 edges"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """One question to a source: this metric, split by these labels, on this grid."""

    key: str
    """The signal, or its part: `misses`, `miss_latency_sum`, `miss_latency_count`, `miss_latency_bucket`."""
    signal: str
    """The signal's name in the plan."""
    metric: str
    """The full metric name, suffix included; empty where `promql` is set."""
    promql: str | None = None
    """The user's own expression in place of metric and where."""
    content: Content
    where: Selector = ()
    scope: Scope
    select: Selection
    split: tuple[str, ...]
    """Labels whose values tell series apart: `(unit,)`, `(unit, "le")`, `(unit, stratum)`; () for one sum."""
    stratum: str | None = None
    """The label of the key pattern, where the answer is split by it."""
    period: Period
    grid: Grid
    reach: int
    """ms: a sample counts for an edge when it is younger than this (twice the scrape interval)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series of an answer."""

    arm: Arm | None
    """Which arm's selector its labels satisfy; None for neither, and for shared signals."""
    labels: tuple[str, ...]
    """The values of the reading's `split` labels, in that order; the empty string for an absent label."""
    values: Vector
    """One number per edge (T + 1), or per interval (T) for increases; finite and not negative; 0 where missing."""
    missing: tuple[int, ...] = ()
    """Indices, ascending, at which there was no usable sample: gaps."""
    unusable: int = 0
    """How many of the missing had a sample that was NaN, infinite, negative or no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a source could not answer one query, in its own words."""

    answer: str
    """What came back."""
    advice: str
    """What to do."""
    unreachable: bool
    """Whether no answer came at all (rather than a refusal of this query)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A query with its answer, or with the failure in its place."""

    query: SeriesQuery
    text: str
    """The query as the source understands it (PromQL)."""
    where: str
    """Where it was asked: the URL without credentials, or the file."""
    series: tuple[Series, ...] = ()
    summed_by_server: bool = False
    """More series than `max_series`: the server summed them, per arm, and the units are gone."""
    content: Content
    """What the values are; INCREASE where the server summed them."""
    split: tuple[str, ...]
    """The labels by which the answer really is split."""
    warnings: tuple[str, ...] = ()
    """The server's own: the answer may be partial."""
    infos: tuple[str, ...] = ()
    """The server's remarks that do not question the answer."""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What a source says about itself before it is asked for series."""

    description: str
    """`Prometheus at https://…` or `recording FILE`; without credentials."""
    scrape_interval: int | None
    """ms, the median spacing of raw samples, to three significant digits; None where no sample was found."""
    earliest: int | None = None
    """ms; the source has nothing before it"""
    now: int | None = None
    """ms; a recording's end stands for the present"""
    deploy_time: int | None = None
    """ms; from a recording's header"""
    details: Mapping[str, str] | None = None
    """Version and the like, for the report."""
