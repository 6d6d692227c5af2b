"""Records for tests: each function gives a valid one, and every field can be set by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.cause import Cause, CauseStatus, Evidence
from canary_guard.model.estimate import (
    Candidate,
    Estimate,
    Estimated,
    Interval,
    Levels,
    Method,
    MixPart,
    NoEstimate,
    StratumEstimate,
    Tail,
    Undetermined,
)
from canary_guard.model.finding import (
    Alarm,
    ConditionFinding,
    CrossCheck,
    CrossCheckId,
    Finding,
    Outcome,
    StrataEstimates,
)
from canary_guard.model.measure import MEASURES, BoundUnit, Cost, CostKind
from canary_guard.model.measurement import Increments, Measurement, Side
from canary_guard.model.plan import Cache, Capacity, Compare, ExitPlan, Mode, Plan, PrometheusPlan, TimePlan
from canary_guard.model.projection import ArmProjection, Projection
from canary_guard.model.rule import All, Any, Bound, ChangeCondition, Condition, Direction, NotAsked, Rule, Severity
from canary_guard.model.run import DataQuality, Exit, Run, Trace, UnitQuality, Verdict
from canary_guard.model.series import Content, Reading, Series, SeriesQuery, SourceFacts
from canary_guard.model.signal import Counter, Histogram, Matcher, MatchOperator, Scope, Selection, Selector, Signal
from canary_guard.model.window import Arm, Comparison, Grid, Period, Windows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START = 1_795_252_260_000
"""2026-11-21T09:11:00Z"""
STEP = 15_000


def equal(label: str, value: str) -> Matcher:
    return Matcher(label=label, operator=MatchOperator.EQUAL, value=value)


def a_selection() -> Selection:
    return Selection(
        everything=(equal("namespace", "shop"), equal("service", "shop-api")),
        baseline=(equal("track", "stable"),),
        canary=(equal("track", "canary"),),
    )


def a_grid(*, intervals: int = 40, start: int = START, step: int = STEP) -> Grid:
    return Grid(start=start, end=start + intervals * step, step=step)


def a_bound(text: str) -> Bound:
    """`10%`, `x1.2`, `0.5pp`, `5ms`, `0.01`: enough of the syntax for tests; the real one is in config."""
    if text.endswith("%"):
        return Bound(amount=float(text[:-1]) / 100, unit=BoundUnit.PERCENT, text=text)
    if text.startswith("x"):
        return Bound(amount=float(text[1:]), unit=BoundUnit.TIMES, text=text)
    if text.endswith("pp"):
        return Bound(amount=float(text[:-2]) / 100, unit=BoundUnit.POINTS, text=text)
    if text.endswith("ms"):
        return Bound(amount=float(text[:-2]) / 1000, unit=BoundUnit.SECONDS, text=text)
    return Bound(amount=float(text), unit=BoundUnit.NUMBER, text=text)


def rises(measure: str, bound: str) -> ChangeCondition:
    return ChangeCondition(measure=measure, direction=Direction.RISES, bound=a_bound(bound))


def drops(measure: str, bound: str) -> ChangeCondition:
    return ChangeCondition(measure=measure, direction=Direction.DROPS, bound=a_bound(bound))


def a_rule(
    id: str = "origin-regression",  # noqa: A002 - the record's own field name
    *,
    title: str = "The database is doing work that the cache used to do",
    severity: Severity = Severity.FAIL,
    when: Condition | None = None,
    advice: str = "Roll back or disable the change first; tune later.",
) -> Rule:
    when = when or All(
        parts=(
            Any(parts=(drops("hit_rate", "0.5pp"), rises("miss_rate", "25%"))),
            rises("db_load_per_request", "15%"),
        )
    )
    return Rule(id=id, title=title, severity=severity, when=when, advice=advice)


def signals() -> tuple[Signal, ...]:
    return (
        Signal(name="db_queries", reads=Counter(metric="app_db_queries_total")),
        Signal(name="hits", reads=Counter(metric="app_cache_requests_total", where=(equal("result", "hit"),))),
        Signal(name="miss_latency", reads=Histogram(metric="app_cache_miss_duration_seconds")),
        Signal(name="misses", reads=Counter(metric="app_cache_requests_total", where=(equal("result", "miss"),))),
        Signal(name="requests", reads=Counter(metric="app_http_requests_total")),
    )


def a_plan(**changes: object) -> Plan:
    plan = Plan(
        service="shop-api",
        source=PrometheusPlan(url="http://127.0.0.1:9090"),
        select=a_selection(),
        signals=signals(),
        unit="pod",
        strata=None,
        compare=Compare.AUTO,
        times=TimePlan(now=START + 700_000, deploy_time=START - 10_000),
        cache=Cache.SHARED,
        rules=(a_rule(), a_rule("hit-rate", title="Hit rate", severity=Severity.WARN, when=drops("hit_rate", "0.5pp"))),
        not_asked=(
            NotAsked(
                id="capacity", title="The database would be full", severity=Severity.FAIL, reason="no capacity is set"
            ),
        ),
        levels=Levels(),
        cost=Cost(kind=CostKind.LATENCY),
        db_load="db_queries",
        mode=Mode.ENFORCE,
        exits=ExitPlan(),
        config_file="canary-guard.yaml",
    )
    return replace(plan, **changes)  # type: ignore[arg-type] # tests name fields of Plan


def increments(values: Sequence[Sequence[float | None]], *, units: Sequence[str] | None = None) -> Increments:
    """Rows are units, columns intervals; None is a gap."""
    names = tuple(units) if units else tuple(f"pod-{index + 1}" for index in range(len(values)))
    filled = np.array([[0.0 if value is None else float(value) for value in row] for row in values])
    seen = np.array([[value is not None for value in row] for row in values])
    return Increments(units=names, values=frozen(filled), seen=frozen(seen), alive=frozen(np.ones_like(seen)))


def a_side(grid: Grid, **signals: Sequence[Sequence[float | None]]) -> Side:
    return Side(grid=grid, signals={key: increments(rows) for key, rows in signals.items()}, buckets={}, missing={})


def a_measurement(
    *,
    baseline: Mapping[str, Sequence[Sequence[float | None]]],
    canary: Mapping[str, Sequence[Sequence[float | None]]],
    comparison: Comparison = Comparison.CONCURRENT,
) -> Measurement:
    """Sides of plain numbers: `{"misses": [[1, 2, None]], …}`; before-after sides follow each other in time."""
    length = len(next(iter(baseline.values()))[0])
    other = len(next(iter(canary.values()))[0])
    after = a_grid(intervals=other)
    before = after
    if comparison is Comparison.BEFORE_AFTER:
        before = a_grid(intervals=length, start=START - length * STEP)
    return Measurement(comparison=comparison, baseline=a_side(before, **baseline), canary=a_side(after, **canary))


def an_estimate(
    measure: str = "db_load_per_request",
    *,
    baseline: float = 0.0147,
    canary: float = 0.0310,
    theta: float = 0.746,
    half: float = 0.12,
    **changes: object,
) -> Estimate:
    """An estimate whose intervals are symmetric: `theta ± half` at alpha, 0.7 of it at alpha_within."""
    estimate = Estimate(
        measure=measure,
        comparison=Comparison.CONCURRENT,
        scale=MEASURES[measure].scale,
        baseline=Interval(point=baseline, low=baseline * 0.95, high=baseline * 1.05),
        canary=Interval(point=canary, low=canary * 0.95, high=canary * 1.05),
        change=Interval(point=theta, low=theta - half, high=theta + half),
        change_within=Interval(point=theta, low=theta - 0.7 * half, high=theta + 0.7 * half),
        half=Tail(
            start=START + 300_000,
            intervals=20,
            change=Interval(point=theta, low=theta - 1.5 * half, high=theta + 1.5 * half),
            thin=False,
        ),
        quarter=Tail(
            start=START + 450_000,
            intervals=10,
            change=Interval(point=theta, low=theta - 2 * half, high=theta + 2 * half),
            thin=False,
        ),
        thin=False,
        method=Method.TIME,
        candidates=(Candidate(method=Method.TIME, variance=(half / 2.6) ** 2, degrees=7),),
        intervals=40,
        events_baseline=585,
        events_canary=1236,
    )
    return replace(estimate, **changes)  # type: ignore[arg-type] # tests name fields of Estimate


def no_estimate(
    measure: str = "db_load_per_request",
    reason: str = "fewer than 20 misses",
    undetermined: Undetermined = Undetermined.EXPOSURE,
    **changes: object,
) -> NoEstimate:
    nothing = NoEstimate(
        measure=measure,
        comparison=Comparison.CONCURRENT,
        scale=MEASURES[measure].scale,
        reason=reason,
        undetermined=undetermined,
    )
    return replace(nothing, **changes)  # type: ignore[arg-type] # tests name fields of NoEstimate


def a_mix(plain: float, mix: float, *, half: float = 0.1) -> MixPart:
    """A split whose plain change has a symmetric interval."""
    return MixPart(plain=Interval(point=plain, low=plain - half, high=plain + half), mix=mix)


def in_any_stratum(condition: ChangeCondition) -> ChangeCondition:
    return replace(condition, any_stratum=True)


def a_stratum(
    name: str, baseline: float, canary: float, *, half: float = 0.003, p: float | None = 1.0, **changes: object
) -> StratumEstimate:
    """A key pattern's hit rate with a symmetric interval."""
    stratum = StratumEstimate(
        stratum=name,
        members=(name,),
        share_baseline=0.2,
        share_canary=0.2,
        estimate=an_estimate("hit_rate", baseline=baseline, canary=canary, theta=canary - baseline, half=half),
        p=p,
    )
    return replace(stratum, **changes)  # type: ignore[arg-type] # tests name fields of StratumEstimate


