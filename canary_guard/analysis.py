"""From a source's answers to a run: count, estimate, judge, and check what side by side cannot see."""

from collections.abc import Iterable
from dataclasses import replace

from canary_guard import __version__
from canary_guard.config.windows import choose_comparison
from canary_guard.explanation import conditions, explain
from canary_guard.judge.cold_start import overloaded
from canary_guard.judge.exits import exit_for
from canary_guard.judge.projection import at_peak, project
from canary_guard.judge.verdict import judge, verdict
from canary_guard.model.estimate import Estimate, Estimated, NoEstimate
from canary_guard.model.finding import CrossCheck, Finding, StrataEstimates
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.plan import Plan
from canary_guard.model.projection import Projection
from canary_guard.model.recipe import available, needs
from canary_guard.model.rule import ChangeCondition, leaves
from canary_guard.model.run import Run
from canary_guard.model.series import Reading, SourceFacts
from canary_guard.model.warm_up import WarmUpState
from canary_guard.model.window import Comparison, View, Windows
from canary_guard.sources.queries import asked_keys
from canary_guard.stats.by_pattern import estimate_strata
from canary_guard.stats.clipping import clipped
from canary_guard.stats.counting import Counted, count
from canary_guard.stats.exposure import per_second
from canary_guard.stats.small_counts import poisson_rate
from canary_guard.stats.tracing import traces, traces_by_pattern
from canary_guard.stats.warming import Warming, warming
from canary_guard.views import Change, cross_checked, estimates_of


def judge_readings(plan: Plan, facts: SourceFacts, windows: Windows, readings: tuple[Reading, ...]) -> Run:
    """From the source's answers to the run."""
    windows, readings = clipped(windows, readings)
    comparison, _ = choose_comparison(plan)
    counted = count(readings, plan=plan, comparison=comparison, windows=windows)
    return judge_counted(plan, facts, windows, counted, readings)


def judge_counted(
    plan: Plan, facts: SourceFacts, windows: Windows, counted: Counted, readings: tuple[Reading, ...]
) -> Run:
    """From what was counted to the run; the readings are those that it was counted from."""
    comparison, why = choose_comparison(plan)
    changes = _changes(plan)
    warm, estimates = _warmed(plan, changes, counted, windows)
    projected = _projected(plan, estimates)
    estimates = tuple(at_peak(one, projected) for one in estimates)
    strata = _strata(plan, warm)
    findings = judge(plan.rules, estimates, strata, levels=plan.levels, step=windows.after.step)
    findings = _unless_overloaded(plan, warm, findings)
    deciding, cross_checks, further = findings, tuple[CrossCheck, ...](), tuple[Estimated, ...]()
    if counted.main is View.ARMS:
        deciding, cross_checks, further = cross_checked(plan, counted, findings, estimates, step=windows.after.step)
    names = [name for name, _ in changes]
    before = counted.views.get(View.ARMS_BEFORE) if counted.main is View.ARMS else None
    why_so = explain(plan, counted, warm, _grown(estimates, further), strata)
    warnings = tuple(dict.fromkeys(warning for reading in readings for warning in reading.warnings))
    reached, kinds = verdict(deciding, partial=bool(warnings))
    failures = tuple(reading for reading in readings if reading.failure is not None)
    return Run(
        tool=f"canary-guard {__version__}",
        verdict=reached,
        undetermined=kinds,
        exit=exit_for(reached, kinds, deciding, plan=plan, failures=failures),
        comparison=comparison,
        comparison_note=why,
        windows=windows,
        warm_up=warm.found if counted.main is View.ARMS else None,
        findings=deciding,
        cross_checks=cross_checks,
        estimates=(*estimates, *(one for one in further if one not in estimates)),
        strata=strata,
        projection=projected,
        causes=why_so[0],
        questions=why_so[1],
        traces=traces(counted.measurement, names, cost=plan.cost, db_load=plan.db_load),
        traces_before=traces(before, names, cost=plan.cost, db_load=plan.db_load) if before else (),
        traces_by_pattern=traces_by_pattern(
            counted.measurement, list(dict.fromkeys(one.condition.measure for one in strata))
        ),
        data_quality=counted.quality,
        warnings=warnings,
        source=facts,
        plan=plan,
        queries=readings,
    )


