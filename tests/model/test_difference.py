from dataclasses import replace

import pytest

from canary_guard.model.difference import Difference, Sentences
from canary_guard.model.run import Verdict
from tests.reports.differences import DIFFERENCES, explained, same


def test_a_run_and_itself_differ_in_nothing() -> None:
    assert same().nothing
    assert same().same_result
    assert same().changed == ()


@pytest.mark.parametrize("name", sorted(set(DIFFERENCES) - {"same"}))
def test_all_others_differ(name: str) -> None:
    found = DIFFERENCES[name]()
    assert not found.nothing
    assert not found.same_result


FOUND = same()
OTHER = explained()
RULE = FOUND.rules[0]
RESULTS = {
    "verdict": replace(FOUND, now=replace(FOUND.now, verdict=Verdict.PASS)),
    "exit code": replace(FOUND, now=replace(FOUND.now, exit_code=4)),
    "outcome": replace(FOUND, rules=(replace(RULE, then=None), *FOUND.rules[1:])),
    "condition": replace(
        FOUND, rules=(replace(RULE, conditions=(replace(RULE.conditions[0], then=None),)), *FOUND.rules[1:])
    ),
    "measure": replace(FOUND, measures=(replace(FOUND.measures[0], now=None),)),
    "key pattern": replace(FOUND, strata=OTHER.strata),
}
OTHERS = {
    "question": replace(FOUND, question=OTHER.checks),
    "data": replace(FOUND, changed=OTHER.changed),
    "answers": replace(FOUND, answers=OTHER.answers),
    "causes": replace(FOUND, causes=OTHER.causes),
    "checks": replace(FOUND, checks=OTHER.checks),
    "faults": replace(FOUND, data=Sentences(then=("gaps",), now=())),
    "warnings": replace(FOUND, warnings=Sentences(then=(), now=("partial",))),
    "circumstances": replace(FOUND, circumstances=OTHER.circumstances),
}


@pytest.mark.parametrize("found", RESULTS.values(), ids=RESULTS)
def test_one_result_that_differs_is_another_result(found: Difference) -> None:
    assert not found.same_result
    assert not found.nothing


@pytest.mark.parametrize("found", OTHERS.values(), ids=OTHERS)
def test_anything_else_that_differs_is_something(found: Difference) -> None:
    assert found.same_result
    assert not found.nothing