def strata_of(condition: ChangeCondition, *strata: StratumEstimate, **changes: object) -> StrataEstimates:
    found = StrataEstimates(condition=condition, strata=strata)
    return replace(found, **changes)  # type: ignore[arg-type] # tests name fields of StrataEstimates


def an_evidence(
    condition: ChangeCondition | None = None,
    *,
    baseline: float | None = 0.0146,
    canary: float | None = 0.0308,
    change: float | None = 0.742,
    outcome: Outcome = Outcome.EXCEEDED,
    **changes: object,
) -> Evidence:
    """What was seen of a condition; `changes` are those of its finding."""
    finding = a_condition_finding(condition, outcome, **changes)
    scale = finding.condition.scale
    return Evidence(finding=finding, scale=scale, baseline=baseline, canary=canary, change=change)


def a_cause(
    id: str = "key-change",  # noqa: A002 - the record's own field name
    status: CauseStatus = CauseStatus.LIKELY,
    *evidence: Evidence,
    title: str = "Keys are read under another name than they are written",
    advice: str = "Roll back. Compare how the two builds make their keys.",
) -> Cause:
    return Cause(id=id, title=title, status=status, evidence=evidence, advice=advice)


def a_projection(
    *, headroom: Interval | None = None, pool: int | None = 20, baseline: float = 44, canary: float = 92
) -> Projection:
    """At 3,000 requests a second, with room for 80 queries a second."""

    def around(value: float) -> Interval:
        return Interval(point=value, low=value * 0.9, high=value * 1.1)

    def arm(load: float) -> ArmProjection:
        return ArmProjection(
            queries_per_second=around(load),
            utilisation=around(load / 80),
            busy_connections=around(load * 0.002),
            chance_to_wait=None if pool is None else around(load * 1e-4),
            mean_wait=None,
        )

    return Projection(
        capacity=Capacity(peak_requests_per_second=3000, db_queries_per_second=80, db_pool_size=pool),
        baseline=arm(baseline),
        canary=arm(canary),
        headroom=headroom or Interval(point=0.75, low=0.42, high=None),
    )


