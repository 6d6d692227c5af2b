from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.judge.exits import exit_for
from canary_guard.judge.verdict import judge, verdict
from canary_guard.model.estimate import Estimated, Levels, Undetermined
from canary_guard.model.finding import Finding
from canary_guard.model.measure import Scale
from canary_guard.model.plan import Answer, ExitPlan, Mode, Plan
from canary_guard.model.rule import All, Any, Condition, Severity
from canary_guard.model.run import Exit, Verdict
from canary_guard.model.series import Failure, Reading
from tests.builders import STEP, a_plan, a_reading, a_rule, an_estimate, drops, no_estimate, rises

DATA, EXPOSURE, WARM_UP = Undetermined.DATA, Undetermined.EXPOSURE, Undetermined.WARM_UP
HIT_RATE = drops("hit_rate", "0.5pp")
LOAD = rises("db_load_per_request", "15%")
FLAT = an_estimate(theta=0.0, half=0.01)
BAD = an_estimate(theta=0.7, half=0.1)
FAILED = no_estimate("hit_rate", "the source failed on hits", DATA, from_source=True)
SOURCE_NOTE = "the source failed, and nothing is left that could fail the run"


def a_plan_with(
    inconclusive_as: Mapping[Undetermined, Answer] | None = None,
    source_error_as: Answer | None = None,
    mode: Mode = Mode.ENFORCE,
) -> Plan:
    return a_plan(exits=ExitPlan(inconclusive_as=inconclusive_as or {}, source_error_as=source_error_as), mode=mode)


def found(when: Condition, *estimates: Estimated, severity: Severity = Severity.FAIL) -> Finding:
    (finding,) = judge([a_rule(when=when, severity=severity)], estimates, levels=Levels(), step=STEP)
    return finding


def a_failure(answer: str = "503 Service Unavailable", key: str = "hits") -> Reading:
    return replace(
        a_reading(key),
        series=(),
        failure=Failure(answer=answer, advice="Try again later.", unreachable=False),
    )


def exited(
    *findings: Finding,
    plan: Plan | None = None,
    failures: tuple[Reading, ...] = (),
    kinds: tuple[Undetermined, ...] | None = None,
) -> Exit:
    result, undetermined = verdict(findings, partial=False)
    return exit_for(
        result, undetermined if kinds is None else kinds, findings, plan=plan or a_plan(), failures=failures
    )


OPEN = found(HIT_RATE, no_estimate("hit_rate"))
MISSING = found(HIT_RATE, no_estimate("hit_rate", "no series", DATA))
COLD = found(HIT_RATE, no_estimate("hit_rate", "still cold", WARM_UP))
BLIND = found(HIT_RATE, FAILED)


@pytest.mark.parametrize(("finding", "code"), [(found(LOAD, FLAT), 0), (found(LOAD, BAD), 1), (OPEN, 3), (MISSING, 3)])
def test_the_exit_code_is_the_verdict(finding: Finding, code: int) -> None:
    assert exited(finding) == Exit(code=code)


@pytest.mark.parametrize(
    ("mapping", "findings", "expected"),
    [
        (
            {EXPOSURE: Answer.PASS},
            (OPEN,),
            Exit(code=0, note="inconclusive (exposure) counts as pass (--inconclusive-as)"),
        ),
        (
            {EXPOSURE: Answer.FAIL},
            (OPEN,),
            Exit(code=1, note="inconclusive (exposure) counts as fail (--inconclusive-as)"),
        ),
        ({EXPOSURE: Answer.INCONCLUSIVE}, (OPEN,), Exit(code=3)),
        ({EXPOSURE: Answer.PASS}, (MISSING,), Exit(code=3)),
        ({EXPOSURE: Answer.PASS}, (OPEN, MISSING), Exit(code=3)),
        ({EXPOSURE: Answer.PASS}, (OPEN, COLD), Exit(code=3)),
        (
            {EXPOSURE: Answer.PASS, DATA: Answer.FAIL},
            (OPEN, MISSING),
            Exit(code=1, note="inconclusive (data, exposure) counts as fail (--inconclusive-as)"),
        ),
        (
            {EXPOSURE: Answer.FAIL, DATA: Answer.PASS},
            (OPEN, MISSING),
            Exit(code=1, note="inconclusive (data, exposure) counts as fail (--inconclusive-as)"),
        ),
        (
            {DATA: Answer.FAIL},
            (OPEN, MISSING),
            Exit(code=1, note="inconclusive (data, exposure) counts as fail (--inconclusive-as)"),
        ),
        (
            dict.fromkeys(Undetermined, Answer.PASS),
            (OPEN, MISSING, COLD),
            Exit(code=0, note="inconclusive (data, exposure, warm-up) counts as pass (--inconclusive-as)"),
        ),
    ],
)
def test_of_several_kinds_the_worst_counts(
    mapping: Mapping[Undetermined, Answer], findings: tuple[Finding, ...], expected: Exit
) -> None:
    assert exited(*findings, plan=a_plan_with(mapping)) == expected