def _grown(estimates: Iterable[Estimated], further: Iterable[Estimated]) -> list[Estimated]:
    """What the causes are asked of: where the arms differed before the deploy, the growth of the difference."""
    known = {(one.measure, one.scale): one for one in further if one.comparison is Comparison.DIFF_IN_DIFF}
    return [known.get((one.measure, one.scale), one) for one in estimates]


def _warmed(
    plan: Plan, changes: Iterable[Change], counted: Counted, windows: Windows
) -> tuple[Warming, tuple[Estimated, ...]]:
    """What is known of the canary's warm-up, and the estimates of the part of the window that is judged."""
    warm = warming(counted.measurement, warmup=plan.warmup, deploy_time=windows.deploy_time, levels=plan.levels)
    estimates = estimates_of(plan, changes, warm.judged, shared=counted.of_shared)
    warm = warm.compared(estimates_of(plan, [("miss_rate", Scale.RATIO)], warm.late()))
    return warm, tuple(
        replace(one, recovery=warm.recovery(one.measure, one.scale, db_load=plan.db_load, levels=plan.levels))
        if isinstance(one, Estimate)
        else one
        for one in estimates
    )


def _projected(plan: Plan, estimates: Iterable[Estimated]) -> Projection | None:
    """At the peak; None without a capacity, and without an estimate of the whole change of queries per request."""
    known = {one.measure: one for one in estimates if isinstance(one, Estimate)}
    load = known.get("utilisation")
    if plan.capacity is None or load is None:
        return None
    return project(load, plan.capacity, known.get("db_time_per_query"))


def _unless_overloaded(plan: Plan, warm: Warming, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A cold start that alone is too much for the database is no matter of patience."""
    if warm.found.state is not WarmUpState.RECOVERING or plan.capacity is None:
        return findings
    (late,) = estimates_of(plan, [("utilisation", Scale.RATIO)], warm.last_half())
    traffic = [per_second(side, "requests") for side in (warm.whole.baseline, warm.whole.canary)]
    known = [one for one in traffic if one is not None]
    if isinstance(late, NoEstimate) or len(known) < 2:
        return findings
    # What the database was sent is a count: that it fell meanwhile makes it no less certain.
    queries, rate = late.events_canary, late.canary.point
    sent = poisson_rate(events=queries, exposure=queries / rate, alpha=plan.levels.alpha) if rate else None
    load = replace(late.canary, low=None if sent is None else sent.low)
    return overloaded(findings, load=load, requests_per_second=sum(known), capacity=plan.capacity)


def _changes(plan: Plan) -> list[Change]:
    """All that the plan's signals can say, and what its rules ask for."""
    keys = available(asked_keys(plan))
    wanted = {
        (measure.name, measure.scale)
        for measure in MEASURES.values()
        if (needed := needs(measure.name, cost=plan.cost, db_load=plan.db_load)) is not None
        and needed <= keys
        and (measure.name != "utilisation" or plan.capacity is not None)
    } | {(leaf.measure, leaf.scale) for rule in plan.rules for leaf in leaves(rule.when)}
    return [(name, scale) for name in MEASURES for scale in Scale if (name, scale) in wanted]


def _strata(plan: Plan, warm: Warming) -> tuple[StrataEstimates, ...]:
    """For each condition that is held against every stratum."""
    asked = dict.fromkeys(leaf for rule in plan.rules for leaf in leaves(rule.when))
    asked |= dict.fromkeys(conditions(plan) if plan.strata is not None else ())
    leaves_ = [leaf for leaf in asked if isinstance(leaf, ChangeCondition) and leaf.any_stratum]
    found = [estimate_strata(leaf, warm.judged, levels=plan.levels) for leaf in leaves_]
    if warm.found.state is not WarmUpState.RECOVERING:
        return tuple(found)
    return tuple(warm.still_cold(one, estimate_strata(one.condition, warm.late(), levels=plan.levels)) for one in found)