def a_check(
    id: CrossCheckId = CrossCheckId.PLACEBO,  # noqa: A002 - the record's own field name
    alarm: Alarm = Alarm.CLEAR,
    sentence: str = "the arms did not differ before the deploy",
) -> CrossCheck:
    return CrossCheck(id=id, alarm=alarm, sentence=sentence)


def a_condition_finding(
    condition: ChangeCondition | None = None, outcome: Outcome = Outcome.EXCEEDED, **changes: object
) -> ConditionFinding:
    finding = ConditionFinding(
        condition=condition or rises("db_load_per_request", "15%"), comparison=Comparison.CONCURRENT, outcome=outcome
    )
    return replace(finding, **changes)  # type: ignore[arg-type] # tests name fields of ConditionFinding


def a_reading(key: str = "misses", *, where: Selector | None = None, grid: Grid | None = None) -> Reading:
    grid = grid or a_grid()
    query = SeriesQuery(
        key=key,
        signal=key,
        metric="app_cache_requests_total",
        content=Content.CUMULATIVE,
        where=where or (equal("result", "miss"),),
        scope=Scope.ARM,
        select=a_selection(),
        split=("pod",),
        period=Period.AFTER,
        grid=grid,
        reach=2_000,
    )
    rising = frozen(np.arange(grid.intervals + 1, dtype=np.float64) * 7)
    return Reading(
        query=query,
        text='sum by (pod, track) (last_over_time(app_cache_requests_total{result="miss"}[1999ms]))',
        where="http://127.0.0.1:9090",
        series=(
            Series(arm=Arm.BASELINE, labels=("stable-1",), values=rising),
            Series(arm=Arm.CANARY, labels=("canary-1",), values=rising, missing=(3, 4)),
        ),
        content=Content.CUMULATIVE,
        split=("pod",),
    )


