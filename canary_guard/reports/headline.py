"""The verdict and the numbers that decided it, as one sentence."""

from collections.abc import Iterable
from typing import assert_never

from canary_guard.model.estimate import Estimate, Undetermined
from canary_guard.model.finding import ConditionFinding, Finding, Outcome
from canary_guard.model.measure import MEASURES, BoundUnit
from canary_guard.model.plan import Mode
from canary_guard.model.rule import ChangeCondition, Direction, LevelCondition
from canary_guard.model.run import Run, Verdict
from canary_guard.model.window import Comparison
from canary_guard.reports import absent, numbers, sentences, times
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

_LOAD = "db_load_per_request"
_FIRST = (_LOAD, "hit_rate")
_WORST_FIRST = (Undetermined.DATA, Undetermined.WARM_UP, Undetermined.EXPOSURE)
Clause = tuple[str, str]
"""What is said, and ` at the baseline's mix` where it is meant there; else nothing."""
_ABOUT = 0.005
"""A ratio this near to 1 is told as `as many`."""


def verdict_sentence(run: Run, look: Look | None = None) -> str:
    """`FAIL: the canary sends 2.1x the queries per request to the database; hit rate 99.15 → 98.08 %`.

    Times in it are UTC unless the look says otherwise. A trial's begins with `trial: `.
    """
    look = look or Look()
    match run.verdict:
        case Verdict.FAIL:
            text = f"FAIL: {_decided(run, look)}"
        case Verdict.PASS:
            text = f"PASS: {_passed(run)}"
        case Verdict.INCONCLUSIVE:
            text = _inconclusive(run, look)
        case _ as never:
            assert_never(never)
    return f"trial: {text}" if run.plan.mode is Mode.SHADOW else text


def _decided(run: Run, look: Look) -> str:
    """The changes that made the first exceeded rule exceed, at most three: load first, the hit rate in any case."""
    finding = next((one for one in sentences.gating(run) if one.outcome is Outcome.EXCEEDED), None)
    if finding is None:
        return "a rule was exceeded"
    exceeded = {one.condition.measure: one for one in finding.conditions if one.outcome is Outcome.EXCEEDED}
    if "hit_rate" in exceeded:
        exceeded.pop("miss_rate", None)
    order = [*(name for name in _FIRST if name in exceeded), *(name for name in exceeded if name not in _FIRST)]
    clauses = [clause for name in order[:3] if (clause := _clause(exceeded[name], run, look))]
    if not clauses:
        return said(finding.rule.title)
    if "hit_rate" not in exceeded and (hit_rate := _hit_rate(run)):
        clauses.append(hit_rate)
    if pattern := _pattern(run, look):
        clauses.append(pattern)
    text = _joined(clauses)
    return text if _LOAD in exceeded else f"{_from_to(finding.conditions[0].comparison)}: {text}"


def _joined(clauses: Iterable[Clause]) -> str:
    """In one sentence, with those together that are meant at another mix: it is said once, in front of them."""
    together: dict[str, list[str]] = {}
    for text, mix in dict.fromkeys(clauses):
        together.setdefault(mix, []).append(text)
    return "; ".join(
        f"{mix.lstrip()} of key patterns {', '.join(told)}" if mix else "; ".join(told)
        for mix, told in together.items()
    )


def _pattern(run: Run, look: Look) -> Clause | None:
    """The key pattern that broke, if a rule that can fail found one: `hit rate of stock 86.78 → 0.00 %`."""
    conditions = (one for finding in sentences.gating(run) for one in finding.conditions)
    broken = (one for one in conditions if one.outcome is Outcome.EXCEEDED and one.stratum is not None)
    return next((_clause(one, run, look) for one in broken), None)


