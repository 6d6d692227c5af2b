"""A run as rows of words, for formats that are text: rules, measures, checks.

Foreign text is on one line and visible, but not yet escaped for a format.
"""

import re
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.estimate import Estimate, Estimated, NoEstimate, Undetermined
from canary_guard.model.finding import Alarm, ConditionFinding, Finding, Outcome
from canary_guard.model.measure import MEASURES
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run
from canary_guard.reports import absent, numbers, sentences
from canary_guard.reports.escaping import said
from canary_guard.reports.forest import Forest, judged_forest
from canary_guard.reports.look import Look

_SECONDS = re.compile(r"(\d+(?:\.\d+)?(?:e-\d+)?) to (\d+(?:\.\d+)?(?:e-\d+)?) s\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """A condition: what was measured against which bound."""

    outcome: Outcome
    measure: str
    measured: str
    bound: str
    forest: Forest | None
    """The change against the bound; None where that cannot be drawn."""


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
    follows: bool
    """An exceeded rule that fails the run explains it."""

    @property
    def heading(self) -> tuple[str, str]:
        """What stands first, and what in brackets: where a rule is within, its title names what is not so."""
        return (self.id, f"no: {self.title}") if self.outcome is Outcome.WITHIN else (self.title, self.id)


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
class CheckRow:
    """A check around the comparison."""

    alarm: Alarm
    name: str
    sentence: str


def rule_rows(run: Run, look: Look, *, mark: str = "") -> tuple[RuleRow, ...]:
    """In the run's order: those that can fail it first. `mark` stands for `at the baseline's mix`."""
    no_data, follows = absent.nothing(run), sentences.follows(run)
    told: dict[tuple[str, str], str] = {}
    return tuple(
        _rule_row(
            finding,
            run,
            look,
            mark=mark,
            no_data=no_data,
            follows=finding.rule.id in follows,
            why="" if finding.outcome is not Outcome.UNDETERMINED else _why(finding, told),
        )
        for finding in run.findings
    )


def _why(finding: Finding, told: dict[tuple[str, str], str]) -> str:
    """Why it is undetermined; `told` (reason and what settles it, to a rule) learns it, so that it is told once.

    Whichever measure it is, data that are missing are missing; too few are too few for one measure alone.
    """
    reasons = {
        f"{MEASURES[one.condition.measure].title}: {one.reason}": one.reason
        for one in finding.conditions
        if one.reason and one.stratum is None and sentences.kind(finding) is not Undetermined.EXPOSURE
    }
    key = reasons.get(finding.reason or "", finding.reason or ""), sentences.settled_by(finding)
    first = told.setdefault(key, finding.rule.id)
    return sentences.why(finding) if first == finding.rule.id else f"as for {said(first, 100)}"


def folded(run: Run, look: Look) -> tuple[tuple[RuleRow, ...], str]:
    """The rules to show one by one, and the ids of the warnings that these explain."""
    found = rule_rows(run, look, mark="*")
    return tuple(row for row in found if not row.follows), ", ".join(row.id for row in found if row.follows)


def _rule_row(finding: Finding, run: Run, look: Look, *, mark: str, no_data: bool, follows: bool, why: str) -> RuleRow:
    outcome, severity = finding.outcome, finding.rule.severity
    undetermined = outcome is Outcome.UNDETERMINED
    return RuleRow(
        outcome=outcome,
        severity=severity,
        word="warning" if outcome is Outcome.EXCEEDED and severity is Severity.WARN else outcome,
        id=said(finding.rule.id, 100),
        title=said(finding.rule.title),
        why=f"{sentences.kind(finding)}: {absent.SEE_ABOVE if no_data else why}" if undetermined else "",
        conditions=tuple(
            ConditionRow(
                outcome=one.outcome,
                measure=sentences.named(one, run),
                measured=sentences.measured(one, run, look, mark=mark),
                bound=sentences.bound(one.condition),
                forest=_forest(one, run),
            )
            for one in finding.conditions
            if not no_data
        ),
        follows=follows,
    )


def _forest(finding: ConditionFinding, run: Run) -> Forest | None:
    """Nothing for a condition that every key pattern is within: none of them decided."""
    estimate = sentences.estimate_of(finding, run)
    within = finding.stratum is not None and finding.outcome is Outcome.WITHIN
    return judged_forest(finding, estimate) if isinstance(estimate, Estimate) and not within else None


def mix_note(run: Run) -> str:
    """What a mark at a change means; empty where nothing was judged at another mix."""
    conditions = (one for finding in run.findings for one in finding.conditions)
    estimates = (sentences.estimate_of(one, run) for one in conditions)
    mix = next((mix for one in estimates if isinstance(one, Estimate) and (mix := sentences.at_mix(one))), "")
    return f"{mix.strip()} of key patterns: what other traffic alone moved is left out" if mix else ""


def measure_rows(run: Run) -> tuple[MeasureRow, ...]:
    """One for each measure that was asked for: by the main comparison and on its own scale, where it has more."""
    return tuple(_measure_row(one) for one in _shown(run))


def _shown(run: Run) -> tuple[Estimated, ...]:
    preferred: dict[str, Estimated] = {}
    for one in run.estimates:
        known = preferred.get(one.measure)
        if known is None or _preference(one, run) > _preference(known, run):
            preferred[one.measure] = one
    return tuple(preferred.values())


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
                change=numbers.change(estimated, estimated.change.point),
                # An end at the point itself is no end: a test decided (`bursts`).
                interval=""
                if estimated.change.point in (estimated.change.low, estimated.change.high)
                else numbers.change_interval(estimated, estimated.change),
                note="; ".join(said(_in_ms(note)) for note in notes),
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


def _in_ms(note: str) -> str:
    """Seconds below one as they are told everywhere else: `0.015 to 0.025 s` is `15 to 25 ms`."""
    return _SECONDS.sub(_as_ms, note)


def _as_ms(found: re.Match[str]) -> str:
    ends = [float(end) for end in found.groups()]
    return found[0] if max(ends) >= 1 else f"{ends[0] * 1000:g} to {ends[1] * 1000:g} ms"


def mix_notes(run: Run) -> tuple[str, ...]:
    """How changes split: `hit rate: behaviour −8.43 pp, which is judged; in all −0.19 pp, other traffic +8.24 pp`."""
    shown = (one for one in _shown(run) if isinstance(one, Estimate) and sentences.at_mix(one))
    return tuple(
        f"{MEASURES[one.measure].title}: behaviour {numbers.change(one, one.change.point)}, which is judged; "
        f"{sentences.split(one)}"
        for one in shown
    )


def measure_notes(run: Run) -> tuple[str, ...]:
    """What a reader must know about the measures, those of one note together: `hit rate, miss rate: no misses`."""
    if absent.nothing(run):
        return ()
    titles: dict[str, list[str]] = {}
    for row in measure_rows(run):
        if row.note:
            titles.setdefault(row.note, []).append(row.title)
    return tuple(f"{', '.join(named)}: {note}" for note, named in titles.items())


def interval_title(run: Run) -> str:
    """What the intervals of the measures are called: `98 % interval`."""
    return f"{100 * (1 - 2 * run.plan.levels.alpha):g} % interval"


def check_rows(run: Run) -> tuple[CheckRow, ...]:
    """The checks around the comparison, those that found something first."""
    no_data = absent.nothing(run)
    rows = (
        CheckRow(
            alarm=one.alarm,
            name=str(one.id),
            sentence=f"not asked: {absent.SEE_ABOVE}"
            if no_data and one.alarm is Alarm.IMPOSSIBLE
            else said(one.sentence, 600),
        )
        for one in run.cross_checks
    )
    return tuple(sorted(rows, key=lambda row: row.alarm is not Alarm.RAISED))