def a_trace(measure: str = "db_load_per_request", side: Arm = Arm.CANARY, *, level: float = 0.031) -> Trace:
    wave = np.array([level * (1 + 0.2 * ((index * 7) % 5 - 2) / 2) for index in range(40)])
    return Trace(measure=measure, side=side, start=START, step=STEP, values=frozen(wave))


def a_run(verdict: Verdict = Verdict.FAIL, **changes: object) -> Run:
    """A run of each verdict: `fail` (hit rate 99.15 to 98.08 %, database x2.11), `pass` (flat), `inconclusive`."""
    plan = a_plan()
    run = Run(
        tool="canary-guard 0.1.0",
        verdict=verdict,
        undetermined=(Undetermined.EXPOSURE,) if verdict is Verdict.INCONCLUSIVE else (),
        exit=Exit(code={Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}[verdict]),
        comparison=Comparison.CONCURRENT,
        comparison_note="side by side, because both arms are selected",
        windows=Windows(after=a_grid(), before=None, deploy_time=START - 10_000, scrape_interval=15_000),
        warm_up=None,
        findings=findings(plan, verdict),
        cross_checks=(),
        estimates=estimates(verdict),
        strata=(),
        projection=None,
        causes=(),
        questions=(),
        traces=tuple(
            a_trace(measure, side, level=level)
            for measure, low, high in (("hit_rate", 0.9915, 0.9808), ("db_load_per_request", 0.0147, 0.031))
            for side, level in ((Arm.BASELINE, low), (Arm.CANARY, high if verdict is Verdict.FAIL else low))
        ),
        data_quality=DataQuality(
            units=(
                UnitQuality(arm=Arm.BASELINE, period=Period.AFTER, unit="stable-1", resets=0, expected=40, gaps=0),
                UnitQuality(arm=Arm.CANARY, period=Period.AFTER, unit="canary-1", resets=1, expected=40, gaps=2),
            ),
            gap_share=0.025,
            unusable_samples=0,
        ),
        warnings=(),
        source=SourceFacts(description="Prometheus at http://127.0.0.1:9090", scrape_interval=15_000),
        plan=plan,
        queries=(a_reading(),),
    )
    return replace(run, **changes)  # type: ignore[arg-type] # tests name fields of Run


def estimates(verdict: Verdict) -> tuple[Estimated, ...]:
    match verdict:
        case Verdict.FAIL:
            return (
                an_estimate("hit_rate", baseline=0.9915, canary=0.9808, theta=-0.0107, half=0.002),
                an_estimate("miss_rate", baseline=0.0085, canary=0.0192, theta=0.816, half=0.13),
                an_estimate(),
            )
        case Verdict.PASS:
            return (
                an_estimate("hit_rate", baseline=0.9915, canary=0.9916, theta=0.0001, half=0.002),
                an_estimate("miss_rate", baseline=0.0085, canary=0.0084, theta=-0.01, half=0.13),
                an_estimate(baseline=0.0147, canary=0.0148, theta=0.007, half=0.12),
            )
        case Verdict.INCONCLUSIVE:
            return (no_estimate("hit_rate"), no_estimate("miss_rate"), no_estimate("db_load_per_request"))


def findings(plan: Plan, verdict: Verdict) -> tuple[Finding, ...]:
    outcome = {
        Verdict.FAIL: Outcome.EXCEEDED,
        Verdict.PASS: Outcome.WITHIN,
        Verdict.INCONCLUSIVE: Outcome.UNDETERMINED,
    }[verdict]
    unclear = outcome is Outcome.UNDETERMINED
    reason = "fewer than 20 misses" if unclear else None
    kind = Undetermined.EXPOSURE if unclear else None
    hit_rate = drops("hit_rate", "0.5pp")
    load = rises("db_load_per_request", "15%")
    conditions = tuple(
        a_condition_finding(condition, outcome, undetermined=kind, reason=reason)
        for condition in (hit_rate, rises("miss_rate", "25%"), load)
    )
    return (
        Finding(rule=plan.rules[0], outcome=outcome, undetermined=kind, conditions=conditions, reason=reason),
        Finding(rule=plan.rules[1], outcome=outcome, undetermined=kind, conditions=conditions[:1], reason=reason),
    )
