"""The checks around a side-by-side comparison: the findings of all views in, those that count out.

Design section 4; statistics.md, section 17.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from canary_guard.judge.bounds import limit_of, towards
from canary_guard.model.estimate import Estimate, Estimated, Levels, Undetermined
from canary_guard.model.finding import Alarm, CrossCheck, CrossCheckId, Finding, Outcome
from canary_guard.model.measure import Scale
from canary_guard.model.plan import Cache
from canary_guard.model.rule import ChangeCondition, Rule, Severity

UNEQUAL: Final = 1.5
"""From this many times the traffic on, one arm's cache is warmer with the same code."""
STEADY_TRAFFIC: Final = (0.75, 4 / 3)
"""Requests per second since the deploy over those before it: beyond, traffic alone may have moved the hit rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The same rules, held in the other views; an empty sequence where a view was not possible."""

    placebo: Sequence[Finding] = ()
    beyond: Sequence[Finding] = ()
    """difference in differences"""
    baseline: Sequence[Finding] = ()
    fleet: Sequence[Finding] = ()
    baseline_estimates: Sequence[Estimated] = ()
    traffic: float | None = None
    """Requests per second of both arms since the deploy, over those before it; None where not known."""
    estimates: Sequence[Estimated] = ()
    """Those of the findings themselves."""
    sick: str | None = None
    """Why the window before the deploy is not fit to be compared with."""
    exposure: float | None = None
    """Lookups per second of the canary's cache over those of the baseline's; None where not known."""


def reconcile(
    findings: Sequence[Finding], views: Views, *, cache: Cache, levels: Levels
) -> tuple[tuple[Finding, ...], tuple[CrossCheck, ...]]:
    """The findings that count, in their order, and what each check did.

    A window before the deploy that is itself sick is not compared with. Placebo: a difference that was there before the
    deploy is judged by how much it grew. Contamination: where the cache is shared and the baseline itself moved, a
    breach before/after on both arms together is a breach; it is at most inconclusive where traffic moved, too.
    Exposure: where each arm has its own cache, and no window before shows how they stood, a canary's cache with much
    less traffic is colder with the same code; it misses at most as many times more as it is read less, so that what is
    beyond that stays a breach.
    """
    if views.sick is not None:
        views = replace(views, placebo=(), beyond=(), baseline=(), fleet=())
    kept, placebo = _against_placebo(findings, views, levels)
    if cache is not Cache.SHARED:
        kept, exposure = _against_exposure(kept, views, levels, placebo)
        return kept, (placebo, exposure)
    kept, contamination = _against_contamination(kept, views, levels)
    return kept, (placebo, contamination)


def by_growth(findings: Sequence[Finding], views: Views, *, asked: Sequence[Rule]) -> tuple[Finding, ...]:
    """The rules that are asked, by how much the difference grew with the deploy, whatever stood before it.

    Undetermined of kind `data` where the window before the deploy is not there, or not fit to be compared with.
    """
    why = views.sick or _unknown(views.beyond)
    reason = f"by how much the difference grew with the deploy is not known: {why}"
    unknown = partial(_undetermined, reason=reason, kind=Undetermined.DATA)
    return tuple(
        finding
        if finding.rule not in asked
        else unknown(finding)
        if why is not None
        else _same(views.beyond, finding) or unknown(finding)
        for finding in findings
    )


def _against_placebo(
    findings: Sequence[Finding], views: Views, levels: Levels
) -> tuple[tuple[Finding, ...], CrossCheck]:
    if (why := views.sick or _unknown(views.placebo)) is not None:
        return tuple(findings), _check(CrossCheckId.PLACEBO, Alarm.IMPOSSIBLE, f"not asked: {why}")
    kept, grown, alike, standing = list[Finding](), list[str](), list[str](), list[str]()
    for finding in findings:
        before = _same(views.placebo, finding)
        beyond = _same(views.beyond, finding)
        if not _exceeded(finding) or before is None or not _exceeded(before) or _patterns(before) != _patterns(finding):
            kept.append(finding)
        elif beyond is not None and _exceeded(beyond):
            kept.append(beyond)
            grown.append(finding.rule.id)
        elif beyond is not None and beyond.outcome is Outcome.WITHIN and _small(finding, views, levels):
            kept.append(beyond)
            alike.append(finding.rule.id)
        elif beyond is not None and beyond.outcome is Outcome.WITHIN:
            # The old build may have stood there before, and so may the fault: a second try, a deploy time too late.
            reason = (
                "the arms differed before the deploy already, by too much to take for granted; if that is as it should "
                "be, `compare: diff-in-diff` judges by the growth alone"
            )
            kept.append(_undetermined(finding, reason))
            standing.append(finding.rule.id)
        else:
            reason = "the arms differed before the deploy already, and whether the difference grew is not proved"
            kept.append(_undetermined(finding, reason))
            standing.append(finding.rule.id)
    if not grown and not alike and not standing:
        return tuple(kept), _check(CrossCheckId.PLACEBO, Alarm.CLEAR, "the arms did not differ before the deploy")
    parts = [f"the arms differed before the deploy already ({', '.join(grown + alike + standing)})"]
    if grown:
        parts.append(f"the difference grew with the deploy ({', '.join(grown)})")
    if alike:
        parts.append(f"the difference did not grow with the deploy ({', '.join(alike)})")
    if standing:
        parts.append(f"it is not proved that the difference grew ({', '.join(standing)})")
    return tuple(kept), _check(CrossCheckId.PLACEBO, Alarm.RAISED, "; ".join(parts))


