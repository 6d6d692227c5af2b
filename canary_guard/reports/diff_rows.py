"""A difference between two runs as rows of words, for every format: rules, measures and key patterns.

Foreign text is on one line and visible, but not yet escaped for a format.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.difference import (
    ConditionDifference,
    Difference,
    Held,
    Measured,
    MeasureDifference,
    RuleDifference,
    RuleState,
    Unmeasured,
)
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import Outcome
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.rule import LevelCondition, Severity
from canary_guard.model.window import Comparison
from canary_guard.reports import numbers, sentences, times
from canary_guard.reports.diff_forest import Lanes, lanes
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

NOT_ASKED = "not asked"
_OVERLAP = {True: "overlap", False: "apart", None: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A measure in one run."""

    change: str
    """`x2.11`, `not measured`, `not asked`; of a limit on a level the level"""
    interval: str = ""
    levels: str = ""
    """`0.0147 → 0.0310`"""
    where: str = ""
    """` of stock`, ` since 09:16 UTC`, ` at the baseline's mix`; often empty"""
    reason: str = ""
    """Why it was not measured."""

    @property
    def text(self) -> str:
        """`x2.11 (x1.87 to x2.38) of stock`."""
        return f"{self.change}{f' ({self.interval})' if self.interval else ''}{self.where}"

    @property
    def brief(self) -> str:
        """`x2.11 of stock`."""
        return self.change + self.where


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """A condition in both runs."""

    measure: str
    bound: str
    """`rises by 15%`, `rises by 15% → rises by x9`"""
    then_outcome: Outcome | None
    now_outcome: Outcome | None
    then: Told
    now: Told
    overlap: str
    """`overlap`, `apart`; empty where that cannot be said"""
    lanes: Lanes | None
    """Both intervals against the bound, to be drawn"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule in both runs."""

    id: str
    title: str
    severity: str
    """`can fail the run`, `warns only`, or one → the other"""
    then: str
    """The outcome as it is shown: `exceeded`, `warning`, `undetermined (data)`, `not asked`"""
    now: str
    then_outcome: Outcome | None
    now_outcome: Outcome | None
    changed: bool
    """Another outcome, kind or severity, or asked in one run only."""
    told: bool
    """Worth telling in full: it changed, or it can fail the run and is not within."""
    why: str
    """Why it is undetermined now, or not asked; often empty."""
    conditions: tuple[ConditionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A measure, or a key pattern, in both runs."""

    title: str
    then: Told
    now: Told
    moved: str
    """What the change now is to the change then: `−52 %`, `+1.08 pp`"""
    overlap: str
    same: bool
    apart: bool
    """The intervals are apart, or only one run measured it."""


def rule_rows(found: Difference, look: Look) -> tuple[RuleRow, ...]:
    """All rules: those that changed first, each group in the difference's order."""
    rows = [rule_row(one, found, look) for one in found.rules]
    return tuple(sorted(rows, key=lambda row: not row.changed))


def as_before(rows: Iterable[RuleRow]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The rules that are not told in full, by their outcome: `within` with its ids."""
    alike: dict[str, list[str]] = {}
    for row in rows:
        if not row.told:
            alike.setdefault(row.now, []).append(row.id)
    return tuple((word, tuple(ids)) for word, ids in alike.items())


def rule_row(one: RuleDifference, found: Difference, look: Look) -> RuleRow:
    """A rule in both runs."""
    then, now = one.then, one.now
    state = now or then
    gates = any(each is not None and each.severity is Severity.FAIL for each in (then, now))
    bad = any(each is not None and each.outcome not in (Outcome.WITHIN, None) for each in (then, now))
    changed = _essence(then) != _essence(now)
    return RuleRow(
        id=said(one.id, 100),
        title=said(state.title) if state else "",
        severity=_arrow(*(_severity(each) for each in (then, now) if each)),
        then=_word(then),
        now=_word(now),
        then_outcome=then.outcome if then else None,
        now_outcome=now.outcome if now else None,
        changed=changed,
        told=changed or (gates and bad),
        why=said(now.reason) if now and now.reason else "",
        conditions=tuple(condition_row(each, found, look) for each in one.conditions),
    )


def _essence(state: RuleState | None) -> object:
    return None if state is None else (state.severity, state.outcome, state.undetermined)


def _severity(state: RuleState) -> str:
    return "can fail the run" if state.severity is Severity.FAIL else "warns only"


def _word(state: RuleState | None) -> str:
    if state is None:
        return "no such rule"
    match state.outcome:
        case None:
            return NOT_ASKED
        case Outcome.EXCEEDED:
            return "exceeded" if state.severity is Severity.FAIL else "warning"
        case Outcome.WITHIN:
            return "within"
        case Outcome.UNDETERMINED:
            return f"undetermined ({state.undetermined or Undetermined.DATA})"
        case _ as never:
            assert_never(never)


def condition_row(one: ConditionDifference, found: Difference, look: Look) -> ConditionRow:
    """A condition in both runs."""
    there = [each for each in (one.then, one.now) if each is not None]
    return ConditionRow(
        measure=sentences.title(there[-1].finding.condition),
        bound=_arrow(*(sentences.bound(each.finding.condition) for each in there)),
        then_outcome=one.then.finding.outcome if one.then else None,
        now_outcome=one.now.finding.outcome if one.now else None,
        then=_held(one.then, found.then.comparison, look),
        now=_held(one.now, found.now.comparison, look),
        lanes=lanes(one),
        overlap=_OVERLAP[one.overlap],
    )


def _arrow(*texts: str) -> str:
    """`then → now`, or one of them where both are the same."""
    return " → ".join(dict.fromkeys(texts))


def _held(held: Held | None, usual: Comparison, look: Look) -> Told:
    if held is None:
        return Told(change=NOT_ASKED)
    finding, measured = held.finding, held.measured
    told = _told(finding.condition.measure, measured, level=isinstance(finding.condition, LevelCondition))
    if isinstance(measured, Unmeasured):
        return told
    pattern = f" of {sentences.pattern(finding.stratum)}" if finding.stratum is not None else ""
    since = f" since {times.clock(finding.since, look)}" if finding.since is not None else ""
    where = pattern + since + told.where + _compared(measured.comparison, usual)
    return Told(change=told.change, interval=told.interval, levels=told.levels, where=where)


def _compared(comparison: Comparison, usual: Comparison) -> str:
    if comparison is Comparison.DIFF_IN_DIFF:
        return " with the deploy"
    return "" if comparison is usual else f", {sentences.compared(comparison)}"


def _told(measure: str, measured: Measured | Unmeasured | None, *, level: bool = False) -> Told:
    match measured:
        case None:
            return Told(change=NOT_ASKED)
        case Unmeasured(reason=reason):
            return Told(change="not measured", reason=said(reason))
        case Measured() if level:
            canary = measured.canary
            return Told(change=numbers.level(measure, canary.point), interval=numbers.level_interval(measure, canary))
        case Measured():
            points = (measured.baseline.point, measured.canary.point)
            change, scale = measured.change, measured.scale
            return Told(
                change=numbers.UNDEFINED
                if change.point is None
                else numbers.moved(measure, scale, points, change.point),
                interval=numbers.moved_between(measure, scale, points, change),
                levels=numbers.from_to(measure, *points),
                where=_mix(measured),
            )
        case _ as never:
            assert_never(never)


def _mix(measured: Measured) -> str:
    if not measured.at_mix:
        return ""
    return " at the former mix" if measured.comparison is Comparison.BEFORE_AFTER else " at the baseline's mix"


def measure_rows(found: Difference) -> tuple[MeasureRow, ...]:
    """The measures of the comparison that each run made; what only a check around it measured stands with its rule."""
    usual = {found.then.comparison, found.now.comparison}
    return tuple(_measure(one, several=len(usual) > 1) for one in found.measures if one.comparison in usual)


def pattern_rows(found: Difference) -> tuple[MeasureRow, ...]:
    """The key patterns whose intervals are apart, or that only one run measured."""
    return tuple(_measure(one, several=False) for one in found.strata if _apart(one))


def _apart(one: MeasureDifference) -> bool:
    return one.overlap is False or isinstance(one.then, Measured) is not isinstance(one.now, Measured)


def _measure(one: MeasureDifference, *, several: bool) -> MeasureRow:
    measure = MEASURES[one.measure]
    title = measure.title if one.stratum is None else f"{measure.title} of {sentences.pattern(one.stratum)}"
    other = " as a difference" if one.scale is Scale.DIFFERENCE else " as a ratio"
    title += ("" if one.scale is measure.scale else other) + (
        f", {sentences.compared(one.comparison)}" if several else ""
    )
    return MeasureRow(
        title=title,
        then=_there(one, one.then),
        now=_there(one, one.now),
        moved="" if one.moved is None else _moved(one, one.moved),
        overlap=_OVERLAP[one.overlap],
        same=one.then == one.now,
        apart=_apart(one),
    )


def _there(one: MeasureDifference, measured: Measured | Unmeasured | None) -> Told:
    """Of a key pattern that a run did not see nothing could be asked."""
    missing = measured is None and one.stratum is not None
    return Told(change="not there") if missing else _told(one.measure, measured)


def _moved(one: MeasureDifference, moved: float) -> str:
    points = [each.canary.point for each in (one.then, one.now) if isinstance(each, Measured)]
    return numbers.moved(one.measure, one.scale, points, moved)


def interval_title(found: Difference) -> str:
    """What the intervals are called: `98 % interval`; of two runs at different levels `interval`."""
    levels = {found.then.alpha, found.now.alpha}
    return f"{100 * (1 - 2 * found.now.alpha):g} % interval" if len(levels) == 1 else "interval"


NO_TEST = "Whether two intervals overlap is seen, not tested: no test was made between the runs."
