"""What is asked of a source: a plan and its windows in, `SeriesQuery`s out; just what its measures need."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import assert_never

from canary_guard.errors import SourceError
from canary_guard.model.measure import MEASURES, QUANTILE_SIGNAL
from canary_guard.model.plan import Plan
from canary_guard.model.recipe import available, needs
from canary_guard.model.series import Content, Failure, Reading, SeriesQuery
from canary_guard.model.signal import Counter, Gauge, Histogram, Increase, Scope, Selector, Signal, Summary
from canary_guard.model.window import Grid, Period, Windows
from canary_guard.sources.promql import promql_text

UP = "up"
"""The gauge that says which units a source expects to answer."""

LOOKUPS = frozenset({"hits", "misses", "lookups"})
"""Any two of these give the third."""


STRATIFIED = LOOKUPS | {"db_queries", "miss_latency_count", "miss_latency_sum"}
"""What is judged per key pattern, or standardised by it."""

BY_STRATUM = " by stratum"
"""Behind the key of a query that is split by key pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One key that a signal gives, and what is read for it."""

    key: str
    signal: Signal
    metric: str = ""
    promql: str | None = None
    content: Content = Content.CUMULATIVE
    where: Selector = ()
    buckets: bool = False
    stratum: str | None = None

    def split(self, unit: str) -> tuple[str, ...]:
        """The labels that tell its series apart; a shared signal has no units."""
        if self.signal.scope is Scope.SHARED:
            return ("le",) if self.buckets else ()
        if self.stratum is not None:
            return (unit, self.stratum)
        return (unit, "le") if self.buckets else (unit,)


def asked_keys(plan: Plan) -> frozenset[str]:
    """Every key that the plan's signals can give, whether or not a measure needs it."""
    return frozenset(part.key for part in parts(plan) if part.content is not Content.LEVEL)


def parts(plan: Plan) -> tuple[Part, ...]:
    """Every key that the plan's signals can give, with what is read for it, sorted by key."""
    found = (part for signal in plan.signals for part in _parts(signal))
    return tuple(sorted(found, key=lambda part: part.key))


def series_queries(plan: Plan, windows: Windows) -> tuple[SeriesQuery, ...]:
    """The queries of a run, the window after the deploy first, each window's sorted by key.

    What was so before the deploy is asked whatever the comparison: the checks around it need it.
    """
    wanted = _wanted(plan)
    after = frozenset().union(*wanted)
    shared = frozenset(part.key for part in parts(plan) if part.signal.scope is Scope.SHARED)
    if windows.before is None:
        # A shared signal is compared before and after the deploy or not at all.
        after -= shared
    queries = [*_queries(plan, windows, after, period=Period.AFTER, grid=windows.after)]
    if windows.before is not None:
        queries += _queries(plan, windows, after, period=Period.BEFORE, grid=windows.before)
    return tuple(queries)


def failed(queries: Iterable[SeriesQuery], error: SourceError) -> tuple[Reading, ...]:
    """The answer of a source that could not be asked at all: every query with the same failure."""
    failure = Failure(answer=error.answer, advice=error.advice, unreachable=error.unreachable)
    return tuple(
        Reading(
            query=query,
            text=promql_text(query),
            where=error.where,
            content=query.content,
            split=query.split,
            failure=failure,
        )
        for query in queries
    )


def _wanted(plan: Plan) -> Sequence[AbstractSet[str]]:
    """For each measure that the plan's signals can give, the keys to read."""
    keys = asked_keys(plan)
    found = []
    for measure in MEASURES.values():
        needed = needs(measure.name, cost=plan.cost, db_load=plan.db_load)
        if needed is not None and needed <= available(keys):
            found.append((needed | LOOKUPS if needed & LOOKUPS else needed) & keys)
    return found


def _queries(
    plan: Plan, windows: Windows, keys: AbstractSet[str], *, period: Period, grid: Grid
) -> Iterable[SeriesQuery]:
    asked = [part for part in parts(plan) if part.key in keys or part.key == UP]
    for part in (*asked, *_by_stratum(plan, asked)):
        yield SeriesQuery(
            key=part.key,
            signal=part.signal.name,
            metric=part.metric,
            promql=part.promql,
            content=part.content,
            where=part.where,
            scope=part.signal.scope,
            select=plan.select,
            split=part.split(plan.unit),
            stratum=part.stratum,
            period=period,
            grid=grid,
            reach=2 * windows.scrape_interval,
        )


def _by_stratum(plan: Plan, asked: Iterable[Part]) -> Iterable[Part]:
    """What is asked per key pattern, too: lookups, what they cost, and what names a pattern label of its own."""
    if plan.strata is None:
        return
    for part in asked:
        signal = part.signal
        label = signal.stratum or (plan.strata if part.key in LOOKUPS else None)
        countable = part.content is Content.CUMULATIVE and not part.buckets and signal.scope is Scope.ARM
        if countable and label is not None and part.key in STRATIFIED:
            yield replace(part, key=f"{part.key}{BY_STRATUM}", stratum=label)


def _parts(signal: Signal) -> Iterable[Part]:
    match signal.reads:
        case Counter(metric=metric, where=where):
            yield Part(key=signal.name, signal=signal, metric=metric, where=where)
        case Gauge(metric=metric, where=where):
            yield Part(key=signal.name, signal=signal, metric=metric, where=where, content=Content.LEVEL)
        case Histogram(metric=metric, where=where) | Summary(metric=metric, where=where):
            for suffix in ("_count", "_sum"):
                yield Part(key=signal.name + suffix, signal=signal, metric=metric + suffix, where=where)
            if signal.reads.kind == "histogram" and signal.name == QUANTILE_SIGNAL:
                key, metric = f"{signal.name}_bucket", f"{metric}_bucket"
                yield Part(key=key, signal=signal, metric=metric, where=where, buckets=True)
        case Increase(promql=promql):
            yield Part(key=signal.name, signal=signal, promql=promql, content=Content.INCREASE)
        case _ as never:
            assert_never(never)
