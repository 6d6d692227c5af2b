from dataclasses import replace

import pytest

from canary_guard.model.run import Verdict
from canary_guard.reports.diff_headline import difference_sentence, made_of
from canary_guard.reports.look import Look
from tests.reports.differences import DIFFERENCES, another_unit, named
from tests.reports.runs import fail, no_data, partial, passing

LOAD = "database load per request x2.11 (x1.87 to x2.38)"


SENTENCES = {
    "as-before": f"FAIL as before: {LOAD} → x2.27 (x1.87 to x2.38), bound: rises by 15%; hit rate −1.07 pp → −1.18 pp. "
    "Asked the same, of other data.",
    "fail-pass": f"FAIL → PASS: {LOAD} → +0.7 % (−11 to +14 %), bound: rises by 15%; hit rate −1.07 pp → +0.01 pp. "
    "Asked the same, of other data.",
    "nothing-asked": "INCONCLUSIVE (exposure) → PASS: no rule that can fail the run was asked. Asked the same, of the "
    "same data, by the same version: the program or a record was changed.",
    "other-rules": f"FAIL → PASS: {LOAD} both times, bound: rises by 15% → rises by x9. Asked otherwise "
    "(select.canary, cache, rules.origin-regression and 1 more), of the same data.",
    "partial": "FAIL → INCONCLUSIVE (data): the source warns now that its answer may be partial: “receive series from "
    f"store-2: rpc error: code = Unavailable”; {LOAD} both times, bound: rises by 15%. "
    "Asked the same, of other data.",
    "same": "No difference: FAIL both times, asked the same, of the same data.",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_the_first_line(name: str) -> None:
    assert difference_sentence(DIFFERENCES[name](), Look()) == SENTENCES[name]


def test_a_warning_that_is_gone_is_told() -> None:
    assert "the source no longer warns" in difference_sentence(named(partial(), fail()), Look())


def test_the_rule_that_turned_is_told_with_what_turned() -> None:
    sentence = difference_sentence(named(no_data(), passing()), Look())
    assert sentence.startswith(
        "INCONCLUSIVE (data) → PASS: database load per request not measured → +0.7 % (−11 to +14 %), "
        "bound: rises by 15%; hit rate not measured → +0.01 pp."
    )


def test_a_verdict_with_the_same_numbers_says_so() -> None:
    run = fail()
    renamed = replace(run, plan=replace(run.plan, config_file="other.yaml"))
    assert difference_sentence(named(run, renamed), Look()) == (
        "FAIL as before: with the same numbers, asked the same, of the same data."
    )


def test_question_data_and_version_are_told_one_by_one() -> None:
    replies = [(one.reply, one.told) for one in made_of(another_unit())]
    assert replies == [("No", "rules.origin-regression, rules.new-rule, rules.hit-rate"), ("Yes", ""), ("Yes", "")]
    replies = [(one.reply, one.told) for one in made_of(DIFFERENCES["explained"]())]
    assert replies[0] == ("Yes", "")
    assert replies[1][1].startswith("2026-11-21 09:11 to 09:21 UTC, 40 intervals of 15 s → 2026-11-22")
    assert replies[2] == ("No", "canary-guard 0.0.9 → canary-guard 0.1.0")
    assert made_of(DIFFERENCES["source-error"]())[1].told == "other samples of the same window"


def test_a_rule_that_only_one_run_asked_is_told_to_be_so() -> None:
    run = fail()
    without = replace(
        run, verdict=Verdict.PASS, findings=run.findings[1:], plan=replace(run.plan, rules=run.plan.rules[1:])
    )
    assert difference_sentence(named(without, run), Look()).startswith(
        "PASS → FAIL: rule origin-regression no such rule → exceeded; database load per request not asked → x2.11"
    )
