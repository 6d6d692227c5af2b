"""What the other views give to the checks, on the recorded incidents."""

from typing import Any

import numpy as np
import pytest

from canary_guard.arrays import judge_arrays
from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Alarm, CrossCheckId
from canary_guard.model.measure import Scale
from canary_guard.model.run import Run, Verdict
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


@pytest.mark.parametrize(("name", "verdict"), [("02", Verdict.FAIL), ("12", Verdict.PASS), ("06b", Verdict.FAIL)])
def test_where_it_is_asked_for_every_rule_is_held_by_growth(name: str, verdict: Verdict) -> None:
    """Blind, as side by side is, to what hits both arms alike (06b): the baseline itself is looked at as well."""
    run = judged(plan_of(recordings()[name], compare="diff-in-diff"))
    assert run.verdict is verdict
    held = {finding.rule.id: {one.comparison for one in finding.conditions} for finding in run.findings}
    by = Comparison.BEFORE_AFTER if name == "06b" else Comparison.DIFF_IN_DIFF
    assert held["origin-regression"] == {by}
    assert held["hit-rate"] == {Comparison.DIFF_IN_DIFF}
    assert held["pattern-collapse"] == {Comparison.CONCURRENT}
    assert "by how much the difference grew" in run.comparison_note


def test_the_growth_of_a_cold_canary_is_no_breach() -> None:
    run = judged(plan_of(recordings()["07"], compare="diff-in-diff", end=recordings()["07"].deploy_time / 1000 + 45))
    cold = {one.recovery for one in run.estimates if isinstance(one, Estimate) and one.measure == "miss_rate"}
    assert None not in cold
    assert run.verdict is Verdict.INCONCLUSIVE


def standing(times: float, *, cold: float = 0.0) -> tuple[Any, Any]:
    """Before and after: the canary misses so many times as often in both, and begins cold."""
    random = np.random.default_rng(3)
    excess = cold * 80 * np.exp(-(np.arange(40) + 0.5) * 15 / 100)

    def arms(extra: np.ndarray) -> dict[str, Any]:
        found = {}
        for name, rate in (("baseline", np.full(40, 80.0)), ("canary", 80.0 * times + extra)):
            misses = random.poisson(np.broadcast_to(rate, (6, 40)))
            requests = np.full((6, 40), 1000.0)
            found[name] = {"hits": 1000 - misses, "misses": misses, "requests": requests, "db_queries": 2 * misses}
        return found

    return arms(np.zeros(40)), arms(excess)


@pytest.mark.parametrize(
    ("times", "compare", "verdict"),
    [
        (1.28, "auto", Verdict.PASS),
        (8.0, "auto", Verdict.INCONCLUSIVE),
        (8.0, "diff-in-diff", Verdict.PASS),
    ],
)
def test_what_stood_before_the_deploy_passes_where_it_is_small_or_meant(
    times: float, compare: str, verdict: Verdict
) -> None:
    before, after = standing(times)
    configuration = {"compare": compare, "cache": "per-arm"}
    assert judge_arrays(**after, before=before, step=15, configuration=configuration).verdict is verdict


@pytest.mark.parametrize("compare", ["auto", "diff-in-diff"])
def test_a_cold_start_on_top_of_what_stood_before_is_no_growth(compare: str) -> None:
    before, after = standing(1.6, cold=5)
    run = judge_arrays(**after, before=before, step=15, configuration={"compare": compare, "cache": "per-arm"})
    assert run.verdict is Verdict.INCONCLUSIVE
