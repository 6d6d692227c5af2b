"""The rows of the page's tables that are more than words: measures against their bounds, and units with faults."""

from collections.abc import Iterator
from dataclasses import dataclass

from canary_guard.model.estimate import Estimate, Estimated
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.measure import MEASURES
from canary_guard.model.run import Run, UnitQuality
from canary_guard.model.window import Period
from canary_guard.reports import numbers, sentences, times
from canary_guard.reports.escaping import said
from canary_guard.reports.forest import Forest, judged_change, judged_forest
from canary_guard.reports.look import Look

_NAMED = 4
"""So many units with faults are named in the sentences about the data, and need no table."""
_MOST_UNITS = 40
"""So many are listed one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A measure and one bound that it is held against; or a measure that no rule asks about."""

    title: str
    baseline: str
    canary: str
    change: str
    interval: str
    """Of the change; or why there is none"""
    split: str
    """How the change splits into behaviour and other traffic; empty where that is not worth telling."""
    bound: str
    """Empty where no rule asks"""
    outcome: Outcome | None
    forest: Forest | None
    forest_label: str
    """The picture in words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit whose data has faults."""

    unit: str
    where: str
    remarks: str


def measure_rows(run: Run, look: Look) -> tuple[tuple[MeasureRow, ...], tuple[MeasureRow, ...]]:
    """A row for each measure and bound, in the order of the rules; and one for each measure that no rule asks about.

    Conditions in any key pattern have a table of their own.
    """
    conditions = [one for finding in run.findings for one in finding.conditions]
    held = {
        (one.condition.measure, sentences.bound(one.condition), one.comparison): one
        for one in conditions
        if not sentences.in_strata(one.condition)
    }
    asked = {one.condition.measure for one in held.values()}
    others = {one.measure: one for one in reversed(run.estimates) if one.measure not in asked}
    return (
        tuple(_held_row(one, run, look) for one in held.values()),
        tuple(_row(MEASURES[name].title, others[name]) for name in MEASURES if name in others),
    )


def _held_row(finding: ConditionFinding, run: Run, look: Look) -> MeasureRow:
    title = sentences.named(finding, run)
    return _row(title, sentences.estimate_of(finding, run), finding, look)


def _row(
    title: str, estimated: Estimated | None, finding: ConditionFinding | None = None, look: Look | None = None
) -> MeasureRow:
    bound = sentences.bound(finding.condition) if finding else ""
    outcome = finding.outcome if finding else None
    if not isinstance(estimated, Estimate):
        return MeasureRow(
            title=title,
            baseline=numbers.UNDEFINED,
            canary=numbers.UNDEFINED,
            change="not measured",
            interval=said(estimated.reason if estimated else "no estimate was made"),
            split="",
            bound=bound,
            outcome=outcome,
            forest=None,
            forest_label="",
        )
    judged = judged_change(finding, estimated) if finding else estimated.change
    baseline, canary = numbers.estimate_levels(estimated)
    change = numbers.change(estimated, judged.point)
    interval = numbers.change_interval(estimated, judged)
    if finding and finding.since is not None:
        change = f"{change} since {times.clock(finding.since, look or Look())}"
    return MeasureRow(
        title=title,
        baseline=baseline,
        canary=canary,
        change=change,
        interval=interval,
        split=sentences.split(estimated) if sentences.at_mix(estimated) else "",
        bound=bound,
        outcome=outcome,
        forest=judged_forest(finding, estimated) if finding else None,
        forest_label=f"{title}: {change}, {interval or 'without an interval'}; bound: {bound}; {outcome}",
    )


def unit_counts(run: Run) -> tuple[str, ...]:
    """How many units there were on each side: `canary: 2 pods`."""
    sides: dict[str, list[UnitQuality]] = {}
    for unit in run.data_quality.units:
        sides.setdefault(_where(unit, run), []).append(unit)
    return tuple(f"{side}: {_number(len(units), said(run.plan.unit, 60))}" for side, units in sides.items())


def unit_rows(run: Run) -> tuple[tuple[UnitRow, ...], int]:
    """The units with faults where there are many, those with the most gaps first, and how many more there are."""
    faulty = [unit for unit in run.data_quality.units if unit.resets or unit.gaps or unit.appeared or unit.left]
    if len(faulty) <= _NAMED:
        return (), 0
    worst = sorted(faulty, key=lambda unit: -unit.gaps)[:_MOST_UNITS]
    rows = (
        UnitRow(unit=said(unit.unit, 120), where=_where(unit, run), remarks="; ".join(_remarks(unit))) for unit in worst
    )
    return tuple(rows), len(faulty) - len(worst)


def _where(unit: UnitQuality, run: Run) -> str:
    arm = unit.arm or "both arms"
    return f"{arm}, {unit.period} the deploy" if run.windows.before or unit.period is Period.BEFORE else arm


def _remarks(unit: UnitQuality) -> Iterator[str]:
    if unit.gaps:
        yield f"{unit.gaps} of {_number(unit.expected, 'interval')} without an answer"
    if unit.resets:
        yield _number(unit.resets, "restart")
    if unit.appeared:
        yield "appeared inside the window"
    if unit.left:
        yield "left inside the window"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
