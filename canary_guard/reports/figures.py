"""Which measures the page draws over time, and what is drawn and said in each picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.estimate import Estimate, Estimated, NoEstimate
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.rule import ChangeCondition
from canary_guard.model.run import Run, Trace, Verdict
from canary_guard.model.window import Arm
from canary_guard.reports import bounds, numbers, sentences, times
from canary_guard.reports.chart import Chart, Level, chart, present
from canary_guard.reports.escaping import said
from canary_guard.reports.forest import judged_change
from canary_guard.reports.look import Look

_FIRST = ("db_load_per_request", "hit_rate", "origin_load", "miss_rate")
"""Load first, then what a reader knows from dashboards."""
NOT_DRAWN = frozenset({"utilisation"})
"""Its levels are at the peak, its values over time of today: the projection has a picture of its own."""
_NEARLY_NONE = 0.05
"""A picture with values in no more of its intervals shows nothing."""
_DECISIVE = {
    Verdict.FAIL: Outcome.EXCEEDED,
    Verdict.PASS: Outcome.WITHIN,
    Verdict.INCONCLUSIVE: Outcome.UNDETERMINED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side's entry in a picture's legend."""

    arm: Arm
    name: str
    level: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure over time, with all that stands around its picture."""

    id: str
    title: str
    change: str
    """`x2.11 (x1.87 to x2.38)`; empty without an estimate"""
    reason: str
    """Why there is no estimate; empty with one"""
    sides: tuple[Side, ...]
    bounds: tuple[str, ...]
    split: str
    """What other traffic moved, where the change is judged without it; often empty."""
    elsewhere: tuple[str, ...]
    """What was exceeded elsewhere than the picture shows: `hit rate of stock 86.78 → 0.00 % (−86.78 pp)`."""
    description: str
    """What the picture shows, in sentences, for who cannot see it."""
    chart: Chart


def figures(run: Run) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """The pictures of the measures that decided, and those of all others that have data."""
    deciding = deciders(run)
    drawn = dict.fromkeys([*deciding, *(trace.measure for trace in run.traces)])
    made = {measure: figure for measure in drawn if (figure := figure_of(measure, run))}
    return (
        tuple(figure for measure, figure in made.items() if measure in deciding),
        tuple(figure for measure, figure in made.items() if measure not in deciding),
    )


def deciders(run: Run) -> tuple[str, ...]:
    """The measures that made the verdict what it is: load first, then the hit rate."""
    outcome = _DECISIVE[run.verdict]
    gating = sentences.gating(run)
    decided = [
        one.condition.measure
        for finding in gating
        if finding.outcome is outcome
        for one in finding.conditions
        if one.outcome is outcome
    ]
    # A partial answer makes a run inconclusive although every rule was settled.
    found = decided or [one.condition.measure for finding in gating for one in finding.conditions]
    # A miss rate is its hit rate seen from the other side: one picture is enough.
    told = [measure for measure in found if measure != "miss_rate" or "hit_rate" not in found]
    return tuple(dict.fromkeys([*(measure for measure in _FIRST if measure in told), *told]))


def figure_of(measure: str, run: Run) -> Figure | None:
    """The picture of one measure in the run's main comparison; None where no interval has a value."""
    traces = [trace for trace in run.traces if trace.measure == measure]
    if measure in NOT_DRAWN or not _worth(traces):
        return None
    conditions = _conditions(measure, run)
    estimated = _estimated(measure, conditions, run)
    estimate = estimated if isinstance(estimated, Estimate) else None
    limits = dict(_limits(conditions, estimate, run))
    drawn = chart(
        traces,
        judged_from=run.windows.after.start + run.warm_up.skip if run.warm_up else 0,
        earlier=[trace for trace in run.traces_before if trace.measure == measure],
        shape=MEASURES[measure].shape,
        from_zero=MEASURES[measure].scale is Scale.RATIO,
        levels={Arm.BASELINE: estimate.baseline, Arm.CANARY: estimate.canary} if estimate else {},
        bounds=tuple(limits.values()),
        moments=tuple(_moments(conditions, run)),
    )
    if drawn is None:
        return None
    sides = tuple(_side(arm, estimate, run, drawn) for arm in Arm)
    named = {side.arm: side.name for side in sides}
    said_of = [_described(trace, named[trace.side]) for trace in traces]
    return Figure(
        id=f"over-time-{measure}",
        title=MEASURES[measure].title,
        change=_change(estimate, conditions) if estimate else "",
        reason=_reason(estimated),
        sides=sides,
        bounds=tuple(limits),
        split=sentences.split(estimate) if estimate and sentences.at_mix(estimate) else "",
        elsewhere=tuple(dict.fromkeys(_elsewhere(measure, run))),
        description=" ".join([*said_of, *(f"{label}." for label in limits)]),
        chart=drawn,
    )


