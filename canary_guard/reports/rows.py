"""A run as rows of words, for formats that are text: rules, measures, the data's faults, queries, what was compared.

Foreign text is on one line and visible, but not yet escaped for a format.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.estimate import Estimate, Estimated, NoEstimate
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.measure import MEASURES, Cost, CostKind
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run, UnitQuality
from canary_guard.model.window import Grid
from canary_guard.reports import numbers, sentences, times
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

_NAMED = 4
"""So many units or errors are named; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """A condition: what was measured against which bound."""

    outcome: Outcome
    measure: str
    measured: str
    bound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule with its conditions."""

    outcome: Outcome
    severity: Severity
    word: str
    """The outcome as it is shown: an exceeded warn rule is a `warning`."""
    id: str
    title: str
    why: str
    """Why it is undetermined, and what would settle it; empty unless it is."""
    conditions: tuple[ConditionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A measure: its levels, its change and the change's interval; or why there is none."""

    measure: str
    title: str
    baseline: str
    canary: str
    change: str
    interval: str
    note: str
    """What a reader must know about it, or why it has no estimate; often empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """A query and what came back."""

    key: str
    text: str
    came: str


def rule_rows(run: Run, look: Look) -> tuple[RuleRow, ...]:
    """In the run's order: those that can fail it first."""
    return tuple(_rule_row(finding, run, look) for finding in run.findings)


def _rule_row(finding: Finding, run: Run, look: Look) -> RuleRow:
    outcome, severity = finding.outcome, finding.rule.severity
    undetermined = outcome is Outcome.UNDETERMINED
    return RuleRow(
        outcome=outcome,
        severity=severity,
        word="warning" if outcome is Outcome.EXCEEDED and severity is Severity.WARN else outcome,
        id=said(finding.rule.id, 100),
        title=said(finding.rule.title),
        why=f"{sentences.kind(finding)}: {sentences.why(finding)}" if undetermined else "",
        conditions=tuple(
            ConditionRow(
                outcome=one.outcome,
                measure=sentences.title(one.condition),
                measured=sentences.measured(one, run, look),
                bound=sentences.bound(one.condition),
            )
            for one in finding.conditions
        ),
    )


def measure_rows(run: Run) -> tuple[MeasureRow, ...]:
    """One for each measure that was asked for: by the main comparison and on its own scale, where it has more."""
    preferred: dict[str, Estimated] = {}
    for one in run.estimates:
        known = preferred.get(one.measure)
        if known is None or _preference(one, run) > _preference(known, run):
            preferred[one.measure] = one
    return tuple(_measure_row(one) for one in preferred.values())


def _preference(estimated: Estimated, run: Run) -> tuple[bool, bool, bool]:
    own_scale = estimated.scale is MEASURES[estimated.measure].scale
    return estimated.comparison is run.comparison, isinstance(estimated, Estimate), own_scale


def _measure_row(estimated: Estimated) -> MeasureRow:
    title = MEASURES[estimated.measure].title
    match estimated:
        case Estimate():
            baseline, canary = numbers.estimate_levels(estimated)
            notes = ("few events", *estimated.notes) if estimated.thin else estimated.notes
            return MeasureRow(
                measure=estimated.measure,
                title=title,
                baseline=baseline,
                canary=canary,
                change=numbers.change(estimated.measure, estimated.scale, estimated.change.point),
                interval=numbers.change_interval(estimated.measure, estimated.scale, estimated.change),
                note="; ".join(said(note) for note in notes),
            )
        case NoEstimate():
            none = numbers.UNDEFINED
            return MeasureRow(
                measure=estimated.measure,
                title=title,
                baseline=none,
                canary=none,
                change=none,
                interval="",
                note=said(estimated.reason),
            )
        case _ as never:
            assert_never(never)


