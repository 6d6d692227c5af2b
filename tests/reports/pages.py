"""Runs that are hard on the page: twelve charts with gaps, windows of different grids, nothing measured."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import log

import numpy as np

from canary_guard.judge.verdict import judge, verdict
from canary_guard.model.arrays import frozen
from canary_guard.model.estimate import Estimate, Estimated, Interval, Tail
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.rule import Rule, Severity
from canary_guard.model.run import DataQuality, Exit, Run, Trace, UnitQuality, Verdict
from canary_guard.model.series import SourceFacts
from canary_guard.model.window import Arm, Comparison, Grid, Period, Windows
from tests.builders import START, a_grid, a_plan, a_reading, a_rule, a_run, an_estimate, drops, no_estimate, rises
from tests.reports.runs import RUNS, hostile, many_patterns

LEVELS: dict[str, tuple[float, float]] = {
    "hit_rate": (0.9915, 0.9808),
    "miss_rate": (0.0085, 0.0192),
    "db_load_per_request": (0.0147, 0.0310),
    "db_load_per_miss": (1.25, 1.16),
    "miss_latency_mean": (0.0046, 0.0037),
    "miss_latency_p50": (0.0031, 0.0026),
    "miss_latency_p95": (0.0121, 0.0117),
    "miss_latency_p99": (0.0242, 0.0231),
    "hit_latency_mean": (0.00041, 0.00039),
    "amplification": (11.2, 9.5),
    "origin_load": (0.095, 0.182),
    "set_rate": (1.0, 0.99),
}
"""Twelve measures, baseline and canary, as in an incident with a changed key prefix."""

HEALTHY = {measure: (baseline, baseline * 1.004) for measure, (baseline, _) in LEVELS.items()} | {
    "hit_rate": (0.9915, 0.9914)
}

RULES = (
    a_rule(),
    a_rule("origin-load", title="A miss costs the origin more than it did", when=rises("origin_load", "30%")),
    a_rule("db-load", title="Database load", severity=Severity.WARN, when=rises("db_load_per_request", "15%")),
    a_rule("miss-latency", title="Miss latency", severity=Severity.WARN, when=rises("miss_latency_p95", "25%")),
    a_rule("set-failures", title="Values are not stored", severity=Severity.WARN, when=drops("set_rate", "20%")),
)


def a_long_trace(measure: str, arm: Arm, grid: Grid, level: float, *, seed: int) -> Trace:
    """A level with noise that has a memory, and with gaps."""
    rng = np.random.default_rng(seed)
    noise = np.zeros(grid.intervals)
    for index in range(1, grid.intervals):
        noise[index] = 0.5 * noise[index - 1] + rng.normal(0, 0.12)
    share = MEASURES[measure].scale is Scale.DIFFERENCE
    values = level + (1 - level if share else level) * noise
    missing = tuple(index for index in range(grid.intervals) if index % 50 in (20, 21, 23))
    values[list(missing)] = 0
    return Trace(measure=measure, side=arm, start=grid.start, step=grid.step, values=frozen(values), missing=missing)


def estimate_of(measure: str, baseline: float, canary: float, comparison: Comparison) -> Estimate:
    ratio = MEASURES[measure].scale is Scale.RATIO
    estimate = an_estimate(
        measure,
        comparison=comparison,
        baseline=baseline,
        canary=canary,
        theta=log(canary / baseline) if ratio else canary - baseline,
        half=0.10 if ratio else 0.0016,
    )
    if ratio:
        return estimate
    low, high = (Interval(point=level, low=level - 0.001, high=level + 0.001) for level in (baseline, canary))
    return replace(estimate, baseline=low, canary=high)


def judged(run: Run, rules: tuple[Rule, ...], estimates: tuple[Estimated, ...]) -> Run:
    """The run with these estimates, and with what `judge` makes of them."""
    levels = run.plan.levels
    findings = judge(rules, estimates, levels=levels, step=run.windows.after.step)
    reached, kinds = verdict(findings, partial=bool(run.warnings))
    return replace(
        run,
        plan=replace(run.plan, rules=rules),
        estimates=estimates,
        findings=findings,
        verdict=reached,
        undetermined=kinds,
        exit=Exit(code={Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}[reached]),
    )


def a_full_run(levels: dict[str, tuple[float, float]] = LEVELS, *, intervals: int = 120) -> Run:
    """Twelve measures over 120 intervals with gaps, restarts and warnings."""
    grid = a_grid(intervals=intervals)
    traces = tuple(
        a_long_trace(measure, arm, grid, level, seed=7 * number + place)
        for number, (measure, both) in enumerate(levels.items())
        for place, (arm, level) in enumerate(zip(Arm, both, strict=True))
    )
    run = a_run(
        windows=Windows(after=grid, before=None, deploy_time=START + 30_000, scrape_interval=15_000),
        traces=traces,
        traces_before=tuple(replace(one, start=grid.start - one.step * intervals) for one in traces),
        queries=tuple(
            a_reading(key, grid=grid) for key in ("db_queries", "hits", "misses", "requests", "miss_latency_bucket")
        ),
        data_quality=DataQuality(
            units=tuple(
                UnitQuality(
                    arm=arm,
                    period=Period.AFTER,
                    unit=f"shop-api-{arm}-7d9f8b6c5-{number:05x}",
                    resets=number % 2,
                    expected=intervals,
                    gaps=3 * number,
                    appeared=number == 2,
                )
                for arm, count in ((Arm.BASELINE, 3), (Arm.CANARY, 2))
                for number in range(count)
            ),
            gap_share=0.05,
            unusable_samples=2,
            notes=("The canary's pods changed within the window.",),
        ),
    )
    estimates = tuple(
        estimate_of(measure, baseline, canary, Comparison.CONCURRENT) for measure, (baseline, canary) in levels.items()
    )
    return judged(run, RULES, estimates)


def a_healthy_run() -> Run:
    return a_full_run(HEALTHY)


def a_late_run() -> Run:
    """A fault that began in the last half: over the whole window the change is not proved."""
    run = a_full_run()
    late = Interval(point=0.8, low=0.5, high=1.1)
    tail = Tail(start=START + 60 * 15_000, intervals=60, change=late, thin=False)
    estimates = tuple(
        replace(one, change=Interval(point=0.2, low=-0.1, high=0.5), half=tail)
        if isinstance(one, Estimate) and one.measure == "db_load_per_request"
        else one
        for one in run.estimates
    )
    return judged(run, RULES, estimates)


def a_before_after_run() -> Run:
    """Two windows of different length and step; the deploy lies between them."""
    before = a_grid(intervals=20, start=START - 20 * 30_000, step=30_000)
    after = a_grid(intervals=48)
    traces = tuple(
        a_long_trace(measure, arm, grid, level, seed=number)
        for number, (measure, both) in enumerate(LEVELS.items())
        for arm, grid, level in zip(Arm, (before, after), both, strict=True)
    )
    plan = a_plan(select=replace(a_plan().select, baseline=None, canary=None))
    run = a_run(
        plan=plan,
        comparison=Comparison.BEFORE_AFTER,
        comparison_note="before and after the deploy, because only select.all is given",
        windows=Windows(
            after=after,
            before=before,
            deploy_time=START - 5_000,
            scrape_interval=15_000,
            notes=("The window before the deploy was clipped to the data.",),
        ),
        traces=traces,
        queries=(a_reading(grid=after),),
        source=SourceFacts(description="recording incident.jsonl.gz", scrape_interval=15_000, details={"lab": "shop"}),
    )
    estimates = tuple(
        estimate_of(measure, baseline, canary, Comparison.BEFORE_AFTER)
        for measure, (baseline, canary) in LEVELS.items()
    )
    return judged(run, RULES, estimates)


def an_unmeasured_run() -> Run:
    """One unit an arm, too little traffic: no measure has an estimate, and some have no value at all."""
    grid = a_grid(intervals=12)
    empty = Trace(
        measure="hit_rate",
        side=Arm.CANARY,
        start=grid.start,
        step=grid.step,
        values=frozen(np.zeros(12)),
        missing=tuple(range(12)),
    )
    run = a_run(
        windows=Windows(after=grid, before=None, deploy_time=None, scrape_interval=15_000),
        traces=(a_long_trace("db_load_per_request", Arm.BASELINE, grid, 0.0147, seed=1), empty),
        queries=(a_reading(grid=grid),),
    )
    estimates = tuple(
        no_estimate(measure, f"fewer than {run.plan.levels.minimum.misses:g} misses in the canary")
        for measure in LEVELS
    )
    return judged(run, RULES, estimates)


PAGES: Mapping[str, Callable[[], Run]] = {
    **RUNS,
    "hostile": hostile,
    "large-before-after": a_before_after_run,
    "many-patterns": many_patterns,
    "large-fail": a_full_run,
    "large-late": a_late_run,
    "large-pass": a_healthy_run,
    "unmeasured": an_unmeasured_run,
}
"""Every run that a page is made of in the tests."""
