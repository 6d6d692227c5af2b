"""The whole program on one page: a plan and a source in, a run out."""

from collections.abc import Callable
from dataclasses import replace

from canary_guard import __version__
from canary_guard.config.windows import choose_comparison, plan_windows
from canary_guard.errors import SourceError
from canary_guard.judge.exits import exit_for
from canary_guard.judge.verdict import judge, verdict
from canary_guard.model.measure import MEASURES, Scale, available, needs
from canary_guard.model.plan import Plan
from canary_guard.model.rule import leaves
from canary_guard.model.run import Run
from canary_guard.model.series import Reading, SourceFacts
from canary_guard.model.window import Windows
from canary_guard.sources.base import Source
from canary_guard.sources.queries import asked_keys, failed, series_queries
from canary_guard.stats.counting import count
from canary_guard.stats.estimating import estimate
from canary_guard.stats.tracing import traces


def check(plan: Plan, source: Source, *, progress: Callable[[int, int], None]) -> Run:
    """Ask the source, count, estimate and judge. A source that does not answer gives a run that says so."""
    comparison, _ = choose_comparison(plan)
    try:
        facts = source.facts(plan)
    except SourceError as error:
        facts = SourceFacts(description=error.where, scrape_interval=plan.times.scrape_interval)
        windows = plan_windows(plan, facts, comparison)
        return judge_readings(plan, facts, windows, failed(series_queries(plan, windows, comparison), error))
    windows = plan_windows(plan, facts, comparison)
    readings = source.read(series_queries(plan, windows, comparison), progress)
    return judge_readings(plan, facts, windows, readings)


def check_again(run: Run) -> Run:
    """Judge a record anew from its own series and plan: the same record gives the same run."""
    return judge_readings(run.plan, run.source, run.windows, run.queries)


def judge_readings(plan: Plan, facts: SourceFacts, windows: Windows, readings: tuple[Reading, ...]) -> Run:
    """From the source's answers to the run."""
    comparison, why = choose_comparison(plan)
    counted = count(readings, plan=plan, comparison=comparison, windows=windows)
    keys = available(asked_keys(plan))
    wanted = {
        (measure.name, measure.scale)
        for measure in MEASURES.values()
        if (needed := needs(measure.name, cost=plan.cost, db_load=plan.db_load)) is not None and needed <= keys
    } | {(leaf.measure, leaf.scale) for rule in plan.rules for leaf in leaves(rule.when)}
    order = [(name, scale) for name in MEASURES for scale in Scale if (name, scale) in wanted]
    estimates = tuple(
        estimate(name, scale, counted.measurement_of(name), levels=plan.levels, cost=plan.cost, db_load=plan.db_load)
        for name, scale in order
    )
    findings = judge(plan.rules, estimates, levels=plan.levels, step=windows.after.step)
    warnings = tuple(dict.fromkeys(warning for reading in readings for warning in reading.warnings))
    failures = tuple(reading for reading in readings if reading.failure is not None)
    reached, kinds = verdict(findings, partial=bool(warnings))
    return Run(
        tool=f"canary-guard {__version__}",
        verdict=reached,
        undetermined=kinds,
        exit=exit_for(reached, kinds, findings, plan=plan, failures=failures),
        comparison=comparison,
        comparison_note=why,
        windows=windows,
        findings=findings,
        estimates=estimates,
        traces=traces(counted.measurement, [name for name, _ in order], cost=plan.cost, db_load=plan.db_load),
        data_quality=counted.quality,
        warnings=warnings,
        source=facts,
        plan=replace(plan, config_file=plan.config_file),
        queries=readings,
    )
