from dataclasses import replace

import pytest

from canary_guard.model.cause import CauseStatus, Question, QuestionId, Reply
from canary_guard.model.finding import Outcome
from canary_guard.model.rule import ChangeCondition
from canary_guard.model.run import Verdict
from canary_guard.model.window import Comparison, View
from canary_guard.reports import explained
from canary_guard.reports.advice import what_to_do
from tests.builders import a_cause, a_mix, a_run, an_estimate, an_evidence, rises
from tests.reports import runs


def in_view(measure: str, view: View) -> ChangeCondition:
    return replace(rises(measure, "25%"), view=view)


def test_the_three_questions_are_answered_with_numbers() -> None:
    assert [(one.question, one.sentence) for one in explained.answers(runs.explained())] == [
        ("Did load increase?", "Yes: database load per request 0.0146 → 0.0308 (x2.10)"),
        (
            "Did the database get slower first?",
            "No: database time per query in the baseline since the deploy 1.97 → 1.74 ms (−12 %)",
        ),
        (
            "Did the deploy change cache behaviour?",
            "Yes: miss rate 0.85 → 1.92 % (x2.26); hit rate of stock 86.78 → 0.00 % (−86.78 pp)",
        ),
    ]


def test_questions_without_numbers_were_not_measured() -> None:
    nothing = an_evidence(baseline=None, canary=None, change=None, outcome=Outcome.UNDETERMINED)
    run = a_run(questions=(Question(id=QuestionId.LOAD, reply=Reply.UNCLEAR, evidence=(nothing,)),))
    assert [one.sentence for one in explained.answers(run)] == ["Not measured"] * 3


def test_an_unclear_answer_tells_what_is_open_and_a_yes_what_was_exceeded() -> None:
    evidence = (
        an_evidence(rises("miss_rate", "10%"), outcome=Outcome.EXCEEDED),
        an_evidence(outcome=Outcome.UNDETERMINED),
        an_evidence(rises("set_rate", "10%"), outcome=Outcome.WITHIN),
    )
    told = {}
    for reply in Reply:
        run = a_run(questions=(Question(id=QuestionId.LOAD, reply=reply, evidence=evidence),))
        told[reply] = [text.partition(" 0.0")[0].partition(" 1.")[0] for text in explained.answers(run)[0].evidence]
    assert told[Reply.YES] == ["miss rate"]
    assert told[Reply.UNCLEAR] == ["database load per request"]
    assert len(told[Reply.NO]) == 3


@pytest.mark.parametrize(
    ("view", "comparison", "text"),
    [
        (View.FLEET, Comparison.CONCURRENT, "database load per request in both arms since the deploy 0.0146"),
        (View.BASELINE, Comparison.CONCURRENT, "database load per request in the baseline since the deploy 0.0146"),
        (View.BASELINE, Comparison.BEFORE_AFTER, "database load per request 0.0146"),
    ],
)
def test_evidence_says_between_which_sides(view: View, comparison: Comparison, text: str) -> None:
    seen = an_evidence(in_view("db_load_per_request", view))
    question = Question(id=QuestionId.LOAD, reply=Reply.YES, evidence=(seen,))
    assert text in explained.answers(a_run(questions=(question,), comparison=comparison))[0].sentence


def test_evidence_at_another_mix_says_so() -> None:
    question = Question(id=QuestionId.LOAD, reply=Reply.YES, evidence=(an_evidence(),))
    run = a_run(questions=(question,), estimates=(an_estimate(mix=a_mix(0.2, 0.5)),))
    assert explained.answers(run)[0].sentence.endswith("(x2.10 at the baseline's mix)")


def test_measures_whose_levels_say_nothing_tell_their_change_alone() -> None:
    seen = (an_evidence(rises("mix", "10%"), change=0.2), an_evidence(rises("mix", "20%"), change=0.2))
    run = a_run(causes=(a_cause("traffic-mix", CauseStatus.LIKELY, *seen),))
    assert explained.causes(run).likely[0].evidence == ("other traffic's part of the misses per lookup: +22 %",)
    flat = a_run(causes=(a_cause("key-change", CauseStatus.LIKELY, an_evidence(rises("mix", "10%"), change=0.0)),))
    assert explained.causes(flat).likely[0].evidence == ("other traffic's part of the misses per lookup: no change",)


def test_a_pattern_that_did_not_break_is_no_evidence_beside_others() -> None:
    seen = (an_evidence(), an_evidence(runs.STOCK, outcome=Outcome.WITHIN, stratum="stock"))
    both = explained.causes(a_run(causes=(a_cause("key-change", CauseStatus.LIKELY, *seen),)))
    assert both.likely[0].evidence == ("database load per request 0.0146 → 0.0308 (x2.10)",)
    alone = explained.causes(a_run(causes=(a_cause("key-change", CauseStatus.LIKELY, seen[1]),)))
    assert "of stock" in alone.likely[0].evidence[0]


def test_the_possible_causes_are_three_at_most_and_say_what_is_missing() -> None:
    found = explained.causes(runs.explained())
    assert [row.id for row in found.likely] == ["key-change"]
    assert [row.id for row in found.possible] == ["eviction-pressure", "unbounded-key", "ttl-too-short"]
    assert found.possible[0].evidence == ("not measured: evictions per lookup",)
    assert [row.id for row in found.ruled_out] == ["database-slower-first"]
    unclear = a_cause("x", CauseStatus.POSSIBLE, an_evidence(outcome=Outcome.UNDETERMINED))
    seen = a_cause("y", CauseStatus.POSSIBLE, an_evidence())
    told = [row.evidence for row in explained.causes(a_run(causes=(unclear, seen))).possible]
    assert told == [("open: database load per request",), ("only a part of its signs was seen",)]


def test_a_cause_of_which_nothing_was_measured_is_not_told() -> None:
    nothing = an_evidence(baseline=None, canary=None, change=None, outcome=Outcome.UNDETERMINED)
    assert not explained.causes(a_run(causes=(a_cause("x", CauseStatus.POSSIBLE, nothing),)))
    assert not explained.causes(runs.no_canary())


def test_a_pass_accuses_nobody() -> None:
    run = replace(runs.explained(), verdict=Verdict.PASS)
    found = explained.causes(run)
    assert (found.heading, len(found.likely), found.possible, found.ruled_out) == ("What else was seen", 1, (), ())


def test_the_advice_is_told_once() -> None:
    run = runs.explained()
    row = explained.causes(run).likely[0]
    assert explained.advised(row, what_to_do(run))
    assert not explained.advised(row, what_to_do(replace(run, verdict=Verdict.PASS)))


def test_the_likely_causes_fit_on_a_line() -> None:
    assert explained.likely_ids(runs.explained()) == ("likely cause: key-change",)
    assert explained.likely_ids(runs.fail()) == ()
    two = a_run(causes=(a_cause("a"), a_cause("b")))
    assert explained.likely_ids(two) == ("likely causes: a, b",)
