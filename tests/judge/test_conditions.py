from dataclasses import replace
from itertools import product
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.judge.conditions import Ruling, combine, foremost, rule_on, settled_after
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.rule import All, Any, Condition, Not, leaves
from tests.builders import a_condition_finding, rises
from tests.judge.vectors import vectors

A, B, C = (rises(measure, "25%") for measure in ("miss_rate", "db_load_per_request", "origin_load"))
EXCEEDED, WITHIN, UNDETERMINED = Outcome.EXCEEDED, Outcome.WITHIN, Outcome.UNDETERMINED
DATA, EXPOSURE, WARM_UP = Undetermined.DATA, Undetermined.EXPOSURE, Undetermined.WARM_UP


def exceeded(condition: Condition) -> ConditionFinding:
    return a_condition_finding(condition, EXCEEDED)  # type: ignore[arg-type] # a leaf


def within(condition: Condition) -> ConditionFinding:
    return a_condition_finding(condition, WITHIN)  # type: ignore[arg-type] # a leaf


def unclear(condition: Condition, kind: Undetermined | None = EXPOSURE, **more: object) -> ConditionFinding:
    return a_condition_finding(condition, UNDETERMINED, undetermined=kind, reason="why", **more)  # type: ignore[arg-type] # a leaf


@pytest.mark.parametrize(("given", "expect"), vectors("kleene"))
def test_kleene_vectors(given: dict[str, Anything], expect: dict[str, Anything]) -> None:
    findings = [
        a_condition_finding(leaf, Outcome(part), undetermined=EXPOSURE if part == UNDETERMINED else None)
        for leaf, part in zip((A, B), given["parts"], strict=True)
    ]
    assert rule_on(All(parts=(A, B)), findings).outcome == expect["all"]
    assert rule_on(Any(parts=(A, B)), findings).outcome == expect["any"]


@pytest.mark.parametrize(
    ("finding", "outcome"), [(exceeded(A), WITHIN), (within(A), EXCEEDED), (unclear(A), UNDETERMINED)]
)
def test_not_swaps_exceeded_and_within(finding: ConditionFinding, outcome: Outcome) -> None:
    assert rule_on(Not(part=A), [finding]).outcome is outcome


def test_the_rule_of_the_origin_regression() -> None:
    when = All(parts=(Any(parts=(A, B)), C))
    table = {
        (within(A), exceeded(B), exceeded(C)): EXCEEDED,
        (unclear(A), exceeded(B), exceeded(C)): EXCEEDED,
        (within(A), within(B), exceeded(C)): WITHIN,
        (exceeded(A), unclear(B), within(C)): WITHIN,
        (unclear(A), within(B), exceeded(C)): UNDETERMINED,
        (exceeded(A), within(B), unclear(C)): UNDETERMINED,
    }
    assert {findings: rule_on(when, findings).outcome for findings in table} == table


@pytest.mark.parametrize(
    ("when", "findings", "because"),
    [
        (All(parts=(A, B)), (unclear(A), exceeded(B)), (A,)),
        (All(parts=(A, B)), (unclear(A), unclear(B)), (A, B)),
        (All(parts=(A, B)), (unclear(A), within(B)), ()),
        (Any(parts=(A, B)), (unclear(A), exceeded(B)), ()),
        (Not(part=A), (unclear(A),), (A,)),
        (All(parts=(Any(parts=(A, B)), C)), (unclear(A), exceeded(B), unclear(C)), (C,)),
        (All(parts=(Any(parts=(A, B)), C)), (unclear(A), within(B), unclear(C)), (A, C)),
    ],
)
def test_because_names_the_conditions_that_leave_it_open(
    when: Condition, findings: tuple[ConditionFinding, ...], because: tuple[Condition, ...]
) -> None:
    assert tuple(finding.condition for finding in rule_on(when, findings).because) == because


def test_want_of_data_poisons_what_logic_would_call_within() -> None:
    findings = (unclear(A, DATA), within(B))
    assert combine(All(parts=(A, B)), {finding.condition: finding for finding in findings}).outcome is WITHIN
    assert rule_on(All(parts=(A, B)), findings) == Ruling(outcome=UNDETERMINED, because=findings[:1])


