from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.judge.verdict import judge, verdict
from canary_guard.model.estimate import Estimate, Estimated, Interval, Levels, Undetermined
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.measure import Scale
from canary_guard.model.rule import All, Any, Condition, LevelCondition, LimitSide, Not, Rule, Severity
from canary_guard.model.run import Verdict
from canary_guard.model.window import Comparison
from tests.builders import (
    STEP,
    a_bound,
    a_condition_finding,
    a_rule,
    an_estimate,
    drops,
    estimates,
    no_estimate,
    rises,
)

DATA, EXPOSURE, WARM_UP = Undetermined.DATA, Undetermined.EXPOSURE, Undetermined.WARM_UP
HIT_RATE = drops("hit_rate", "0.5pp")
LOAD = rises("db_load_per_request", "15%")


def judged(*rules: Rule, having: tuple[Estimated, ...] = ()) -> tuple[Finding, ...]:
    return judge(rules, having, levels=Levels(), step=STEP)


def outcome_of(when: Condition, *having: Estimated) -> Finding:
    (finding,) = judged(a_rule(when=when), having=having)
    return finding


@pytest.mark.parametrize("expected", [Verdict.PASS, Verdict.FAIL])
def test_the_rule_of_the_origin_regression_by_its_estimates(expected: Verdict) -> None:
    findings = judged(a_rule(), having=estimates(expected))
    outcome = Outcome.EXCEEDED if expected is Verdict.FAIL else Outcome.WITHIN
    assert [finding.outcome for finding in findings[0].conditions] == [outcome] * 3
    assert verdict(findings, partial=False) == (expected, ())


def test_without_estimates_it_is_inconclusive_of_their_kind() -> None:
    findings = judged(a_rule(), having=estimates(Verdict.INCONCLUSIVE))
    assert verdict(findings, partial=False) == (Verdict.INCONCLUSIVE, (EXPOSURE,))
    assert (findings[0].undetermined, findings[0].reason) == (EXPOSURE, "hit rate: fewer than 20 misses")


def test_rules_of_severity_fail_come_first_and_keep_their_order() -> None:
    rules = [
        a_rule("w1", severity=Severity.WARN),
        a_rule("f1"),
        a_rule("w2", severity=Severity.WARN),
        a_rule("f2"),
    ]
    assert [finding.rule.id for finding in judged(*rules)] == ["f1", "f2", "w1", "w2"]


def test_conditions_are_found_from_left_to_right() -> None:
    when = All(parts=(Any(parts=(HIT_RATE, rises("miss_rate", "25%"))), Not(part=LOAD)))
    finding = outcome_of(when, *estimates(Verdict.FAIL))
    assert [one.condition for one in finding.conditions] == [HIT_RATE, rises("miss_rate", "25%"), LOAD]
    assert finding.outcome is Outcome.WITHIN


def test_a_condition_takes_the_estimate_on_its_scale() -> None:
    ratio = an_estimate("miss_rate", theta=0.0, half=0.05)
    difference = replace(an_estimate("miss_rate", theta=0.02, half=0.001), scale=Scale.DIFFERENCE)
    for having in ((ratio, difference), (difference, ratio)):
        assert outcome_of(rises("miss_rate", "0.5pp"), *having).outcome is Outcome.EXCEEDED
        assert outcome_of(rises("miss_rate", "25%"), *having).outcome is Outcome.WITHIN


def test_a_level_is_held_against_its_limit() -> None:
    below = LevelCondition(measure="hit_rate", side=LimitSide.BELOW, limit=a_bound("95%"))
    estimate = replace(an_estimate("hit_rate", theta=0.0, half=0.001), canary=Interval(point=0.9, low=0.89, high=0.91))
    assert outcome_of(below, estimate).outcome is Outcome.EXCEEDED
    assert outcome_of(below, no_estimate("hit_rate")).undetermined is EXPOSURE
    assert outcome_of(below).undetermined is DATA


@pytest.mark.parametrize(
    ("having", "reason"),
    [
        ((), "no estimate was made"),
        ((an_estimate("db_load_per_request", theta=0.0, half=0.01),), "no estimate was made"),
        ((replace(an_estimate("hit_rate", theta=0.0, half=0.001), scale=Scale.RATIO),), "no estimate was made"),
        (
            tuple(an_estimate("hit_rate", theta=theta, half=0.001) for theta in (0.0, -0.2)),
            "there are estimates that contradict each other",
        ),
    ],
    ids=["none", "another measure", "another scale", "two"],
)
def test_a_condition_without_its_estimate_is_never_within(having: tuple[Estimated, ...], reason: str) -> None:
    finding = outcome_of(HIT_RATE, *having)
    assert (finding.outcome, finding.undetermined) == (Outcome.UNDETERMINED, DATA)
    assert finding.reason == f"hit rate: {reason}"
    assert finding.more_time is None


