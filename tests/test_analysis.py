"""What the views around a comparison do to a run, on the recorded incidents."""

from dataclasses import replace

from canary_guard.analysis import judge_readings
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import Alarm, CrossCheckId, Outcome
from canary_guard.model.plan import Compare
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run, Verdict
from canary_guard.model.series import Failure
from canary_guard.model.window import Comparison, Period
from tests.recordings import Recorded, recordings
from tests.test_check import judged, plan_of


def alarms(run: Run) -> dict[CrossCheckId, Alarm]:
    return {check.id: check.alarm for check in run.cross_checks}


def later(recorded: Recorded, seconds: int) -> float:
    return recorded.deploy_time / 1000 + seconds


def test_a_fault_that_was_there_before_the_deploy_is_not_the_deploys() -> None:
    recorded = recordings()["02"]
    run = judged(plan_of(recorded, deploy_time=later(recorded, 50)))
    assert run.verdict is not Verdict.FAIL
    assert alarms(run)[CrossCheckId.PLACEBO] is Alarm.RAISED
    assert judged(plan_of(recorded)).verdict is Verdict.FAIL


def test_a_pattern_that_was_broken_before_the_deploy_is_not_the_deploys() -> None:
    recorded = recordings()["19"]
    run = judged(plan_of(recorded, deploy_time=later(recorded, 50)))
    assert run.verdict is not Verdict.FAIL
    (collapse,) = [one for one in run.findings if one.rule.id == "pattern-collapse"]
    assert collapse.outcome is Outcome.UNDETERMINED


def test_what_hits_both_arms_is_judged_before_and_after_and_its_estimates_are_in_the_run() -> None:
    run = judged(plan_of(recordings()["06b"]))
    assert alarms(run) == {CrossCheckId.PLACEBO: Alarm.CLEAR, CrossCheckId.CONTAMINATION: Alarm.RAISED}
    breached = [one for one in run.findings if one.outcome is Outcome.EXCEEDED and one.rule.severity is Severity.FAIL]
    assert breached
    for condition in (condition for one in breached for condition in one.conditions):
        assert condition.comparison is Comparison.BEFORE_AFTER
        asked = (condition.condition.measure, condition.comparison)
        assert [one for one in run.estimates if (one.measure, one.comparison) == asked]


def test_a_cache_of_each_arms_own_is_not_held_against_before() -> None:
    run = judged(plan_of(recordings()["06b"], cache="per-arm"))
    assert list(alarms(run)) == [CrossCheckId.PLACEBO, CrossCheckId.EXPOSURE]
    assert run.verdict is Verdict.INCONCLUSIVE


def test_before_and_after_alone_has_no_views_around_it() -> None:
    run = judged(plan_of(recordings()["06b"], compare="before-after"))
    assert run.cross_checks == ()
    assert run.verdict is Verdict.FAIL


def test_the_pattern_that_collapsed_is_named() -> None:
    run = judged(plan_of(recordings()["19"]))
    (collapse,) = [one for one in run.findings if one.rule.id == "pattern-collapse"]
    assert collapse.outcome is Outcome.EXCEEDED
    assert [one.stratum for one in collapse.conditions] == ["stock", None]
    (found,) = run.strata
    assert {one.stratum for one in found.strata} > {"stock", "product"}


def test_another_mix_is_told_apart_from_other_behaviour() -> None:
    run = judged(plan_of(recordings()["21"]))
    (load,) = [one for one in run.estimates if one.measure == "db_load_per_request" and one.kind == "estimate"]
    assert load.mix is not None
    assert load.mix.plain.point is not None
    assert load.change.point is not None
    assert abs(load.mix.plain.point - load.mix.mix - load.change.point) < 1e-9
    assert load.mix.mix > 0.1 > abs(load.change.point)


def test_nothing_passes_where_the_source_failed_to_tell_of_the_window_before() -> None:
    plan = plan_of(recordings()["12"])
    run = judged(plan)
    assert run.verdict is Verdict.PASS
    failure = Failure(answer="503 Service Unavailable", advice="Ask again.", unreachable=False)
    for key in ("misses", "db_queries"):
        broken = tuple(
            replace(one, failure=failure, series=())
            if one.query.period is Period.BEFORE and one.query.key == key
            else one
            for one in run.queries
        )
        lost = judge_readings(plan, run.source, run.windows, broken)
        assert (lost.verdict, lost.undetermined) == (Verdict.INCONCLUSIVE, (Undetermined.DATA,))


def test_a_run_has_the_pictures_of_the_time_before_the_deploy_and_of_each_pattern() -> None:
    run = judged(plan_of(recordings()["19"]))
    assert run.windows.deploy_time is not None
    assert {(one.measure, one.side) for one in run.traces_before} == {(one.measure, one.side) for one in run.traces}
    assert all(one.start + one.step * len(one.values) <= run.windows.deploy_time for one in run.traces_before)
    assert {one.stratum for one in run.traces_by_pattern} >= {
        one.stratum for found in run.strata for one in found.strata
    }
    fleet = judged(replace(plan_of(recordings()["19"]), compare=Compare.BEFORE_AFTER))
    assert fleet.traces_before == ()
