"""What the other views give to the checks, on the recorded incidents."""

from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Alarm, CrossCheckId
from canary_guard.model.measure import Scale
from canary_guard.model.run import Run
from canary_guard.model.window import Comparison, View, Windows
from canary_guard.stats.counting import Counted, count
from canary_guard.views import estimates_of
from tests.recordings import recordings
from tests.test_check import judged, plan_of


def counted(run: Run, windows: Windows) -> Counted:
    return count(run.queries, plan=run.plan, comparison=Comparison.CONCURRENT, windows=windows)


def test_a_measure_of_shared_signals_comes_from_another_measurement() -> None:
    run = judged(plan_of(recordings()["02"]))
    found = counted(run, run.windows)
    changes = [("miss_rate", Scale.RATIO), ("set_rate", Scale.RATIO)]
    shared = {"set_rate": found.views[View.FLEET]}
    both = estimates_of(run.plan, changes, found.views[View.ARMS], shared=shared)
    assert [(one.measure, one.comparison) for one in both] == [
        ("miss_rate", Comparison.CONCURRENT),
        ("set_rate", Comparison.BEFORE_AFTER),
    ]


def test_before_and_after_of_both_arms_is_in_the_run_only_where_it_decided() -> None:
    decided = judged(plan_of(recordings()["06b"])).estimates
    alone = judged(plan_of(recordings()["17"])).estimates
    assert {one.comparison for one in decided} == {Comparison.CONCURRENT, Comparison.BEFORE_AFTER}
    assert {one.comparison for one in alone} == {Comparison.CONCURRENT}


def test_a_difference_in_differences_is_in_the_run_where_it_decided() -> None:
    recorded = recordings()["02"]
    run = judged(plan_of(recorded, deploy_time=recorded.deploy_time / 1000 + 50))
    checks = {check.id: check.alarm for check in run.cross_checks}
    assert checks[CrossCheckId.PLACEBO] is Alarm.RAISED
    assert all(isinstance(one, Estimate) for one in run.estimates if one.comparison is Comparison.DIFF_IN_DIFF)
