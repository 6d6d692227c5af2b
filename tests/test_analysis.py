"""What the views around a comparison do to a run, on the recorded incidents."""

from dataclasses import replace

import numpy as np
import pytest

from bench.deploys import OWN_CACHE, Deploy, simulate
from canary_guard.analysis import judge_readings
from canary_guard.arrays import judge_arrays
from canary_guard.model.arm_arrays import ArmArrays
from canary_guard.model.arrays import FloatArray
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import Alarm, CrossCheckId, Outcome
from canary_guard.model.plan import Compare
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run, Verdict
from canary_guard.model.series import Failure
from canary_guard.model.warm_up import WarmUpState
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


AGE = (np.arange(40) + 0.5) * 15


def cold_arm(misses: FloatArray) -> ArmArrays:
    """Two pods of 1000 lookups and requests per interval."""
    shape = (2, 40)
    return {
        "hits": np.broadcast_to(1000 - misses, shape),
        "misses": np.broadcast_to(misses, shape),
        "requests": np.full(shape, 1000.0),
        "db_queries": np.broadcast_to(1.5 * misses, shape),
    }


@pytest.mark.parametrize(("queries", "verdict"), [(5.0, Verdict.FAIL), (50.0, Verdict.INCONCLUSIVE)])
def test_a_cold_start_that_is_too_much_for_the_database_fails_while_it_falls(queries: float, verdict: Verdict) -> None:
    """Lately 0.056 queries per request, on 267 requests per second: 15 queries per second."""
    run = judge_arrays(
        baseline=cold_arm(np.full(40, 20.0)),
        canary=cold_arm(np.round(20 + 180 * np.exp(-AGE / 200))),
        step=15,
        configuration={
            "cache": "per-arm",
            "capacity": {"peak_requests_per_second": 10, "db_queries_per_second": queries},
        },
    )
    assert run.warm_up is not None
    assert run.warm_up.state is WarmUpState.RECOVERING
    assert run.verdict is verdict


def test_a_cold_canary_passes_by_the_last_half_of_its_window_and_says_so() -> None:
    cold = Deploy(name="cold", pods=(6, 6), intervals=80, misses=1400, cold=300, configuration=OWN_CACHE)
    run = judge_arrays(**simulate(cold, 1.0, np.random.default_rng(7)))
    assert run.warm_up is not None
    assert (run.warm_up.state, run.verdict) == (WarmUpState.RECOVERING, Verdict.PASS)
    held = [one for finding in run.findings for one in finding.conditions if one.outcome is Outcome.WITHIN]
    half = run.windows.after.start + 40 * 15_000
    assert {one.since for one in held if one.condition.measure == "miss_rate"} == {half}


def test_a_burst_is_told_from_a_level_that_moves() -> None:
    calm = cold_arm(np.tile([18.0, 22.0], 20))
    late = cold_arm(np.where(np.arange(40) < 28, 20.0, 60.0))
    lumps = cold_arm(np.where(np.arange(40) % 8 == 4, 160.0, 20.0))
    one, other = np.random.default_rng(1).poisson(20.0, (2, 40)).astype(float)
    noisy, spike = cold_arm(one), cold_arm(np.where(np.arange(40) == 4, 80.0, other))
    found = {}
    for name, baseline, canary in (
        ("calm", calm, calm),
        ("late", calm, late),
        ("lumps", calm, lumps),
        ("once, which may be chance", noisy, spike),
    ):
        run = judge_arrays(baseline=baseline, canary=canary, step=15)
        found[name] = {finding.rule.id: finding.outcome for finding in run.findings}["bursts"]
    assert found == {
        "calm": Outcome.WITHIN,
        "late": Outcome.WITHIN,
        "lumps": Outcome.EXCEEDED,
        "once, which may be chance": Outcome.UNDETERMINED,
    }