@pytest.mark.parametrize("kind", [EXPOSURE, WARM_UP])
def test_other_kinds_follow_logic(kind: Undetermined) -> None:
    assert rule_on(All(parts=(A, B)), (unclear(A, kind), within(B))) == Ruling(outcome=WITHIN)


def test_want_of_data_does_not_excuse_what_is_exceeded_anyway() -> None:
    assert rule_on(Any(parts=(A, B)), (unclear(A, DATA), exceeded(B))) == Ruling(outcome=EXCEEDED)


def test_a_poisoned_rule_is_open_because_of_what_lacks_data_and_what_is_open_besides() -> None:
    when = All(parts=(Any(parts=(A, B)), C))
    findings = (unclear(A, DATA), exceeded(B), unclear(C))
    assert rule_on(when, findings).because == (findings[0], findings[2])


def test_an_undetermined_finding_without_a_kind_counts_as_want_of_data() -> None:
    assert rule_on(All(parts=(A, B)), (unclear(A, None), within(B))).outcome is UNDETERMINED


@pytest.mark.parametrize(
    "when",
    [
        All(parts=()),
        Any(parts=()),
        Not(part=All(parts=())),
        All(parts=(All(parts=()), A)),
        All(parts=(Not(part=Any(parts=())), A)),
        Any(parts=(Any(parts=()), A)),
    ],
)
def test_no_parts_prove_nothing(when: Condition) -> None:
    assert rule_on(when, [within(leaf) for leaf in leaves(when)]) == Ruling(outcome=UNDETERMINED)


def test_an_exceeded_part_counts_beside_one_without_parts() -> None:
    assert rule_on(Any(parts=(Any(parts=()), A)), [exceeded(A)]).outcome is EXCEEDED


def test_the_worst_kind_is_told_first_then_what_looks_bad() -> None:
    fine, bad, cold, missing = (
        unclear(A, EXPOSURE, looks_bad=False),
        unclear(B, EXPOSURE, looks_bad=True),
        unclear(B, WARM_UP),
        unclear(C, DATA),
    )
    assert foremost((fine, bad)) is bad
    assert foremost((fine, bad, cold)) is cold
    assert foremost((fine, bad, cold, missing)) is missing
    assert foremost((fine, replace(fine, condition=C))) is fine
    assert foremost(()) is None


def soon(condition: Condition, more_time: int | None, *, looks_bad: bool | None) -> ConditionFinding:
    return unclear(condition, more_time=more_time, looks_bad=looks_bad)


@pytest.mark.parametrize(
    ("when", "findings", "time"),
    [
        (A, (soon(A, 60, looks_bad=True),), 60),
        (A, (soon(A, None, looks_bad=True),), None),
        # One part that is found within settles an `all`: the soonest of them.
        (All(parts=(A, B)), (soon(A, 60, looks_bad=False), soon(B, 30, looks_bad=False)), 30),
        (All(parts=(A, B)), (soon(A, 60, looks_bad=False), soon(B, None, looks_bad=False)), 60),
        # For exceeded it takes both.
        (All(parts=(A, B)), (soon(A, 60, looks_bad=True), soon(B, 30, looks_bad=True)), 60),
        (All(parts=(A, B)), (soon(A, 60, looks_bad=True), soon(B, None, looks_bad=True)), None),
        (All(parts=(A, B)), (soon(A, 60, looks_bad=False), soon(B, 30, looks_bad=True)), 60),
        (Any(parts=(A, B)), (soon(A, 60, looks_bad=False), soon(B, 30, looks_bad=True)), 30),
        (Any(parts=(A, B)), (soon(A, 60, looks_bad=False), soon(B, 30, looks_bad=False)), 60),
        (Not(part=A), (soon(A, 60, looks_bad=False),), 60),
        # What does not matter does not count.
        (
            All(parts=(Any(parts=(A, B)), C)),
            (soon(A, 90, looks_bad=True), exceeded(B), soon(C, 30, looks_bad=True)),
            30,
        ),
        # Which way it will go is not known: all must be settled.
        (All(parts=(A, B)), (soon(A, 60, looks_bad=None), soon(B, 30, looks_bad=True)), 60),
        (All(parts=(A, B)), (soon(A, 60, looks_bad=None), soon(B, 90, looks_bad=False)), 90),
        (All(parts=(A, B)), (soon(A, None, looks_bad=None), soon(B, 30, looks_bad=True)), None),
        # Missing data do not come with time, unless the rule is exceeded without them.
        (All(parts=(A, B)), (unclear(A, DATA), soon(B, 30, looks_bad=False)), None),
        (Any(parts=(A, B)), (unclear(A, DATA), soon(B, 30, looks_bad=True)), 30),
        (A, (exceeded(A),), None),
    ],
)
def test_a_rule_is_settled_after_the_shortest_time_that_decides_it(
    when: Condition, findings: tuple[ConditionFinding, ...], time: int | None
) -> None:
    assert settled_after(when, findings) == time


