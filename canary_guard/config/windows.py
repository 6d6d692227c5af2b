"""Which comparison a plan means, and the windows that it judges: a plan and a source's facts in, `Windows` out."""

from dataclasses import dataclass
from typing import assert_never

from canary_guard.config.quantities import check_points
from canary_guard.config.wording import RefusedError, duration, time
from canary_guard.errors import ConfigError, Problem
from canary_guard.model.plan import Compare, Plan
from canary_guard.model.series import SourceFacts
from canary_guard.model.window import Comparison, Grid, Windows

MOST_INTERVALS = 120
"""`step: auto` makes no more."""
USUAL_SCRAPE_INTERVAL = 15_000


def choose_comparison(plan: Plan) -> tuple[Comparison, str]:
    """The main comparison, and why."""
    arms = plan.select.baseline is not None and plan.select.canary is not None
    match plan.compare:
        case Compare.CONCURRENT:
            return Comparison.CONCURRENT, "side by side, as configured"
        case Compare.BEFORE_AFTER:
            return Comparison.BEFORE_AFTER, "before and after the deploy, as configured"
        case Compare.DIFF_IN_DIFF:
            return Comparison.CONCURRENT, "side by side, by how much the difference grew with the deploy, as configured"
        case Compare.AUTO if arms:
            return Comparison.CONCURRENT, "side by side, because both arms are selected"
        case Compare.AUTO:
            return Comparison.BEFORE_AFTER, "before and after the deploy, because no arms are selected"
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """The plan's times against the source's present; all in ms."""

    now: int
    start: int | None
    end: int
    end_given: bool
    deploy: int | None
    earliest: int | None
    scrape: int


def plan_windows(plan: Plan, facts: SourceFacts, comparison: Comparison) -> Windows:
    """The window that is judged, on the grid of the step's multiples, and the one before the deploy where it is wanted.

    The window may have no interval: then nothing can be judged yet, and a note says how long to wait. ConfigError where
    the times contradict each other, or lie in the future.
    """
    times = _times(plan, facts)
    notes: list[str] = []
    if plan.times.scrape_interval is None and facts.scrape_interval is None:
        notes.append(f"no scrape interval could be measured; {duration(times.scrape)} is assumed")
    begin = _begin(plan, times, notes)
    step = _step(plan, times, max(0, times.end - begin), notes)
    start = _up(begin, step)
    after = Grid(start=start, end=max(start, _down(times.end, step)), step=step)
    if after.intervals < plan.levels.minimum.intervals:
        notes.append(_too_short(plan, facts, times, after, begin=begin))
    needed = comparison is Comparison.BEFORE_AFTER or plan.compare is Compare.DIFF_IN_DIFF
    before = _before(times, after, needed=needed)
    return Windows(
        after=after, before=before, deploy_time=times.deploy, scrape_interval=times.scrape, notes=tuple(notes)
    )


def _times(plan: Plan, facts: SourceFacts) -> _Times:
    asked = plan.times
    now = asked.now if facts.now is None else facts.now

    def at(name: str, value: int | None) -> int | None:
        return value if value is None or name not in asked.relative else value + now - asked.now

    end = at("end", asked.end)
    deploy = at("deploy_time", asked.deploy_time)
    times = _Times(
        now=now,
        start=at("start", asked.start),
        end=now - asked.settle if end is None else end,
        end_given=end is not None,
        deploy=facts.deploy_time if deploy is None else deploy,
        earliest=facts.earliest,
        scrape=asked.scrape_interval or facts.scrape_interval or USUAL_SCRAPE_INTERVAL,
    )
    present = "now" if facts.now is None else "the recording's end"
    if times.end > now:
        raise _refused(f"the window ends at {time(times.end)}, after {present} ({time(now)}); end it before, or wait")
    if times.start is not None and times.start >= times.end:
        raise _refused(f"the window starts at {time(times.start)} and ends at {time(times.end)}: it has no length")
    if times.deploy is not None and times.deploy > now:
        raise _refused(f"the deploy ({time(times.deploy)}) is after {present} ({time(now)}): there is nothing to judge")
    return times


def _begin(plan: Plan, times: _Times, notes: list[str]) -> int:
    """Where the window begins: as asked, but neither before the deploy nor before the source's first sample."""
    asked = times.end - plan.times.window if times.start is None else times.start
    limits = ((times.deploy, "the deploy"), (times.earliest, "the source's first sample"))
    begin, what = max(((limit, what) for limit, what in limits if limit is not None), default=(asked, ""))
    if begin <= asked:
        return asked
    if begin < times.end:
        notes.append(f"the window begins at {what} ({time(begin)}) and is {_about(times.end - begin)} long")
    else:
        notes.append(f"the window is empty: {what} ({time(begin)}) is not before its end ({time(times.end)})")
    return begin


def _step(plan: Plan, times: _Times, length: int, notes: list[str]) -> int:
    step = plan.times.step
    if step is None:
        return times.scrape * max(1, -(-length // (MOST_INTERVALS * times.scrape)))
    try:
        check_points(length, step)
    except RefusedError as error:
        raise _refused(str(error)) from None
    if step < times.scrape:
        scrape = duration(times.scrape)
        notes.append(
            f"the step ({duration(step)}) is shorter than the scrape interval ({scrape}): intervals without a "
            f"sample are gaps; a step of {scrape} or more would do"
        )
    return step


def _too_short(plan: Plan, facts: SourceFacts, times: _Times, after: Grid, *, begin: int) -> str:
    least = plan.levels.minimum.intervals
    found = f"the window has {after.intervals} intervals of {duration(after.step)}, and at least {least} are needed"
    enough = least * after.step
    # A window that slides with now becomes no longer by waiting; one that begins at the deploy does.
    begins_there = times.start is not None or begin > times.end - plan.times.window
    if begins_there and not times.end_given and facts.now is None and plan.times.window > enough:
        wait = after.start + enough + plan.times.settle - times.now
        return f"{found}: wait another {duration(_up(wait, 1000))}"
    earliest = max((limit for limit in (times.deploy, times.earliest) if limit is not None), default=begin - enough)
    last = _up(earliest, after.step) + enough
    if facts.now is not None and last > times.now:
        return f"{found}: the recording ends too soon, and no window of it would do"
    if last > times.end and (times.start is not None or plan.times.window >= enough):
        return f"{found}: an end at {time(last)} or later would do"
    # The grid may cost one interval.
    return f"{found}: a window of {duration(enough + after.step)} would do"


def _before(times: _Times, after: Grid, *, needed: bool) -> Grid | None:
    """As long as the window after, ending at the deploy; None where it is not known."""
    if times.deploy is None:
        if needed:
            raise _refused("a comparison before and after the deploy needs its time; say it with --deploy-time")
        return None
    end = _down(times.deploy, after.step)
    return Grid(start=end - (after.end - after.start), end=end, step=after.step)


def _refused(what: str) -> ConfigError:
    return ConfigError(Problem(what=what))


def _about(ms: int) -> str:
    """A duration for a reader: without milliseconds from ten seconds on."""
    return duration(ms if ms < 10_000 else _down(ms, 1000))


def _up(ms: int, step: int) -> int:
    return -(-ms // step) * step


def _down(ms: int, step: int) -> int:
    return ms // step * step
