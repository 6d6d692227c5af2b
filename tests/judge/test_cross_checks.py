from collections.abc import Sequence
from dataclasses import replace

import pytest

from canary_guard.judge.cross_checks import Views, by_growth, reconcile
from canary_guard.model.estimate import Estimate, Levels, Undetermined
from canary_guard.model.finding import Alarm, CrossCheck, CrossCheckId, Finding, Outcome
from canary_guard.model.plan import Cache
from canary_guard.model.rule import All, Rule, Severity
from canary_guard.model.window import Comparison
from tests.builders import a_condition_finding, a_rule, an_estimate, rises

EXCEEDED, WITHIN, UNDETERMINED = Outcome.EXCEEDED, Outcome.WITHIN, Outcome.UNDETERMINED
PARTS = (rises("miss_rate", "25%"), rises("db_load_per_request", "15%"))
RULE = a_rule(when=All(parts=PARTS))
WARN = replace(RULE, id="db-load", severity=Severity.WARN)
STEADY = 1.0
WORSE = tuple(an_estimate(part.measure, theta=0.4, half=0.9) for part in PARTS)


def finding(outcome: Outcome, comparison: Comparison = Comparison.CONCURRENT, rule: Rule = RULE) -> Finding:
    conditions = tuple(a_condition_finding(part, outcome, comparison=comparison) for part in PARTS)
    kind = Undetermined.EXPOSURE if outcome is UNDETERMINED else None
    return Finding(rule=rule, outcome=outcome, undetermined=kind, conditions=conditions)


def views(
    *,
    placebo: Outcome | None = None,
    beyond: Outcome | None = None,
    baseline: Outcome | None = None,
    fleet: Outcome | None = None,
    estimates: Sequence[Estimate] = (),
    traffic: float | None = STEADY,
) -> Views:
    def one(outcome: Outcome | None, comparison: Comparison) -> Sequence[Finding]:
        return () if outcome is None else (finding(outcome, comparison),)

    return Views(
        placebo=one(placebo, Comparison.CONCURRENT),
        beyond=one(beyond, Comparison.DIFF_IN_DIFF),
        baseline=one(baseline, Comparison.BEFORE_AFTER),
        fleet=one(fleet, Comparison.BEFORE_AFTER),
        baseline_estimates=estimates,
        traffic=traffic,
    )


def reconciled(
    found: Finding, seen: Views, *, cache: Cache = Cache.SHARED
) -> tuple[Finding, dict[CrossCheckId, CrossCheck]]:
    kept, checks = reconcile([found], seen, cache=cache, levels=Levels())
    return kept[0], {check.id: check for check in checks}


def comparison(found: Finding) -> set[Comparison]:
    return {condition.comparison for condition in found.conditions}


@pytest.mark.parametrize("outcome", Outcome)
def test_without_a_window_before_nothing_changes_and_it_is_told(outcome: Outcome) -> None:
    kept, checks = reconciled(finding(outcome), Views())
    assert kept == finding(outcome)
    assert {check.alarm for check in checks.values()} == {Alarm.IMPOSSIBLE}
    assert all("before the deploy" in check.sentence for check in checks.values())


def unread(*, from_source: bool) -> Finding:
    lost = finding(UNDETERMINED, Comparison.BEFORE_AFTER)
    conditions = tuple(replace(one, undetermined=Undetermined.DATA, from_source=from_source) for one in lost.conditions)
    return replace(lost, undetermined=Undetermined.DATA, reason="misses could not be read", conditions=conditions)


@pytest.mark.parametrize("outcome", [EXCEEDED, UNDETERMINED])
def test_a_window_before_that_has_no_data_or_failed_takes_nothing_else_away(outcome: Outcome) -> None:
    for lost in (unread(from_source=True), unread(from_source=False)):
        kept, checks = reconciled(finding(outcome), Views(placebo=(lost,), fleet=(lost,), baseline=(lost,)))
        assert kept == finding(outcome)
        assert {check.alarm for check in checks.values()} == {Alarm.IMPOSSIBLE}
        assert all(check.sentence == "not asked: misses could not be read" for check in checks.values())