def measure_notes(run: Run) -> tuple[str, ...]:
    """What a reader must know about the measures, those of one note together: `hit rate, miss rate: no misses`."""
    titles: dict[str, list[str]] = {}
    for row in measure_rows(run):
        if row.note:
            titles.setdefault(row.note, []).append(row.title)
    return tuple(f"{', '.join(named)}: {note}" for note, named in titles.items())


def interval_title(run: Run) -> str:
    """What the intervals of the measures are called: `98 % interval`."""
    return f"{100 * (1 - 2 * run.plan.levels.alpha):g} % interval"


def data_faults(run: Run) -> tuple[str, ...]:
    """What a reader must know about the data: failed queries, gaps, samples of no use, and the run's own notes."""
    return tuple(_data_faults(run))


def _data_faults(run: Run) -> Iterator[str]:
    data = run.data_quality
    failed: dict[str, list[str]] = {}
    for reading, failure in sentences.failures(run):
        failed.setdefault(f"{said(reading.where, 200)}: {said(failure.answer)}", []).append(said(reading.query.key, 80))
    for came, keys in list(failed.items())[:_NAMED]:
        yield f"{', '.join(dict.fromkeys(keys))} could not be read from {came}"
    if len(failed) > _NAMED:
        yield f"{len(failed) - _NAMED} more errors of the source"
    if data.gap_share:
        where = _named([unit for unit in data.units if unit.gaps])
        yield f"{numbers.percent(data.gap_share)} of the expected samples are missing" + (f": {where}" if where else "")
    if data.unusable_samples:
        yield f"{numbers.count(data.unusable_samples)} samples were not usable: NaN, infinite, negative or no number"
    yield from (said(note) for note in (*data.notes, *run.windows.notes))


def _named(units: Sequence[UnitQuality]) -> str:
    """`canary-1 (2 of 40), stable-3 (1 of 40) and 12 more`: the worst first."""
    worst = sorted(units, key=lambda unit: -unit.gaps)
    names = (f"{said(unit.unit, 60)} ({unit.gaps} of {unit.expected})" for unit in worst[:_NAMED])
    return ", ".join(names) + (f" and {len(worst) - _NAMED} more" if len(worst) > _NAMED else "")


def facts(run: Run, look: Look) -> tuple[tuple[str, str], ...]:
    """What was compared, when, how and from where: pairs of a word and its text."""
    return tuple(_facts(run, look))


def _facts(run: Run, look: Look) -> Iterator[tuple[str, str]]:
    windows = run.windows
    yield "service", said(run.plan.service, 200)
    yield "window", _window(windows.after, look)
    if windows.before is not None:
        yield "before", _window(windows.before, look)
    if windows.deploy_time is not None:
        yield "deploy", times.moment(windows.deploy_time, look)
    yield "compared", said(run.comparison_note)
    yield "source", said(run.source.description)
    yield "miss cost", _cost(run.plan.cost)


def _window(grid: Grid, look: Look) -> str:
    return f"{times.span(grid, look)}, {grid.intervals} intervals of {times.duration(grid.step)}"


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return "not known: no signal says what a miss costs"
    match cost.kind:
        case CostKind.LATENCY:
            return "by latency: how long a miss takes against a hit"
        case CostKind.DB_SECONDS:
            return "by the time that the database spends on it"
        case CostKind.DB_QUERIES:
            return "by the queries that it sends to the database"
        case CostKind.FIXED:
            return f"stated: {numbers.times(cost.value or 0)} times a hit"
        case _ as never:
            assert_never(never)


def query_rows(run: Run) -> tuple[QueryRow, ...]:
    """In the run's order; of a run with two windows each says its own."""
    return tuple(
        QueryRow(
            key=said(reading.query.key, 80) + (f" ({reading.query.period})" if run.windows.before else ""),
            text=said(reading.text, 2000),
            came=f"failed: {said(reading.failure.answer, 200)}"
            if reading.failure
            else f"{len(reading.series)} series" + (", summed by the server" if reading.summed_by_server else ""),
        )
        for reading in run.queries
    )
