"""Views: the same measures between other sides, and what they make of the findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from canary_guard.judge.cross_checks import Views, by_growth, reconcile
from canary_guard.judge.verdict import judge
from canary_guard.model.estimate import Estimate, Estimated, Interval, NoEstimate
from canary_guard.model.finding import CrossCheck, Finding
from canary_guard.model.measure import Scale
from canary_guard.model.measurement import Measurement
from canary_guard.model.plan import Compare, Plan
from canary_guard.model.rule import ChangeCondition, Rule, Severity, leaves
from canary_guard.model.window import Period, View
from canary_guard.stats.behaviour import baseline_mix
from canary_guard.stats.by_pattern import estimate_strata
from canary_guard.stats.counting import Counted
from canary_guard.stats.estimating import estimate, estimate_beyond
from canary_guard.stats.exposure import per_second
from canary_guard.stats.health import sickness
from canary_guard.stats.rough import rough_ratio

NOWHERE: Mapping[str, Measurement] = MappingProxyType({})

Change = tuple[str, Scale]
"""A measure, and the scale on which its change is wanted."""


def estimates_of(
    plan: Plan, changes: Iterable[Change], measurement: Measurement, *, shared: Mapping[str, Measurement] = NOWHERE
) -> tuple[Estimated, ...]:
    """The changes of one measurement; by name, those of shared signals come from another."""
    mix = baseline_mix(measurement, plan.levels)
    return tuple(
        estimate(
            name,
            scale,
            shared.get(name, measurement),
            mix=None if name in shared else mix,
            levels=plan.levels,
            cost=plan.cost,
            db_load=plan.db_load,
        )
        for name, scale in changes
    )


def cross_checked(
    plan: Plan, counted: Counted, findings: Sequence[Finding], estimates: Sequence[Estimated], *, step: int
) -> tuple[tuple[Finding, ...], tuple[CrossCheck, ...], tuple[Estimated, ...]]:
    """The findings that count, what the checks did, and the estimates of other views that decided a rule."""
    growth = plan.compare is Compare.DIFF_IN_DIFF
    rules = [rule for rule in plan.rules if (growth or rule.severity is Severity.FAIL) and not _at_peak(rule)]
    whole = [rule for rule in rules if not _in_strata(rule)]
    changes = list(dict.fromkeys((leaf.measure, leaf.scale) for rule in rules for leaf in leaves(rule.when)))
    hold = partial(judge, whole, levels=plan.levels, step=step)
    known = {
        view: estimates_of(plan, changes, measurement)
        for view, measurement in counted.views.items()
        if view is not View.ARMS
    }
    beyond: tuple[Estimated, ...] = ()
    if View.ARMS_BEFORE in counted.views:
        before, after = counted.views[View.ARMS_BEFORE], counted.views[View.ARMS]
        mix_before, mix_after = (baseline_mix(one, plan.levels) for one in (before, after))
        beyond = tuple(
            _still_cold(
                estimate_beyond(
                    name,
                    scale,
                    before=before,
                    after=after,
                    mix_before=mix_before,
                    mix_after=mix_after,
                    levels=plan.levels,
                    cost=plan.cost,
                    db_load=plan.db_load,
                ),
                estimates,
                known.get(View.ARMS_BEFORE, ()),
            )
            for name, scale in changes
        )
    held = {view: hold(estimates) for view, estimates in known.items()}
    views = Views(
        placebo=_placebo(plan, counted, rules, known.get(View.ARMS_BEFORE, ()), step=step),
        beyond=hold(beyond) if beyond else (),
        baseline=held.get(View.BASELINE, ()),
        fleet=held.get(View.FLEET, ()),
        baseline_estimates=_looked_at(plan, counted, known.get(View.BASELINE, ())),
        traffic=_traffic(counted),
        estimates=estimates,
        sick=_sick(plan, counted),
        exposure=_exposure(counted.measurement),
    )
    asked = by_growth(findings, views, asked=whole) if growth else findings
    deciding, cross_checks = reconcile(asked, views, cache=plan.cache, levels=plan.levels)
    used = {condition.comparison for finding in deciding for condition in finding.conditions}
    further = (*known.get(View.FLEET, ()), *beyond)
    return deciding, cross_checks, tuple(one for one in further if one.comparison in used)


def _placebo(
    plan: Plan, counted: Counted, rules: Sequence[Rule], estimates: Sequence[Estimated], *, step: int
) -> tuple[Finding, ...]:
    """The rules, those on key patterns too, between the arms before the deploy."""
    before = counted.views.get(View.ARMS_BEFORE)
    if before is None:
        return ()
    strata = [estimate_strata(leaf, before, levels=plan.levels) for rule in rules for leaf in _split(rule)]
    return judge(rules, estimates, strata, levels=plan.levels, step=step)


def _still_cold(beyond: Estimated, estimates: Sequence[Estimated], before: Sequence[Estimated]) -> Estimated:
    """The growth of a difference, with what is known of the canary's recovery.

    What a warm cache heads for is a difference to the baseline: what of it stood before the deploy is no growth.
    """
    after, earlier = (
        next((one for one in ones if (one.measure, one.scale) == (beyond.measure, beyond.scale)), None)
        for ones in (estimates, before)
    )
    if isinstance(beyond, NoEstimate) or not isinstance(after, Estimate) or after.recovery is None:
        return beyond
    heading = after.recovery.heading
    if heading is not None:
        heading = _less(heading, earlier.change) if isinstance(earlier, Estimate) else None
    return replace(beyond, recovery=replace(after.recovery, heading=heading))


def _less(one: Interval, other: Interval) -> Interval:
    """All that the difference of two intervals may be: wider than it need be, and never too narrow."""
    point, low, high = (
        None if first is None or second is None else first - second
        for first, second in ((one.point, other.point), (one.low, other.high), (one.high, other.low))
    )
    return Interval(point=point, low=low, high=high)


def _looked_at(plan: Plan, counted: Counted, estimates: Sequence[Estimated]) -> Sequence[Estimated]:
    """The baseline before and after; roughly, where the window before is too short for an estimate."""
    measurement = counted.views.get(View.BASELINE)
    if measurement is None:
        return estimates
    rough = (
        rough_ratio(one.measure, measurement, levels=plan.levels, db_load=plan.db_load)
        if isinstance(one, NoEstimate) and one.scale is Scale.RATIO
        else None
        for one in estimates
    )
    return [found or one for one, found in zip(estimates, rough, strict=True)]


def _sick(plan: Plan, counted: Counted) -> str | None:
    """What is wrong with the window before the deploy."""
    before = counted.views.get(View.ARMS_BEFORE)
    if before is None:
        return None
    units = [unit for unit in counted.quality.units if unit.period is Period.BEFORE]
    return sickness(before, units, shared=counted.of_shared, db_load=plan.db_load, levels=plan.levels)


def _exposure(measurement: Measurement) -> float | None:
    """Lookups per second of the canary over those of the baseline."""
    rates = [per_second(side, "lookups") for side in (measurement.canary, measurement.baseline)]
    return rates[0] / rates[1] if rates[0] and rates[1] else None


def _traffic(counted: Counted) -> float | None:
    """Requests per second of both arms since the deploy, over those before it."""
    fleet = counted.views.get(View.FLEET)
    if fleet is None:
        return None
    before, after = (per_second(side, "requests") for side in (fleet.baseline, fleet.canary))
    return after / before if before and after is not None else None


def _split(rule: Rule) -> list[ChangeCondition]:
    return [leaf for leaf in leaves(rule.when) if isinstance(leaf, ChangeCondition) and leaf.any_stratum]


def _in_strata(rule: Rule) -> bool:
    return bool(_split(rule))


def _at_peak(rule: Rule) -> bool:
    """The projection is of the canary's load as it is, whatever it was before."""
    return any(leaf.measure == "utilisation" for leaf in leaves(rule.when))
