"""Two runs side by side: each rule, measure and key pattern of one with the same of the other."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from math import inf
from typing import TypeVar

from canary_guard.model.difference import (
    ConditionDifference,
    Held,
    Measured,
    MeasureDifference,
    RuleDifference,
    RuleState,
    Unmeasured,
)
from canary_guard.model.estimate import Estimate, Estimated, Interval
from canary_guard.model.finding import ConditionFinding
from canary_guard.model.measure import Scale
from canary_guard.model.rule import ChangeCondition, leaves
from canary_guard.model.run import Run
from canary_guard.model.window import Comparison
from canary_guard.reports import forest, sentences

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Change = tuple[str, Comparison, Scale, str | None]
"""Measure, comparison, scale, key pattern."""


def both(then: Mapping[K, T], now: Mapping[K, T]) -> Iterator[tuple[K, T | None, T | None]]:
    """What stands under each key in both; in the order of now, and what only then has last."""
    for key in dict.fromkeys((*now, *then)):
        yield key, then.get(key), now.get(key)


def rules(then: Run, now: Run) -> tuple[RuleDifference, ...]:
    """Each rule that one of them has, asked or not."""
    return tuple(
        RuleDifference(
            id=id_,
            then=one,
            now=other,
            conditions=tuple(
                ConditionDifference(
                    then=first,
                    now=second,
                    overlap=overlap(first.measured if first else None, second.measured if second else None),
                )
                for _, first, second in both(_held(then, id_), _held(now, id_))
            ),
        )
        for id_, one, other in both(_states(then), _states(now))
    )


def measures(then: Run, now: Run) -> tuple[MeasureDifference, ...]:
    """Each measure that one of them asked for, by comparison and scale."""
    return _measures(_estimates(then), _estimates(now))


def strata(then: Run, now: Run) -> tuple[MeasureDifference, ...]:
    """Each key pattern that a rule of one of them is held against."""
    return _measures(_patterns(then), _patterns(now))


def overlap(then: Measured | Unmeasured | None, now: Measured | Unmeasured | None) -> bool | None:
    """Whether the intervals of two changes overlap; None without two that have an end, on one scale."""
    if not isinstance(then, Measured) or not isinstance(now, Measured) or then.scale is not now.scale:
        return None
    ends = [(one.change.low, one.change.high) for one in (then, now)]
    if (None, None) in ends:
        return None
    (low, high), (other_low, other_high) = ((_or(low, -inf), _or(high, inf)) for low, high in ends)
    return low <= other_high and other_low <= high


def _or(end: float | None, unbounded: float) -> float:
    return unbounded if end is None else end


def _states(run: Run) -> Mapping[str, RuleState]:
    asked = {
        one.rule.id: RuleState(
            title=one.rule.title,
            severity=one.rule.severity,
            outcome=one.outcome,
            undetermined=one.undetermined,
            reason=one.reason,
        )
        for one in run.findings
    }
    off = {
        one.id: RuleState(title=one.title, severity=one.severity, outcome=None, undetermined=None, reason=one.reason)
        for one in run.plan.not_asked
    }
    return {**asked, **off}


def _held(run: Run, rule: str) -> Mapping[tuple[object, ...], Held]:
    """The conditions of a rule by what they hold, whatever the bound; of several alike each by its place."""
    found: dict[tuple[object, ...], Held] = {}
    conditions = (one for finding in run.findings if finding.rule.id == rule for one in finding.conditions)
    for one in conditions:
        condition = one.condition
        if isinstance(condition, ChangeCondition):
            alike: tuple[object, ...] = (condition.measure, condition.direction, condition.any_stratum)
        else:
            alike = (condition.measure, condition.side)
        place = sum(key[:-1] == alike for key in found)
        found[*alike, place] = Held(finding=one, measured=_judged(one, run))
    return found


def _judged(finding: ConditionFinding, run: Run) -> Measured | Unmeasured:
    in_strata = finding.stratum is None and sentences.in_strata(finding.condition)
    estimated = None if in_strata else sentences.estimate_of(finding, run)
    if estimated is None:
        return Unmeasured(reason=finding.reason or "no estimate was made")
    change = forest.judged_change(finding, estimated) if isinstance(estimated, Estimate) else None
    return _measured(estimated, change)


def _measured(estimated: Estimated, change: Interval | None = None) -> Measured | Unmeasured:
    if not isinstance(estimated, Estimate):
        return Unmeasured(reason=estimated.reason)
    return Measured(
        comparison=estimated.comparison,
        scale=estimated.scale,
        baseline=estimated.baseline,
        canary=estimated.canary,
        change=change or estimated.change,
        at_mix=bool(sentences.at_mix(estimated)),
    )


def _estimates(run: Run) -> Mapping[Change, Estimated]:
    return _first(((one.measure, one.comparison, one.scale, None), one) for one in run.estimates)


def _patterns(run: Run) -> Mapping[Change, Estimated]:
    """Those that rules are held against; causes hold some more."""
    asked = {leaf for rule in run.plan.rules for leaf in leaves(rule.when)}
    return _first(
        ((one.estimate.measure, one.estimate.comparison, one.estimate.scale, one.stratum), one.estimate)
        for found in run.strata
        if found.condition in asked
        for one in found.strata
    )


def _first(named: Iterable[tuple[Change, Estimated]]) -> Mapping[Change, Estimated]:
    found: dict[Change, Estimated] = {}
    for name, estimated in named:
        found.setdefault(name, estimated)
    return found


def _measures(then: Mapping[Change, Estimated], now: Mapping[Change, Estimated]) -> tuple[MeasureDifference, ...]:
    return tuple(_measure(key, *pair) for key, *pair in both(then, now))


def _measure(key: Change, then: Estimated | None, now: Estimated | None) -> MeasureDifference:
    measure, comparison, scale, stratum = key
    one, other = (None if estimated is None else _measured(estimated) for estimated in (then, now))
    points = [each.change.point for each in (one, other) if isinstance(each, Measured)]
    known = [point for point in points if point is not None]
    return MeasureDifference(
        measure=measure,
        comparison=comparison,
        scale=scale,
        stratum=stratum,
        then=one,
        now=other,
        moved=known[1] - known[0] if len(known) == 2 else None,
        overlap=overlap(one, other),
    )