def test_nothing_passes_where_the_source_failed_to_tell_of_the_window_before() -> None:
    lost = unread(from_source=True)
    kept, _ = reconciled(finding(WITHIN), Views(placebo=(lost,), fleet=(lost,), baseline=(lost,)))
    assert (kept.outcome, kept.undetermined) == (UNDETERMINED, Undetermined.DATA)
    gone = unread(from_source=False)
    kept, _ = reconciled(finding(WITHIN), Views(placebo=(gone,), fleet=(gone,), baseline=(gone,)))
    assert kept == finding(WITHIN)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("before", [WITHIN, UNDETERMINED])
def test_arms_that_did_not_surely_differ_before_are_judged_side_by_side(outcome: Outcome, before: Outcome) -> None:
    kept, checks = reconciled(finding(outcome), views(placebo=before, beyond=WITHIN))
    assert kept == finding(outcome)
    assert checks[CrossCheckId.PLACEBO].alarm is Alarm.CLEAR


def test_a_difference_that_was_there_before_and_grew_is_a_breach_by_its_growth() -> None:
    kept, checks = reconciled(finding(EXCEEDED), views(placebo=EXCEEDED, beyond=EXCEEDED))
    assert kept.outcome is EXCEEDED
    assert comparison(kept) == {Comparison.DIFF_IN_DIFF}
    assert checks[CrossCheckId.PLACEBO].alarm is Alarm.RAISED
    assert "the difference grew with the deploy (origin-regression)" in checks[CrossCheckId.PLACEBO].sentence


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("beyond", Outcome)
def test_by_growth_a_rule_is_what_its_growth_is(outcome: Outcome, beyond: Outcome) -> None:
    patterns = finding(outcome, rule=replace(RULE, id="pattern-collapse"))
    grown = by_growth([finding(outcome), patterns], views(beyond=beyond), asked=[RULE])
    assert grown == (finding(beyond, Comparison.DIFF_IN_DIFF), patterns)


@pytest.mark.parametrize("outcome", Outcome)
def test_by_growth_nothing_is_known_without_a_sound_window_before(outcome: Outcome) -> None:
    patterns = finding(outcome, rule=replace(RULE, id="pattern-collapse"))
    sick = replace(views(beyond=WITHIN), sick="a pod restarted before the deploy")
    for seen, why in ((Views(), "there is no window before the deploy"), (sick, "a pod restarted before the deploy")):
        first, second = by_growth([finding(outcome), patterns], seen, asked=[RULE])
        assert (first.outcome, first.undetermined) == (UNDETERMINED, Undetermined.DATA)
        assert first.reason == f"by how much the difference grew with the deploy is not known: {why}"
        assert second == patterns


def test_a_difference_that_was_there_before_and_did_not_grow_is_not_the_deploys() -> None:
    standing = tuple(an_estimate(part.measure, theta=0.2) for part in PARTS)
    seen = replace(views(placebo=EXCEEDED, beyond=WITHIN), estimates=standing)
    kept, checks = reconciled(finding(EXCEEDED), seen)
    assert (kept.outcome, comparison(kept)) == (WITHIN, {Comparison.DIFF_IN_DIFF})
    assert checks[CrossCheckId.PLACEBO].alarm is Alarm.RAISED
    assert "the difference did not grow with the deploy (origin-regression)" in checks[CrossCheckId.PLACEBO].sentence


@pytest.mark.parametrize("measure", ["miss_rate", "db_load_per_request"])
def test_a_large_difference_that_was_there_before_may_be_the_same_fault_deployed_twice(measure: str) -> None:
    """Beyond the indifference zone of either bound: ln 1.5 and ln 1.3."""
    known = tuple(an_estimate(part.measure, theta=0.5 if part.measure == measure else 0.2) for part in PARTS)
    for estimates in (known, known[:1]):
        kept, checks = reconciled(
            finding(EXCEEDED), replace(views(placebo=EXCEEDED, beyond=WITHIN), estimates=estimates)
        )
        assert (kept.outcome, kept.undetermined) == (UNDETERMINED, Undetermined.EXPOSURE)
        assert "`compare: diff-in-diff`" in (kept.reason or "")
        assert checks[CrossCheckId.PLACEBO].alarm is Alarm.RAISED