def _worth(traces: Sequence[Trace]) -> bool:
    """Whether enough intervals have a value for a picture."""
    return sum(len(present(trace)) for trace in traces) > _NEARLY_NONE * sum(len(trace.values) for trace in traces)


def _conditions(measure: str, run: Run) -> list[ConditionFinding]:
    """What was held against this measure in the main comparison, the gravest first."""
    found = [
        one
        for finding in run.findings
        for one in finding.conditions
        if one.condition.measure == measure and _pictured(one, run)
    ]
    return sorted(found, key=lambda one: one.outcome is Outcome.WITHIN)


def _pictured(finding: ConditionFinding, run: Run) -> bool:
    """Whether it was held against what the picture shows: all key patterns together, in the main comparison."""
    return finding.comparison is run.comparison and not sentences.in_strata(finding.condition)


def _elsewhere(measure: str, run: Run) -> Iterator[str]:
    conditions = (one for finding in sentences.gating(run) for one in finding.conditions)
    for one in conditions:
        if one.condition.measure == measure and one.outcome is Outcome.EXCEEDED and not _pictured(one, run):
            yield f"{sentences.named(one, run)} {sentences.measured(one, run, Look())}"


def _estimated(measure: str, conditions: Sequence[ConditionFinding], run: Run) -> Estimated | None:
    """The estimate that conditions were held against, else the one on the measure's own scale."""
    held = (sentences.estimate_of(one, run) for one in conditions)
    found = (one for one in run.estimates if one.measure == measure and one.comparison is run.comparison)
    usual = sorted(found, key=lambda one: one.scale is not MEASURES[measure].scale)
    return next((one for one in (*held, *usual) if one is not None), None)


def _limits(conditions: Sequence[ConditionFinding], estimate: Estimate | None, run: Run) -> Iterator[tuple[str, Level]]:
    baseline = estimate.baseline.point if estimate else None
    for finding in conditions:
        condition = finding.condition
        value = bounds.level_at(condition, baseline)
        if value is None:
            continue
        if isinstance(condition, ChangeCondition):
            text = bounds.wording(condition, sentences.sides(run.comparison)[0])
            label = f"bound: {said(text, 60)} = {numbers.level(condition.measure, value)}"
        else:
            label = f"bound: {sentences.bound(condition)}"
        yield label, Level(value=value, worse_above=bounds.worse_above(condition))


def _moments(conditions: Sequence[ConditionFinding], run: Run) -> Iterator[tuple[int, str]]:
    if run.windows.deploy_time is not None:
        yield run.windows.deploy_time, "deploy"
    for since in sorted({one.since for one in conditions if one.since is not None}):
        yield since, f"since {times.clock(since, Look()).removesuffix(' UTC')}"


def _side(arm: Arm, estimate: Estimate | None, run: Run, drawn: Chart) -> Side:
    name = dict(zip((Arm.BASELINE, Arm.CANARY), sentences.sides(run.comparison), strict=True))[arm]
    if estimate is None:
        empty = arm not in {line.arm for line in drawn.lines}
        return Side(arm=arm, name=name, level="no values" if empty else "", interval="")
    level = dict(zip((Arm.BASELINE, Arm.CANARY), numbers.estimate_levels(estimate), strict=True))[arm]
    measured = estimate.baseline if arm is Arm.BASELINE else estimate.canary
    return Side(arm=arm, name=name, level=level, interval=numbers.level_interval(estimate.measure, measured))


def _change(estimate: Estimate, conditions: Sequence[ConditionFinding]) -> str:
    judged = judged_change(conditions[0], estimate) if conditions else estimate.change
    change = numbers.change(estimate, judged.point) + sentences.at_mix(estimate)
    interval = numbers.change_interval(estimate, judged)
    return f"{change} ({interval})" if interval else change


def _reason(estimated: Estimated | None) -> str:
    match estimated:
        case Estimate():
            return ""
        case NoEstimate():
            return said(estimated.reason)
        case None:
            return "no estimate was made"
        case _ as never:
            assert_never(never)


def _described(trace: Trace, name: str) -> str:
    values = [value for _, value in present(trace)]
    if not values:
        return f"{name.capitalize()}: no interval has a value."
    low, high = (numbers.level(trace.measure, value) for value in (min(values), max(values)))
    gaps = f"; {len(trace.values) - len(values)} have no value" if len(values) < len(trace.values) else ""
    return f"{name.capitalize()}: between {low} and {high} in {len(trace.values)} intervals{gaps}."