def test_all_kinds_within_one_rule_count() -> None:
    cold_load = no_estimate("db_load_per_request", "still cold", WARM_UP)
    both = found(All(parts=(HIT_RATE, LOAD)), no_estimate("hit_rate"), cold_load)
    assert exited(both, plan=a_plan_with({WARM_UP: Answer.PASS})).code == 3
    assert exited(both, plan=a_plan_with({WARM_UP: Answer.PASS, EXPOSURE: Answer.FAIL})).code == 1


SUSPECT = found(HIT_RATE, an_estimate("hit_rate", theta=-0.02, half=0.03, scale=Scale.DIFFERENCE))
"""Undetermined for want of exposure, with its point beyond the bound."""


def test_low_traffic_that_looks_bad_is_not_waved_through() -> None:
    assert (SUSPECT.undetermined, [one.looks_bad for one in SUSPECT.conditions]) == (EXPOSURE, [True])
    stays = Exit(code=3, note="it looks bad, so --inconclusive-as does not make it a pass")
    assert exited(SUSPECT, plan=a_plan_with({EXPOSURE: Answer.PASS})) == stays
    assert exited(SUSPECT, OPEN, plan=a_plan_with({EXPOSURE: Answer.PASS, WARM_UP: Answer.PASS})) == stays
    assert exited(SUSPECT, plan=a_plan_with({EXPOSURE: Answer.FAIL})).code == 1
    assert exited(SUSPECT, plan=a_plan_with(dict.fromkeys(Undetermined, Answer.PASS))).code == 0


def test_a_warning_that_looks_bad_changes_no_exit_code() -> None:
    warning = replace(SUSPECT, rule=replace(SUSPECT.rule, severity=Severity.WARN))
    assert exited(OPEN, warning, plan=a_plan_with({EXPOSURE: Answer.PASS})).code == 0


@pytest.mark.parametrize("answer", Answer)
def test_mappings_leave_pass_and_fail_alone(answer: Answer) -> None:
    plan = a_plan_with(dict.fromkeys(Undetermined, answer), answer)
    assert exited(found(LOAD, FLAT), plan=plan) == Exit(code=0)
    assert exited(found(LOAD, BAD), BLIND, plan=plan) == Exit(code=1)


def test_an_inconclusive_verdict_that_says_no_kind_is_want_of_data() -> None:
    assert exited(OPEN, kinds=(), plan=a_plan_with({EXPOSURE: Answer.PASS})).code == 3
    assert exited(OPEN, kinds=(), plan=a_plan_with({DATA: Answer.FAIL})).code == 1


def test_nothing_left_to_judge_is_a_source_error() -> None:
    assert exited(BLIND, failures=(a_failure(),)) == Exit(
        code=4,
        note=SOURCE_NOTE,
        source_error=(
            "http://127.0.0.1:9090: 503 Service Unavailable (asked for hits, "
            'sum by (pod, track) (last_over_time(app_cache_requests_total{result="miss"}[1999ms]))). Try again later.'
        ),
    )


def test_the_first_failure_is_told_in_one_line_and_the_others_are_counted() -> None:
    answer = "400 Bad Request:\n  parse error\r\n\tat char 7"
    error = exited(BLIND, failures=(a_reading(), a_failure(answer), a_failure(), a_failure())).source_error
    assert error is not None
    assert error.startswith("http://127.0.0.1:9090: 400 Bad Request: parse error at char 7 (asked for hits")
    assert error.endswith(" Try again later. 2 more of the queries failed.")


def test_a_source_error_without_its_reading_is_told_in_the_findings_words() -> None:
    assert exited(BLIND).source_error == "the source failed: hit rate: the source failed on hits"


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ((BLIND, BLIND), 4),
        ((BLIND, found(HIT_RATE, FAILED, severity=Severity.WARN)), 4),
        ((BLIND, found(LOAD, FLAT)), 3),
        ((BLIND, OPEN), 3),
        ((BLIND, MISSING), 3),
        ((found(LOAD, FLAT), found(HIT_RATE, FAILED, severity=Severity.WARN)), 0),
        ((found(HIT_RATE, FAILED, severity=Severity.WARN),), 3),
        ((), 3),
        ((found(All(parts=(HIT_RATE, LOAD)), FAILED, FLAT),), 4),
        ((found(All(parts=(HIT_RATE, LOAD)), FAILED, BAD),), 4),
        ((found(Any(parts=(HIT_RATE, LOAD)), FAILED, BAD),), 1),
        ((found(Any(parts=(HIT_RATE, LOAD)), FAILED, FLAT),), 4),
    ],
)
def test_it_is_a_source_error_only_where_no_rule_that_can_fail_is_left(
    findings: tuple[Finding, ...], code: int
) -> None:
    failed = exited(*findings, failures=(a_failure(),))
    assert failed.code == code
    assert (failed.source_error is not None) == (code == 4)


