"""Signals: what is counted at a source, written so that any source can answer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class MatchOperator(StrEnum):
    """How a label is matched, as in PromQL."""

    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One label matcher; regular expressions are anchored at both ends, an absent label is the empty string."""

    label: str
    operator: MatchOperator
    value: str


Selector = tuple[Matcher, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A monotonic counter, read raw."""

    metric: str
    where: Selector = ()
    kind: Literal["counter"] = "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A value that goes up and down."""

    metric: str
    where: Selector = ()
    kind: Literal["gauge"] = "gauge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """A classic histogram of seconds: `<metric>_bucket` (cumulative over `le`), `<metric>_sum`, `<metric>_count`."""

    metric: str
    where: Selector = ()
    kind: Literal["histogram"] = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A sum of seconds and a count: `<metric>_sum`, `<metric>_count`; it knows a mean but no quantiles."""

    metric: str
    where: Selector = ()
    kind: Literal["summary"] = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase:
    """The user's own PromQL for the increase per step, with `$by`, `$step` and `$selector`. Prometheus only."""

    promql: str
    kind: Literal["increase"] = "increase"


Instrument = Counter | Gauge | Histogram | Summary | Increase


class Scope(StrEnum):
    """Whether a signal can tell the arms apart."""

    ARM = "arm"
    SHARED = "shared"


class NoData(StrEnum):
    """What an empty answer for a signal means."""

    INCONCLUSIVE = "inconclusive"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A named signal and how it is read."""

    name: str
    reads: Instrument
    scope: Scope = Scope.ARM
    stratum: str | None = None
    """The label of the key pattern; None: the plan's `strata`."""
    no_data: NoData = NoData.INCONCLUSIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which series belong to the service and to its arms."""

    everything: Selector
    """`select.all`"""
    baseline: Selector | None = None
    canary: Selector | None = None
    shared: Selector | None = None
