"""The whole program on one page: a plan and a source in, a run out."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from canary_guard.analysis import judge_readings
from canary_guard.config.windows import choose_comparison, plan_windows
from canary_guard.errors import ConfigError, Problem, RecordingError, SourceError
from canary_guard.model.plan import Plan, TimePlan
from canary_guard.model.run import Run
from canary_guard.model.series import SourceFacts
from canary_guard.sources.base import Source
from canary_guard.sources.queries import failed, series_queries


def check(plan: Plan, source: Source, *, progress: Callable[[int, int], None]) -> Run:
    """Ask the source, count, estimate and judge. A source that does not answer gives a run that says so.

    RecordingError for a file that is no recording, or half of one.
    """
    comparison, _ = choose_comparison(plan)
    try:
        facts = source.facts(plan)
    except RecordingError:
        raise
    except SourceError as error:
        facts = SourceFacts(description=error.where, scrape_interval=plan.times.scrape_interval)
        windows = plan_windows(plan, facts, comparison)
        return judge_readings(plan, facts, windows, failed(series_queries(plan, windows), error))
    windows = plan_windows(plan, facts, comparison)
    return judge_readings(plan, facts, windows, source.read(series_queries(plan, windows), progress))


def check_again(run: Run, plan: Plan | None = None, *, given: Collection[str] = ()) -> Run:
    """Judge a record anew from its own series: by its own plan, which gives the same run, or by another.

    ConfigError where another plan would have read something else: only how it is judged may change. `given` has the
    times that were asked for by a flag; any other that is the usual one is taken for not asked.
    """
    if plan is None:
        return judge_readings(run.plan, run.source, run.windows, run.queries)
    differing = tuple(_differing(plan, run, given))
    if differing:
        what = "is not what the record was read with; only what is judged after reading can change: check anew"
        raise ConfigError(*(Problem(what=f"`{name}` {what}", file=plan.config_file) for name in differing))
    return judge_readings(replace(plan, times=run.plan.times), run.source, run.windows, run.queries)


_TIMES = ("window", "step", "settle", "scrape_interval", "start", "end", "deploy_time")


def _differing(plan: Plan, run: Run, given: Collection[str]) -> Iterator[str]:
    """What a plan would have read otherwise, by its keys in a configuration."""
    for name in ("select", "signals", "unit", "strata"):
        if getattr(plan, name) != getattr(run.plan, name):
            yield name
    if choose_comparison(plan)[0] is not run.comparison:
        yield "compare"
    usual = TimePlan(now=0)
    for name in _TIMES:
        asked = getattr(plan.times, name)
        if asked != getattr(run.plan.times, name) and (name in given or asked != getattr(usual, name)):
            yield name