def test_a_partial_answer_does_not_make_a_source_error() -> None:
    exceeded = found(Any(parts=(HIT_RATE, LOAD)), FAILED, BAD)
    result, kinds = verdict([exceeded], partial=True)
    assert exit_for(result, kinds, [exceeded], plan=a_plan(), failures=(a_failure(),)) == Exit(code=3)


@pytest.mark.parametrize(
    ("answer", "inconclusive_as", "code", "note"),
    [
        (Answer.PASS, {}, 0, "the source error counts as pass (--source-error-as)"),
        (Answer.PASS, {DATA: Answer.FAIL}, 0, "the source error counts as pass (--source-error-as)"),
        (Answer.FAIL, {DATA: Answer.PASS}, 1, "the source error counts as fail (--source-error-as)"),
        (Answer.INCONCLUSIVE, {}, 3, "the source error counts as inconclusive (--source-error-as)"),
        (
            Answer.INCONCLUSIVE,
            {EXPOSURE: Answer.PASS},
            3,
            "the source error counts as inconclusive (--source-error-as)",
        ),
        (
            Answer.INCONCLUSIVE,
            {DATA: Answer.FAIL},
            1,
            (
                "the source error counts as inconclusive (--source-error-as); "
                "inconclusive (data) counts as fail (--inconclusive-as)"
            ),
        ),
        (None, {DATA: Answer.PASS}, 4, SOURCE_NOTE),
    ],
)
def test_a_source_error_is_mapped_as_asked(
    answer: Answer | None, inconclusive_as: Mapping[Undetermined, Answer], code: int, note: str
) -> None:
    mapped = exited(BLIND, plan=a_plan_with(inconclusive_as, answer), failures=(a_failure(),))
    assert (mapped.code, mapped.note) == (code, note)
    assert mapped.source_error is not None


def test_a_source_error_counts_as_want_of_data_whatever_the_kinds_say() -> None:
    plan = a_plan_with({EXPOSURE: Answer.PASS}, Answer.INCONCLUSIVE)
    assert exited(BLIND, kinds=(EXPOSURE,), plan=plan).code == 3


@pytest.mark.parametrize(("finding", "would"), [(found(LOAD, FLAT), 0), (found(LOAD, BAD), 1), (OPEN, 3)])
def test_a_trial_exits_0_and_says_what_it_would_have_been(finding: Finding, would: int) -> None:
    assert exited(finding, plan=a_plan_with(mode=Mode.SHADOW)) == Exit(
        code=0, note=f"trial (mode: shadow): would have exited {would}"
    )


def test_a_trial_tells_the_mapping_and_the_source_error_too() -> None:
    mapped = exited(OPEN, plan=a_plan_with({EXPOSURE: Answer.FAIL}, mode=Mode.SHADOW))
    assert mapped == Exit(
        code=0,
        note="inconclusive (exposure) counts as fail (--inconclusive-as); trial (mode: shadow): would have exited 1",
    )
    failed = exited(BLIND, plan=a_plan_with(mode=Mode.SHADOW), failures=(a_failure(),))
    assert (failed.code, failed.note) == (0, f"{SOURCE_NOTE}; trial (mode: shadow): would have exited 4")
    assert failed.source_error is not None


@given(
    findings=st.lists(st.sampled_from([OPEN, MISSING, COLD, BLIND, found(LOAD, FLAT), found(LOAD, BAD)]), max_size=3),
    mapping=st.dictionaries(st.sampled_from(Undetermined), st.sampled_from(Answer)),
    source_error_as=st.none() | st.sampled_from(Answer),
)
def test_only_a_pass_or_what_was_asked_to_count_as_one_exits_0(
    findings: list[Finding], mapping: dict[Undetermined, Answer], source_error_as: Answer | None
) -> None:
    result, kinds = verdict(findings, partial=False)
    ended = exit_for(result, kinds, findings, plan=a_plan_with(mapping, source_error_as), failures=())
    assert ended.code in (0, 1, 3, 4)
    if ended.code == 0 and result is not Verdict.PASS:
        assert ended.note is not None
        assert result is Verdict.INCONCLUSIVE
        by_kind = all(mapping.get(kind) is Answer.PASS for kind in kinds)
        by_source_error = ended.source_error is not None and source_error_as is Answer.PASS
        assert by_source_error or (by_kind and (ended.source_error is None or source_error_as is Answer.INCONCLUSIVE))