def test_a_missing_estimate_is_told_of_the_comparison_of_the_others() -> None:
    other = replace(an_estimate(), comparison=Comparison.BEFORE_AFTER)
    assert outcome_of(HIT_RATE, other).conditions[0].comparison is Comparison.BEFORE_AFTER
    assert outcome_of(HIT_RATE).conditions[0].comparison is Comparison.CONCURRENT


def test_the_total_says_nothing_about_any_stratum() -> None:
    flat = an_estimate("hit_rate", theta=0.0, half=0.001)
    assert outcome_of(HIT_RATE, flat).outcome is Outcome.WITHIN
    finding = outcome_of(replace(HIT_RATE, any_stratum=True), flat)
    assert (finding.undetermined, finding.reason) == (DATA, "hit rate: no estimate per stratum was made")


def test_a_flat_database_load_does_not_make_a_pass_of_missing_counters() -> None:
    flat = an_estimate(theta=0.0, half=0.01)
    when = All(parts=(HIT_RATE, LOAD))
    missing = outcome_of(when, no_estimate("hit_rate", "no series for canary", DATA), flat)
    assert (missing.outcome, missing.undetermined) == (Outcome.UNDETERMINED, DATA)
    assert missing.reason == "hit rate: no series for canary"
    assert verdict([missing], partial=False) == (Verdict.INCONCLUSIVE, (DATA,))
    few = outcome_of(when, no_estimate("hit_rate"), flat)
    assert verdict([few], partial=False) == (Verdict.PASS, ())


def test_the_worst_kind_is_that_of_the_rule() -> None:
    having = (no_estimate("hit_rate"), no_estimate("db_load_per_request", "no series", DATA))
    finding = outcome_of(All(parts=(HIT_RATE, LOAD)), *having)
    assert (finding.undetermined, finding.reason) == (DATA, "database load per request: no series")


def test_all_kinds_of_a_rule_count_for_the_verdict() -> None:
    having = (no_estimate("hit_rate"), no_estimate("db_load_per_request", "still cold", WARM_UP))
    finding = outcome_of(All(parts=(HIT_RATE, LOAD)), *having)
    assert finding.undetermined is WARM_UP
    assert verdict([finding], partial=False) == (Verdict.INCONCLUSIVE, (EXPOSURE, WARM_UP))


def test_a_rule_says_after_what_time_it_would_be_settled() -> None:
    few = no_estimate("hit_rate", intervals=40, shortfall=2)
    assert outcome_of(HIT_RATE, few).more_time == 40 * STEP
    assert outcome_of(All(parts=(HIT_RATE, LOAD)), few, an_estimate()).more_time == 40 * STEP


def test_what_is_decided_has_no_reason_and_no_time() -> None:
    for expected in (Verdict.PASS, Verdict.FAIL):
        (finding,) = judged(a_rule(), having=estimates(expected))
        assert (finding.undetermined, finding.reason, finding.more_time) == (None, None, None)


@pytest.mark.parametrize("when", [All(parts=()), Any(parts=()), Not(part=Any(parts=()))])
def test_a_rule_without_conditions_is_undetermined(when: Condition) -> None:
    finding = outcome_of(when)
    assert (finding.outcome, finding.undetermined) == (Outcome.UNDETERMINED, DATA)
    assert finding.reason == "an `all` or `any` of the rule has no parts"
    assert verdict([finding], partial=False) == (Verdict.INCONCLUSIVE, (DATA,))


def a_finding(outcome: Outcome, *kinds: Undetermined, severity: Severity = Severity.FAIL) -> Finding:
    """Of a rule that joins as many conditions as there are kinds, or one."""
    parts = (HIT_RATE, LOAD, rises("miss_rate", "25%"))[: max(1, len(kinds))]
    conditions = tuple(
        a_condition_finding(part, outcome, undetermined=kind)
        for part, kind in zip(parts, kinds or (None,), strict=True)
    )
    return Finding(
        rule=a_rule(severity=severity, when=All(parts=parts)),
        outcome=outcome,
        undetermined=kinds[0] if kinds else None,
        conditions=conditions,
    )