trees: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from([A, B, C]),
    lambda parts: st.one_of(
        st.builds(lambda some: All(parts=tuple(some)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda some: Any(parts=tuple(some)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda part: Not(part=part), parts),
    ),
    max_leaves=6,
)
outcomes = st.sampled_from([exceeded, within, unclear, lambda leaf: unclear(leaf, WARM_UP)])


def findings_for(when: Condition, makers: tuple[Anything, ...]) -> tuple[ConditionFinding, ...]:
    made = dict(zip((A, B, C), makers, strict=True))
    return tuple(made[leaf](leaf) for leaf in leaves(when))  # type: ignore[index] # the trees have no other leaves


@given(when=trees, makers=st.tuples(outcomes, outcomes, outcomes))
def test_what_is_decided_stays_so_however_the_undetermined_turn_out(
    when: Condition, makers: tuple[Anything, ...]
) -> None:
    ruling = rule_on(when, findings_for(when, makers))
    choices = [(maker,) if maker in (exceeded, within) else (exceeded, within) for maker in makers]
    endings = {rule_on(when, findings_for(when, settled)).outcome for settled in product(*choices)}
    assert UNDETERMINED not in endings
    if ruling.outcome is UNDETERMINED:
        assert ruling.because
        assert all(finding.outcome is UNDETERMINED for finding in ruling.because)
    else:
        assert endings == {ruling.outcome}
        assert not ruling.because


@given(when=trees, makers=st.tuples(outcomes, outcomes, outcomes))
def test_not_of_a_rule_is_its_opposite(when: Condition, makers: tuple[Anything, ...]) -> None:
    findings = findings_for(when, makers)
    opposite = {EXCEEDED: WITHIN, WITHIN: EXCEEDED, UNDETERMINED: UNDETERMINED}
    assert rule_on(Not(part=when), findings).outcome is opposite[rule_on(when, findings).outcome]


@given(when=trees, makers=st.tuples(outcomes, outcomes, outcomes), missing=st.sampled_from([0, 1, 2]))
def test_a_rule_that_lacks_data_is_never_within(when: Condition, makers: tuple[Anything, ...], missing: int) -> None:
    some = tuple(
        (lambda leaf: unclear(leaf, DATA)) if index == missing else maker for index, maker in enumerate(makers)
    )
    ruling = rule_on(when, findings_for(when, some))
    if (A, B, C)[missing] in leaves(when):
        assert ruling.outcome is not WITHIN
        if ruling.outcome is UNDETERMINED:
            first = foremost(ruling.because)
            assert first is not None
            assert first.undetermined is DATA


@given(
    when=trees,
    times=st.tuples(*(st.none() | st.integers(1, 5) for _ in range(3))),
    looks=st.tuples(*(st.sampled_from([True, False, None]) for _ in range(3))),
)
def test_the_time_is_that_of_one_of_the_conditions(
    when: Condition, times: tuple[int | None, ...], looks: tuple[bool | None, ...]
) -> None:
    parts = zip((A, B, C), times, looks, strict=True)
    made = {leaf: soon(leaf, time, looks_bad=bad) for leaf, time, bad in parts}
    findings = [made[leaf] for leaf in leaves(when)]  # type: ignore[index] # the trees have no other leaves
    time = settled_after(when, findings)
    known = {finding.more_time for finding in findings}
    assert time in known | {None}
    if None not in known:
        assert time is not None
        assert time <= max(number for number in known if number is not None)