@pytest.mark.parametrize("beyond", [None, UNDETERMINED])
def test_a_difference_that_was_there_before_is_never_a_breach_by_itself_nor_a_pass(beyond: Outcome | None) -> None:
    kept, checks = reconciled(finding(EXCEEDED), views(placebo=EXCEEDED, beyond=beyond))
    assert (kept.outcome, kept.undetermined) == (UNDETERMINED, Undetermined.EXPOSURE)
    assert kept.reason is not None
    assert "before the deploy already" in kept.reason
    assert checks[CrossCheckId.PLACEBO].alarm is Alarm.RAISED


@pytest.mark.parametrize("outcome", [WITHIN, UNDETERMINED])
def test_the_placebo_takes_no_other_finding_away(outcome: Outcome) -> None:
    kept, _ = reconciled(finding(outcome), views(placebo=EXCEEDED, beyond=EXCEEDED))
    assert kept == finding(outcome)


@pytest.mark.parametrize("outcome", [WITHIN, UNDETERMINED])
def test_both_arms_worse_than_before_is_a_breach_seen_before_and_after(outcome: Outcome) -> None:
    kept, checks = reconciled(finding(outcome), views(fleet=EXCEEDED, baseline=EXCEEDED))
    assert kept.outcome is EXCEEDED
    assert comparison(kept) == {Comparison.BEFORE_AFTER}
    assert checks[CrossCheckId.CONTAMINATION].alarm is Alarm.RAISED


@pytest.mark.parametrize(("traffic", "outcome"), [(0.75, EXCEEDED), (4 / 3, EXCEEDED), (0.74, UNDETERMINED)])
def test_traffic_that_moved_makes_it_inconclusive(traffic: float, outcome: Outcome) -> None:
    kept, _ = reconciled(finding(WITHIN), views(fleet=EXCEEDED, baseline=EXCEEDED, traffic=traffic))
    assert kept.outcome is outcome


@pytest.mark.parametrize(("traffic", "words"), [(1.34, "so did traffic"), (None, "by how much traffic moved")])
def test_why_it_is_inconclusive_is_told(traffic: float | None, words: str) -> None:
    kept, _ = reconciled(finding(WITHIN), views(fleet=EXCEEDED, baseline=EXCEEDED, traffic=traffic))
    assert kept.outcome is UNDETERMINED
    assert words in (kept.reason or "")


@pytest.mark.parametrize(
    ("fleet", "baseline"), [(EXCEEDED, WITHIN), (WITHIN, EXCEEDED), (EXCEEDED, UNDETERMINED), (UNDETERMINED, EXCEEDED)]
)
def test_the_fleet_alone_or_the_baseline_alone_is_no_breach(fleet: Outcome, baseline: Outcome) -> None:
    kept, _ = reconciled(finding(WITHIN), views(fleet=fleet, baseline=baseline))
    assert kept == finding(WITHIN)


def test_a_breach_side_by_side_stays_one() -> None:
    kept, checks = reconciled(finding(EXCEEDED), views(fleet=EXCEEDED, baseline=EXCEEDED))
    assert kept == finding(EXCEEDED)
    assert checks[CrossCheckId.CONTAMINATION].alarm is Alarm.CLEAR


def test_a_pass_is_held_back_where_the_baseline_looks_worse() -> None:
    seen = views(fleet=UNDETERMINED, baseline=UNDETERMINED, estimates=tuple(sure(one) for one in WORSE))
    kept, checks = reconciled(finding(WITHIN), seen)
    assert (kept.outcome, kept.undetermined) == (UNDETERMINED, Undetermined.EXPOSURE)
    assert "the baseline itself looks worse" in (kept.reason or "")
    assert checks[CrossCheckId.CONTAMINATION].alarm is Alarm.RAISED


def sure(estimate: Estimate) -> Estimate:
    """Beyond the bound in the point, above zero at the looser level."""
    return replace(estimate, change_within=replace(estimate.change_within, low=0.01))


@pytest.mark.parametrize(
    ("fleet", "estimates"),
    [
        (WITHIN, tuple(sure(one) for one in WORSE)),
        (UNDETERMINED, WORSE),
        (UNDETERMINED, (sure(WORSE[0]), an_estimate(PARTS[1].measure, theta=0.1, half=0.05))),
        (UNDETERMINED, ()),
    ],
    ids=["the fleet is within", "may be chance", "one of two", "not known"],
)
def test_a_pass_is_not_held_back_for_less(fleet: Outcome, estimates: Sequence[Estimate]) -> None:
    kept, checks = reconciled(finding(WITHIN), views(fleet=fleet, baseline=UNDETERMINED, estimates=estimates))
    assert kept == finding(WITHIN)
    assert checks[CrossCheckId.CONTAMINATION].alarm is Alarm.CLEAR