def _clause(finding: ConditionFinding, run: Run, look: Look) -> Clause | None:
    estimate = sentences.estimate_of(finding, run)
    if not isinstance(estimate, Estimate):
        return None
    title = MEASURES[estimate.measure].title
    if finding.stratum is not None:
        return f"{title} of {sentences.pattern(finding.stratum)} {numbers.levels(estimate)}", ""
    if isinstance(finding.condition, LevelCondition):
        level = numbers.level(estimate.measure, estimate.canary.point)
        return f"{title} {level} ({sentences.bound(finding.condition)})", ""
    theta, mix = sentences.theta(finding, estimate), sentences.at_mix(estimate)
    if estimate.measure == _LOAD and theta is not None:
        load = _load(theta, run, finding.comparison, deploy=finding.since is None)
        return (load if finding.since is None else f"since {times.clock(finding.since, look)} {load}"), mix
    if finding.since is not None:
        return f"{title} {numbers.change(estimate, theta)} since {times.clock(finding.since, look)}", mix
    return _levels(estimate)


def _load(theta: float, run: Run, comparison: Comparison, *, deploy: bool = True) -> str:
    """The change of the database's load as a person says it; `deploy`: a fleet's change is since the deploy."""
    concurrent = comparison is not Comparison.BEFORE_AFTER
    grown = comparison is Comparison.DIFF_IN_DIFF
    who = (
        "with the deploy the canary"
        if grown
        else "the canary"
        if concurrent
        else "since the deploy the fleet"
        if deploy
        else "the fleet"
    )
    seconds = run.plan.db_load == "db_seconds"
    verb, what = ("takes", "database time per request") if seconds else ("sends", "queries per request to the database")
    ratio = numbers.factor(theta)
    if abs(ratio - 1) < _ABOUT:
        return f"{who} {verb} as {'much' if seconds else 'many'} {what} as {'the baseline' if concurrent else 'before'}"
    if ratio >= 2:
        return f"{who} {verb} {numbers.significant(ratio, 2)}x the {what}"
    size = numbers.ratio(theta).lstrip("+−")
    return f"{who} {verb} {size} {'more' if ratio > 1 else 'less' if seconds else 'fewer'} {what}"


def _levels(estimate: Estimate) -> Clause:
    """`hit rate 99.15 → 98.08 %`, which speaks for itself; `miss latency, p95 4.6 → 9.3 ms (x2.02)`."""
    title = MEASURES[estimate.measure].title
    if mix := sentences.at_mix(estimate):
        return f"{title} {_change(estimate)}", mix
    grown = estimate.comparison is Comparison.DIFF_IN_DIFF
    change = f" ({_change(estimate)}{' with the deploy' if grown else ''})"
    known = estimate.change.point is not None and (grown or estimate.measure != "hit_rate")
    return f"{title} {numbers.levels(estimate)}{change if known else ''}", ""


def _change(estimate: Estimate) -> str:
    return numbers.change(estimate, estimate.change.point)


def _hit_rate(run: Run) -> Clause | None:
    found = (one for one in run.estimates if isinstance(one, Estimate) and one.comparison is run.comparison)
    return next((_levels(one) for one in found if one.measure == "hit_rate"), None)


def _passed(run: Run) -> str:
    """The load and the hit rate, each as far as it was settled."""
    conditions = [one for finding in sentences.gating(run) for one in finding.conditions]
    outcomes = {one.condition.measure: one.outcome for one in conditions}
    load = next((one for one in conditions if one.condition.measure == _LOAD), None)
    settled = load is not None and load.outcome is not Outcome.UNDETERMINED
    told = (_load_held(load, run) if load else None, _hit_rate(run))
    text = _joined(clause for clause in (told if settled else reversed(told)) if clause)
    if all(told) and load is not None and load.outcome is Outcome.EXCEEDED:
        text = ", but ".join(_joined([clause]) for clause in reversed(told) if clause)
    elif all(told) and settled and outcomes.get("hit_rate") is Outcome.EXCEEDED:
        text = ", although ".join(_joined([clause]) for clause in told if clause)
    warned = [said(one.rule.id, 60) for one in run.findings if one.outcome is Outcome.EXCEEDED]
    if warned:
        text += f"; {len(warned)} warning{'s' if len(warned) > 1 else ''} ({said(', '.join(warned), 120)})"
    return text.removeprefix("; ") or "every rule that can fail is within its bounds"