def _small(finding: Finding, views: Views, levels: Levels) -> bool:
    """Whether each ratio of a rule, side by side, is inside the indifference zone of its bound; there is one at least.

    Differences are left to their ratios: of a hit rate that is low, half a point is little.
    """
    inside = []
    for one in finding.conditions:
        condition = one.condition
        if not isinstance(condition, ChangeCondition) or condition.scale is not Scale.RATIO:
            continue
        limit = limit_of(condition, indifference=levels.indifference)
        asked = (condition.measure, condition.scale)
        found = next((est for est in views.estimates if (est.measure, est.scale) == asked), None)
        point = towards(found.change, condition.direction).point if isinstance(found, Estimate) else None
        zone = None if limit is None else limit.zone
        inside.append(zone is not None and point is not None and point <= zone)
    return bool(inside) and all(inside)


def _against_contamination(
    findings: Sequence[Finding], views: Views, levels: Levels
) -> tuple[tuple[Finding, ...], CrossCheck]:
    why = views.sick or _unknown(views.fleet) or _unknown(views.baseline)
    if why is not None:
        unread = tuple(_unless_failed(finding, views) for finding in findings)
        return unread, _check(CrossCheckId.CONTAMINATION, Alarm.IMPOSSIBLE, f"not asked: {why}")
    kept, breached, doubted = list[Finding](), list[str](), list[str]()
    for finding in findings:
        fleet, baseline = _same(views.fleet, finding), _same(views.baseline, finding)
        if finding.rule.severity is not Severity.FAIL or _exceeded(finding) or fleet is None or baseline is None:
            kept.append(finding)
        elif _exceeded(fleet) and _exceeded(baseline):
            steady = views.traffic is not None and STEADY_TRAFFIC[0] <= views.traffic <= STEADY_TRAFFIC[1]
            moved = "by how much traffic moved is not known" if views.traffic is None else "so did traffic"
            reason = f"both arms became worse with the deploy, but {moved}: neither arm shows which did it"
            kept.append(fleet if steady else _undetermined(finding, reason))
            (breached if steady else doubted).append(finding.rule.id)
        elif (
            finding.outcome is Outcome.WITHIN
            and fleet.outcome is not Outcome.WITHIN
            and _looks_worse(finding, views.baseline_estimates, levels)
        ):
            reason = "side by side nothing is wrong, but the baseline itself looks worse than before the deploy"
            kept.append(_undetermined(finding, reason))
            doubted.append(finding.rule.id)
        else:
            kept.append(_unless_failed(finding, views))
    if not breached and not doubted:
        sentence = "the baseline is as it was before the deploy, as far as can be told"
        return tuple(kept), _check(CrossCheckId.CONTAMINATION, Alarm.CLEAR, sentence)
    parts = []
    if breached:
        parts.append(f"both arms became worse with the deploy ({', '.join(breached)}): seen before/after only")
    if doubted:
        parts.append(f"the baseline itself looks worse than before the deploy ({', '.join(doubted)})")
    return tuple(kept), _check(CrossCheckId.CONTAMINATION, Alarm.RAISED, "; ".join(parts))