def test_a_cache_of_its_own_cannot_contaminate() -> None:
    kept, checks = reconciled(finding(WITHIN), views(fleet=EXCEEDED, baseline=EXCEEDED), cache=Cache.PER_ARM)
    assert kept == finding(WITHIN)
    assert list(checks) == [CrossCheckId.PLACEBO, CrossCheckId.EXPOSURE]


def test_rules_that_warn_keep_their_findings() -> None:
    warned = finding(WITHIN, rule=WARN)
    kept, _ = reconcile(
        [finding(WITHIN), warned], views(fleet=EXCEEDED, baseline=EXCEEDED), cache=Cache.SHARED, levels=Levels()
    )
    assert [one.outcome for one in kept] == [EXCEEDED, WITHIN]


def exposed(ratio: float | None, *, theta: float = 0.6, half: float = 0.05, before: bool = False) -> Views:
    """The canary's cache sees `ratio` of the baseline's traffic."""
    estimates = tuple(an_estimate(part.measure, theta=theta, half=half) for part in PARTS)
    known = (finding(WITHIN),) if before else ()
    return Views(estimates=estimates, exposure=ratio, placebo=known, beyond=known)


def unequal(seen: Views, found: Finding) -> tuple[Finding, Alarm]:
    kept, checks = reconciled(found, seen, cache=Cache.PER_ARM)
    return kept, checks[CrossCheckId.EXPOSURE].alarm


def test_a_cache_with_much_less_traffic_may_be_colder_with_the_same_code() -> None:
    kept, alarm = unequal(exposed(0.5), finding(EXCEEDED))
    assert (kept.outcome, kept.undetermined, alarm) == (UNDETERMINED, Undetermined.EXPOSURE, Alarm.RAISED)
    assert "50%" in (kept.reason or "")


def test_what_is_beyond_what_exposure_explains_is_a_breach() -> None:
    """ln 2 + ln 1.25 = 0.916"""
    assert unequal(exposed(0.5, theta=1.0), finding(EXCEEDED)) == (finding(EXCEEDED), Alarm.RAISED)
    assert unequal(exposed(0.5, theta=0.95), finding(EXCEEDED))[0].outcome is UNDETERMINED


@pytest.mark.parametrize(
    ("seen", "alarm"),
    [
        (exposed(0.67), Alarm.CLEAR),
        (exposed(3.0), Alarm.CLEAR),
        (exposed(0.5, before=True), Alarm.CLEAR),
        (exposed(None), Alarm.IMPOSSIBLE),
    ],
    ids=["about alike", "the baseline's is the colder one", "a window before", "not known"],
)
def test_otherwise_a_breach_stays_one(seen: Views, alarm: Alarm) -> None:
    assert unequal(seen, finding(EXCEEDED)) == (finding(EXCEEDED), alarm)


def test_a_pass_with_less_traffic_stays_one() -> None:
    assert unequal(exposed(0.5), finding(WITHIN))[0] == finding(WITHIN)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_sick_window_before_is_not_compared_with_and_it_is_told(outcome: Outcome) -> None:
    sick = replace(views(placebo=EXCEEDED, beyond=WITHIN, fleet=EXCEEDED, baseline=EXCEEDED), sick="it burned")
    kept, checks = reconciled(finding(outcome), sick)
    assert kept == finding(outcome)
    assert {check.alarm for check in checks.values()} == {Alarm.IMPOSSIBLE}
    assert {check.sentence for check in checks.values()} == {"not asked: it burned"}


def collapsed(stratum: str) -> Finding:
    found = finding(EXCEEDED)
    first, second = found.conditions
    return replace(found, conditions=(replace(first, stratum=stratum), second))


@pytest.mark.parametrize(("before", "outcome"), [("stock", UNDETERMINED), ("price", EXCEEDED)])
def test_only_the_same_key_pattern_was_broken_before(before: str, outcome: Outcome) -> None:
    kept, _ = reconciled(collapsed("stock"), Views(placebo=(collapsed(before),)))
    assert kept.outcome is outcome