EXCEEDED, WITHIN = a_finding(Outcome.EXCEEDED), a_finding(Outcome.WITHIN)
OPEN = a_finding(Outcome.UNDETERMINED, EXPOSURE)
WARNINGS = tuple(
    replace(finding, rule=replace(finding.rule, severity=Severity.WARN)) for finding in (EXCEEDED, WITHIN, OPEN)
)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((WITHIN,), (Verdict.PASS, ())),
        ((EXCEEDED,), (Verdict.FAIL, ())),
        ((OPEN,), (Verdict.INCONCLUSIVE, (EXPOSURE,))),
        ((OPEN, WITHIN, EXCEEDED), (Verdict.FAIL, ())),
        ((OPEN, WITHIN), (Verdict.INCONCLUSIVE, (EXPOSURE,))),
        ((WITHIN, *WARNINGS), (Verdict.PASS, ())),
        ((), (Verdict.INCONCLUSIVE, (DATA,))),
        (WARNINGS, (Verdict.INCONCLUSIVE, (DATA,))),
        (
            (OPEN, a_finding(Outcome.UNDETERMINED, WARM_UP), a_finding(Outcome.UNDETERMINED, DATA)),
            (Verdict.INCONCLUSIVE, (DATA, EXPOSURE, WARM_UP)),
        ),
    ],
)
def test_the_verdict(findings: tuple[Finding, ...], expected: tuple[Verdict, tuple[Undetermined, ...]]) -> None:
    assert verdict(findings, partial=False) == expected


@pytest.mark.parametrize(
    ("findings", "kinds"),
    [((WITHIN,), (DATA,)), ((EXCEEDED,), (DATA,)), ((OPEN,), (DATA, EXPOSURE)), ((), (DATA,))],
)
def test_a_partial_answer_is_at_most_inconclusive(
    findings: tuple[Finding, ...], kinds: tuple[Undetermined, ...]
) -> None:
    assert verdict(findings, partial=True) == (Verdict.INCONCLUSIVE, kinds)


MEASURES = ("hit_rate", "miss_rate", "db_load_per_request")
given_estimates = st.tuples(
    *(
        st.one_of(
            st.none(),
            st.builds(
                no_estimate,
                st.just(measure),
                st.just("why"),
                st.sampled_from(Undetermined),
                from_source=st.booleans(),
            ),
            st.builds(an_estimate, st.just(measure), theta=st.floats(-1, 1), half=st.floats(0, 0.5)),
        )
        for measure in MEASURES
    )
).map(lambda some: tuple(one for one in some if one is not None))
leaf = st.sampled_from([HIT_RATE, LOAD, rises("miss_rate", "25%")])
whens = st.recursive(
    leaf,
    lambda parts: st.one_of(
        st.builds(lambda some: All(parts=tuple(some)), st.lists(parts, max_size=3)),
        st.builds(lambda some: Any(parts=tuple(some)), st.lists(parts, max_size=3)),
        st.builds(lambda part: Not(part=part), parts),
    ),
    max_leaves=5,
)
rule_sets = st.lists(
    st.builds(lambda when, severity: a_rule(when=when, severity=severity), whens, st.sampled_from(Severity)), max_size=3
)


@given(rules=rule_sets, having=given_estimates, partial=st.booleans())
def test_a_pass_rests_on_proofs(rules: list[Rule], having: tuple[Estimated, ...], partial: bool) -> None:
    """Whatever is asked and found: no pass with data missing in a rule that can fail, and none without such a rule."""
    findings = judged(*rules, having=having)
    found, kinds = verdict(findings, partial=partial)
    gating = [finding for finding in findings if finding.rule.severity is Severity.FAIL]
    assert (found is Verdict.INCONCLUSIVE) == bool(kinds)
    if found is Verdict.PASS:
        assert not partial
        assert gating
        for finding in gating:
            assert finding.outcome is Outcome.WITHIN
            assert finding.conditions
            assert all(one.undetermined is not DATA for one in finding.conditions)
    if found is Verdict.FAIL:
        assert not partial
        assert any(finding.outcome is Outcome.EXCEEDED for finding in gating)


@given(rules=rule_sets, having=given_estimates, drop=st.integers(0, 2))
def test_taking_an_estimate_away_never_makes_a_pass(
    rules: list[Rule], having: tuple[Estimated, ...], drop: int
) -> None:
    def found(some: tuple[Estimated, ...]) -> Verdict:
        return verdict(judged(*rules, having=some), partial=False)[0]

    fewer = having[:drop] + having[drop + 1 :]
    assert found(having) is Verdict.PASS or found(fewer) is not Verdict.PASS


def test_the_same_estimates_in_another_order_are_judged_alike() -> None:
    some: tuple[Estimate, ...] = tuple(one for one in estimates(Verdict.FAIL) if isinstance(one, Estimate))
    assert judged(a_rule(), having=some) == judged(a_rule(), having=some[::-1])
