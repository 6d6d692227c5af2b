"""How a signal is written, in a configuration or a pack, and the `Signal` that it means."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from canary_guard.config.fields import Keys, Label, Selector, Text, key
from canary_guard.config.nodes import Section, problem
from canary_guard.config.wording import Fault, RefusedError, listed, meant, quoted, unknown
from canary_guard.errors import Problem
from canary_guard.model.signal import (
    Counter,
    Gauge,
    Histogram,
    Increase,
    Instrument,
    NoData,
    Scope,
    Signal,
    Summary,
)

INSTRUMENTS = ("counter", "gauge", "histogram", "summary", "increase")
_COUNTS = ("counter", "increase")
_LATENCY = ("histogram", "summary")
_LEVEL = ("gauge",)
SIGNALS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("hits", "misses", "lookups", "requests", "db_queries", "db_seconds"), _COUNTS),
        **dict.fromkeys(("miss_latency", "hit_latency"), _LATENCY),
        **dict.fromkeys(("evictions", "expirations", "sets", "set_errors", "coalesced", "negative_hits"), _COUNTS),
        **dict.fromkeys(("errors", "timeouts", "retries", "db_errors"), _COUNTS),
        **dict.fromkeys(("memory_used", "memory_limit", "keys", "db_pool_in_use", "db_pool_size", "up"), _LEVEL),
    }
)
"""Every signal that there is, and the instruments that it can be read from."""

_PLACEHOLDERS = ("by", "step", "selector")
_PLACEHOLDER = re.compile(r"\$(\w+)")

Metric = Annotated[str, StringConstraints(pattern="^[a-zA-Z_:][a-zA-Z0-9_:]*$")]


class SignalEntry(Keys):
    """One signal: exactly one of the five instruments, and what goes with it."""

    counter: Metric | None = key("Name of a counter, read raw and differenced unit by unit.", None)
    gauge: Metric | None = key("Name of a gauge.", None)
    histogram: Metric | None = key("Base name of a histogram of seconds: `x` for `x_bucket`, `x_sum`, `x_count`.", None)
    summary: Metric | None = key("Base name of a sum of seconds and a count: `x` for `x_sum`, `x_count`.", None)
    increase: Text | None = key("Own PromQL for the increase per step, with `$by`, `$step` and `$selector`.", None)
    where: Selector | None = key("Label matchers of the metric.", None)
    stratum: Label | None = key("Label of the key pattern, in place of `strata`.", None)
    scope: Annotated[Scope, Field(strict=False)] = key("Whether the signal can tell the arms apart.", Scope.ARM)
    no_data: Annotated[NoData, Field(strict=False)] = key("What an empty answer means.", NoData.INCONCLUSIVE)

    @property
    def instruments(self) -> tuple[str, ...]:
        """The names of the instruments that are written: one, unless it is wrong."""
        return tuple(name for name in INSTRUMENTS if getattr(self, name))

    @model_validator(mode="after")
    def _one_instrument(self) -> Self:
        if len(self.instruments) != 1:
            found = f"found {listed(self.instruments)}" if self.instruments else "found none"
            raise RefusedError(f"expected one of {listed(INSTRUMENTS, last='or')}, {found}")
        for name in ("histogram", "summary"):
            metric = getattr(self, name)
            base = re.sub("_(bucket|sum|count)$", "", metric or "")
            if metric and metric != base:
                what = f"expected the name without its suffix, found {quoted(metric)}; did you mean `{base}`?"
                raise RefusedError(Fault(what=what, at=(name,)))
        if self.increase is not None:
            _check_promql(self.increase)
            if self.where is not None:
                what = "`where` does not go with `increase`; write the matchers into the expression"
                raise RefusedError(Fault(what=what, at=("where",)))
        return self

    def signal(self, name: str) -> Signal:
        """The record of the signal of this name."""
        return Signal(name=name, reads=self._instrument(), scope=self.scope, stratum=self.stratum, no_data=self.no_data)

    def _instrument(self) -> Instrument:
        where = self.where or ()
        if self.counter is not None:
            return Counter(metric=self.counter, where=where)
        if self.gauge is not None:
            return Gauge(metric=self.gauge, where=where)
        if self.histogram is not None:
            return Histogram(metric=self.histogram, where=where)
        if self.summary is not None:
            return Summary(metric=self.summary, where=where)
        return Increase(promql=self.increase or "")


def _check_promql(text: str) -> None:
    found = list(_PLACEHOLDER.finditer(text))
    for placeholder in found:
        if placeholder[1] not in _PLACEHOLDERS:
            known = [f"${name}" for name in _PLACEHOLDERS]
            what = f"unknown placeholder {quoted(placeholder[0])}{meant(placeholder[0], known)}"
            raise RefusedError(Fault(what=what, at=("increase",), offset=placeholder.start()))
    for name in ("by", "step"):
        if name not in {placeholder[1] for placeholder in found}:
            what = f"expected `${name}` in the expression, as in `sum by ($by) (increase(lookups_total[$step]))`"
            raise RefusedError(Fault(what=what, at=("increase",)))


Signals = Annotated[dict[str, SignalEntry], Field(json_schema_extra={"propertyNames": {"enum": [*SIGNALS]}})]


def signal_problems(tree: Section) -> list[Problem]:
    """Signals that nothing knows, and instruments that do not fit theirs."""
    section = tree.get("signals")
    problems: list[Problem] = []
    for name, entry in section.entries.items() if isinstance(section, Section) else ():
        if name not in SIGNALS:
            problems.append(problem(tree, ("signals", name), unknown("signal", name, SIGNALS), key=True))
            continue
        for instrument in entry.value.entries if isinstance(entry.value, Section) else ():
            if instrument in INSTRUMENTS and instrument not in SIGNALS[name]:
                what = f"`{name}` is read from a {listed(SIGNALS[name], last='or')}, not from a `{instrument}`"
                problems.append(problem(tree, ("signals", name, instrument), what, key=True))
    return problems
