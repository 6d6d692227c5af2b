"""Which numbers causes and questions are held against, on the recorded incidents."""

from canary_guard.explanation import conditions
from canary_guard.model.cause import CauseStatus, QuestionId, Reply
from canary_guard.model.rule import ChangeCondition
from canary_guard.model.run import Run
from canary_guard.model.window import Comparison, View
from tests.recordings import recordings
from tests.test_check import judged, plan_of


def status(run: Run, cause: str) -> CauseStatus:
    return next(one.status for one in run.causes if one.id == cause)


def replies(run: Run) -> dict[QuestionId, Reply]:
    return {one.id: one.reply for one in run.questions}


def test_a_fault_of_the_cache_increases_load_and_changes_the_cache() -> None:
    found = replies(judged(plan_of(recordings()["02"])))
    assert (found[QuestionId.LOAD], found[QuestionId.CACHE]) == (Reply.YES, Reply.YES)


def test_a_healthy_deploy_increases_no_load() -> None:
    found = replies(judged(plan_of(recordings()["17"])))
    assert (found[QuestionId.LOAD], found[QuestionId.DATABASE]) == (Reply.NO, Reply.NO)


def test_the_baseline_is_held_against_the_time_before() -> None:
    run = judged(plan_of(recordings()["06b"]))
    (cache,) = [one for one in run.questions if one.id is QuestionId.CACHE]
    moved = [
        one
        for one in cache.evidence
        if isinstance(one.finding.condition, ChangeCondition) and one.finding.condition.view is View.BASELINE
    ]
    assert [one.finding.comparison for one in moved] == [Comparison.BEFORE_AFTER]
    assert cache.reply is Reply.YES


def test_without_arms_the_time_before_is_the_runs_own() -> None:
    run = judged(plan_of(recordings()["06b"], compare="before-after"))
    assert status(run, "set-failures") is not CauseStatus.RULED_OUT
    assert replies(run)[QuestionId.CACHE] is Reply.YES


def test_an_exposure_that_one_cache_shares_is_ruled_out() -> None:
    assert status(judged(plan_of(recordings()["02"])), "unequal-exposure") is CauseStatus.RULED_OUT


def test_everything_that_causes_and_questions_ask_is_known_once() -> None:
    asked = conditions(plan_of(recordings()["02"]))
    assert len(asked) == len(set(asked)) > 20