def _against_exposure(
    findings: Sequence[Finding], views: Views, levels: Levels, placebo: CrossCheck
) -> tuple[tuple[Finding, ...], CrossCheck]:
    ratio = views.exposure
    if placebo.alarm is not Alarm.IMPOSSIBLE:
        sentence = "the window before the deploy shows how the arms' caches stood"
        return tuple(findings), _check(CrossCheckId.EXPOSURE, Alarm.CLEAR, sentence)
    if ratio is None:
        return tuple(findings), _check(CrossCheckId.EXPOSURE, Alarm.IMPOSSIBLE, "not asked: lookups were not counted")
    if ratio >= 1 / UNEQUAL:
        sentence = "the canary's cache does not see much less traffic than the baseline's"
        return tuple(findings), _check(CrossCheckId.EXPOSURE, Alarm.CLEAR, sentence)
    seen = f"the canary's own cache sees {ratio:.0%} of the baseline's traffic"
    kept = tuple(
        _undetermined(one, f"{seen}, which alone may make it this much colder")
        if _exceeded(one) and not _beyond(one, views, -math.log(ratio), levels)
        else one
        for one in findings
    )
    return kept, _check(CrossCheckId.EXPOSURE, Alarm.RAISED, f"{seen}, and there is no window before the deploy")


def _beyond(finding: Finding, views: Views, explained: float, levels: Levels) -> bool:
    """Whether a rule's ratios are exceeded by more than what exposure explains, on the log scale."""
    surplus = []
    for one in finding.conditions:
        if not isinstance(one.condition, ChangeCondition) or one.outcome is not Outcome.EXCEEDED:
            continue
        limit = limit_of(one.condition, indifference=levels.indifference)
        for estimate in views.estimates:
            same = (estimate.measure, estimate.scale) == (one.condition.measure, Scale.RATIO)
            if same and isinstance(estimate, Estimate) and one.condition.scale is Scale.RATIO and limit is not None:
                low = towards(estimate.change, one.condition.direction).low
                surplus.append(low is not None and low - explained > limit.bound)
    return bool(surplus) and all(surplus)


def _looks_worse(finding: Finding, estimates: Sequence[Estimated], levels: Levels) -> bool:
    """Whether the baseline lies beyond every bound of the rule that it has an estimate for, and surely moved that way.

    The points alone would hold back a fifth of all healthy deploys.
    """
    changes = [one.condition for one in finding.conditions if isinstance(one.condition, ChangeCondition)]
    worse = dict[str, bool]()
    for condition in changes:
        limit = limit_of(condition, indifference=levels.indifference)
        for estimate in estimates:
            if limit is None or not isinstance(estimate, Estimate):
                continue
            if (estimate.measure, estimate.scale) != (condition.measure, condition.scale):
                continue
            point = towards(estimate.change, condition.direction).point
            low = towards(estimate.change_within, condition.direction).low
            beyond = point is not None and low is not None and point > limit.bound and low > 0
            worse[condition.measure] = worse.get(condition.measure, False) or beyond
    return bool(worse) and all(worse.values())


def _unknown(findings: Sequence[Finding]) -> str | None:
    """Why the rules could not be held in a view: none of them has data; None if one has."""
    if not findings:
        return "there is no window before the deploy"
    if all(finding.undetermined is Undetermined.DATA for finding in findings):
        return findings[0].reason or "there are no data before the deploy"
    return None


def _unless_failed(finding: Finding, views: Views) -> Finding:
    """A pass needs the window before, where the source has one and failed to tell of it."""
    seen = [_same(view, finding) for view in (views.fleet, views.baseline)]
    failed = [condition for one in seen if one is not None for condition in one.conditions if condition.from_source]
    if finding.outcome is not Outcome.WITHIN or finding.rule.severity is not Severity.FAIL or not failed:
        return finding
    return _undetermined(
        finding,
        "whether the baseline itself moved with the deploy is not known: the window before could not be read",
        kind=Undetermined.DATA,
    )


def _same(findings: Sequence[Finding], finding: Finding) -> Finding | None:
    return next((one for one in findings if one.rule.id == finding.rule.id), None)


def _patterns(finding: Finding) -> list[str | None]:
    """The key patterns that decided, in the order of the conditions: another one's fault is another fault."""
    return [one.stratum for one in finding.conditions]


def _exceeded(finding: Finding) -> bool:
    return finding.outcome is Outcome.EXCEEDED


def _undetermined(finding: Finding, reason: str, *, kind: Undetermined = Undetermined.EXPOSURE) -> Finding:
    return replace(finding, outcome=Outcome.UNDETERMINED, undetermined=kind, reason=reason, more_time=None)


def _check(id: CrossCheckId, alarm: Alarm, sentence: str) -> CrossCheck:  # noqa: A002 - the record's own field name
    return CrossCheck(id=id, alarm=alarm, sentence=sentence)