def _load_held(finding: ConditionFinding, run: Run) -> Clause | None:
    estimate = sentences.estimate_of(finding, run)
    if not isinstance(estimate, Estimate) or estimate.change.point is None:
        return None
    if finding.outcome is Outcome.UNDETERMINED:
        return f"{MEASURES[_LOAD].title} {_change(estimate)}, too uncertain to count", sentences.at_mix(estimate)
    load = _load(estimate.change.point, run, finding.comparison)
    accepted = _accepted(finding, fell=estimate.change.point < 0)
    return f"{load}{accepted}", sentences.at_mix(estimate)


def _accepted(finding: ConditionFinding, *, fell: bool) -> str:
    """` (up to 15 % more is accepted)`; nothing to tell of a rise where the load fell."""
    condition = finding.condition
    if not isinstance(condition, ChangeCondition) or condition.direction is not Direction.RISES:
        return f" (bound: {sentences.bound(condition)})"
    if fell:
        return ""
    percent = condition.bound.unit is BoundUnit.PERCENT
    most = f"{condition.bound.amount * 100:g} % more" if percent else said(condition.bound.text, 40)
    return f" ({'only ' if finding.outcome is Outcome.EXCEEDED else ''}up to {most} is accepted)"


def _inconclusive(run: Run, look: Look) -> str:
    if run.exit.source_error:
        return f"INCONCLUSIVE (source error): {_source_error(run, run.exit.source_error)}"
    head = f"INCONCLUSIVE ({', '.join(run.undetermined)})" if run.undetermined else "INCONCLUSIVE"
    if run.warnings:
        text = f"{head}: the source warns that its answer may be partial: “{said(run.warnings[0])}”"
        if any(finding.outcome is Outcome.EXCEEDED for finding in sentences.gating(run)):
            text += f"; as far as it goes, {_decided(run, look)}"
        return text
    if missing := absent.diagnosis(run, look):
        return f"{head}: {missing}"
    finding = _foremost(run)
    if finding is None:
        return f"{head}: there was no rule that could fail"
    return f"{head}: {sentences.reason(finding)}{_so_far(finding, run)}{sentences.settled_by(finding)}"


def _foremost(run: Run) -> Finding | None:
    """Of the undetermined rules that can fail the one to tell first: the worst kind, then what looks bad."""
    undetermined = [finding for finding in sentences.gating(run) if finding.outcome is Outcome.UNDETERMINED]
    return min(
        undetermined,
        key=lambda one: (_WORST_FIRST.index(sentences.kind(one)), not sentences.looks_bad(one)),
        default=None,
    )


def _so_far(finding: Finding, run: Run) -> str:
    """What was measured of the condition because of which the rule is undetermined."""
    for one in finding.conditions:
        told = one.reason and finding.reason and finding.reason.endswith(one.reason)
        estimate = sentences.estimate_of(one, run)
        if told and isinstance(estimate, Estimate) and one.outcome is Outcome.UNDETERMINED:
            return f" (so far {numbers.levels(estimate)}, {_change(estimate)}{sentences.at_mix(estimate)})"
    return ""


def _source_error(run: Run, error: str) -> str:
    failures = sentences.failures(run)
    if not failures:
        return said(error, 600)
    reading, failure = failures[0]
    came = "could not be reached" if failure.unreachable else "answered"
    others = f" ({len(failures)} of {len(run.queries)} queries failed)" if len(run.queries) > 1 else ""
    return f"{said(reading.where, 200)} {came}: {said(failure.answer)}{others}"


def _from_to(comparison: Comparison) -> str:
    return "since the deploy" if comparison is Comparison.BEFORE_AFTER else "from baseline to canary"
