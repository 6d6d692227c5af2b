from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.arrays import frozen
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.measure import Scale
from canary_guard.model.rule import LevelCondition, LimitSide
from canary_guard.model.run import Run
from canary_guard.model.warm_up import WarmUp, WarmUpState
from canary_guard.model.window import Arm, Comparison
from canary_guard.reports import chart
from canary_guard.reports.figures import Figure, deciders, figure_of, figures
from tests.builders import START, STEP, a_bound, a_condition_finding, a_run, an_estimate, rises
from tests.reports import runs
from tests.reports.pages import LEVELS, a_before_after_run, a_full_run, a_healthy_run, a_late_run, an_unmeasured_run


def figure(measure: str, run: Run) -> Figure:
    made = figure_of(measure, run)
    assert made is not None
    return made


def held(run: Run, *conditions: ConditionFinding) -> Run:
    """The run with these conditions in its first finding."""
    first, *others = run.findings
    return replace(run, findings=(replace(first, conditions=conditions), *others))


def test_what_was_exceeded_decided_a_failure_load_first() -> None:
    assert deciders(runs.fail()) == ("db_load_per_request", "hit_rate")
    assert deciders(runs.late()) == ("db_load_per_request",)
    assert deciders(a_full_run()) == ("db_load_per_request", "hit_rate", "origin_load")


def test_a_miss_rate_that_decided_alone_is_drawn() -> None:
    run = runs.fail()
    alone = a_condition_finding(rises("miss_rate", "25%"))
    assert deciders(held(run, alone)) == ("miss_rate",)


def test_a_picture_begins_before_the_deploy_and_what_is_skipped_has_no_level() -> None:
    run = runs.fail()
    before = replace(run.traces[2], start=START - 60 * STEP)
    drawn = figure("db_load_per_request", replace(run, traces_before=(before,))).chart
    assert drawn.start == before.start
    assert [line.path.count("M") for line in drawn.lines] == [2, 1]
    assert drawn.lines[0].left == drawn.judged > chart.LEFT
    skipped = WarmUp(state=WarmUpState.CONVERGED, skip=10 * STEP)
    late = figure("db_load_per_request", replace(run, warm_up=skipped, windows=replace(run.windows, deploy_time=None)))
    assert late.chart.judged == pytest.approx(chart.LEFT + (chart.RIGHT - chart.LEFT) / 4)


def test_a_rule_that_only_warns_decides_nothing() -> None:
    run = runs.fail()
    assert deciders(replace(run, findings=run.findings[1:])) == ()


def test_what_is_within_decided_a_pass_and_what_is_open_left_it_inconclusive() -> None:
    assert deciders(a_healthy_run())[:2] == ("db_load_per_request", "hit_rate")
    assert deciders(runs.inconclusive()) == ("db_load_per_request",)


def test_of_a_partial_answer_all_that_was_judged_is_shown() -> None:
    assert deciders(runs.partial()) == ("db_load_per_request", "hit_rate")


def test_every_measure_with_data_has_one_picture() -> None:
    deciding, others = figures(a_full_run())
    assert [one.title for one in deciding] == ["database load per request", "hit rate", "origin load"]
    assert {one.id for one in (*deciding, *others)} == {f"over-time-{measure}" for measure in LEVELS}
    assert len(deciding) + len(others) == len(LEVELS)


def test_a_run_without_traces_has_no_pictures() -> None:
    assert figures(runs.source_error()) == ((), ())


def test_a_picture_tells_the_levels_and_the_change() -> None:
    made = figure("db_load_per_request", runs.fail())
    assert made.change == "x2.11 (x1.87 to x2.38)"
    assert made.reason == ""
    assert [(side.arm, side.name, side.level, side.interval) for side in made.sides] == [
        (Arm.BASELINE, "baseline", "0.0147", "0.0140 to 0.0154"),
        (Arm.CANARY, "canary", "0.0310", "0.0294 to 0.0326"),
    ]


def test_the_bound_is_told_with_its_level() -> None:
    assert figure("db_load_per_request", runs.fail()).bounds == ("bound: baseline + 15% = 0.0169",)
    assert figure("hit_rate", runs.fail()).bounds == ("bound: baseline − 0.5pp = 98.65 %",)


def test_a_bound_of_several_rules_is_drawn_once_and_each_other_one_too() -> None:
    made = figure("db_load_per_request", a_full_run())
    assert len(made.bounds) == len(made.chart.limits) == 1
    two = held(runs.fail(), a_condition_finding(), a_condition_finding(rises("db_load_per_request", "50%")))
    made = figure("db_load_per_request", two)
    assert made.bounds == ("bound: baseline + 15% = 0.0169", "bound: baseline + 50% = 0.0221")
    assert len(made.chart.limits) == 2


def test_a_limit_on_the_level_is_drawn_without_an_estimate() -> None:
    below = LevelCondition(measure="hit_rate", side=LimitSide.BELOW, limit=a_bound("98pp"))
    finding = a_condition_finding(outcome=Outcome.UNDETERMINED, condition=below)  # type: ignore[arg-type] # a level
    run = held(replace(runs.fail(), estimates=()), finding)
    made = figure("hit_rate", run)
    assert made.bounds == ("bound: below 98pp",)
    assert len(made.chart.limits) == 1


def test_a_bound_on_strata_is_not_drawn_over_the_total() -> None:
    strata = replace(rises("db_load_per_request", "15%"), any_stratum=True)
    assert figure("db_load_per_request", held(runs.fail(), a_condition_finding(strata))).bounds == ()


def test_without_an_estimate_the_reason_is_told() -> None:
    made = figure("db_load_per_request", an_unmeasured_run())
    assert (made.change, made.reason) == ("", "fewer than 20 misses in the canary")
    assert [side.level for side in made.sides] == ["", "no values"]
    assert figure("hit_rate", replace(runs.fail(), estimates=())).reason == "no estimate was made"


def test_an_estimate_of_another_comparison_is_not_shown() -> None:
    run = a_run(estimates=(an_estimate(comparison=Comparison.BEFORE_AFTER),))
    assert figure("db_load_per_request", run).reason == "no estimate was made"


def test_the_estimate_that_was_judged_comes_before_the_usual_one() -> None:
    absolute = an_estimate("miss_latency_p95", scale=Scale.DIFFERENCE, baseline=0.012, canary=0.02, theta=0.008)
    relative = an_estimate("miss_latency_p95", baseline=0.012, canary=0.02, theta=0.51)
    trace = replace(runs.fail().traces[0], measure="miss_latency_p95")
    run = replace(runs.fail(), estimates=(absolute, relative), traces=(trace,))
    assert figure("miss_latency_p95", run).change.startswith("+67 %")
    judged = held(run, a_condition_finding(rises("miss_latency_p95", "5ms")))
    assert figure("miss_latency_p95", judged).change.startswith("+8.0 ms")


def test_a_late_fault_is_told_as_it_was_judged_and_marked() -> None:
    made = figure("db_load_per_request", a_late_run())
    assert made.change == "x2.23 (x1.65 to x3.00)"
    assert [moment.label for moment in made.chart.moments] == ["deploy", "since 09:26"]


def test_before_and_after_are_named_so() -> None:
    made = figure("db_load_per_request", a_before_after_run())
    assert [side.name for side in made.sides] == ["before", "after"]
    assert made.bounds == ("bound: before + 15% = 0.0169",)
    assert made.chart.lines[0].right == pytest.approx(made.chart.lines[1].left)


def test_who_cannot_see_the_picture_is_told_what_it_shows() -> None:
    run = runs.fail()
    gaps = tuple(
        replace(trace, values=frozen(np.array([0.0, 0.01, 0.03])), missing=(0,))
        if trace.side is Arm.BASELINE
        else replace(trace, values=frozen(np.zeros(2)), missing=(0, 1))
        for trace in run.traces
    )
    assert figure("db_load_per_request", replace(run, traces=gaps)).description == (
        "Baseline: between 0.0100 and 0.0300 in 3 intervals; 1 have no value. "
        "Canary: no interval has a value. bound: baseline + 15% = 0.0169."
    )


def test_a_picture_tells_what_it_shows_but_is_not_judged() -> None:
    load = figure_of("db_load_per_request", runs.mix_shift())
    assert load is not None
    assert load.change == "−0.5 % at the baseline's mix (−6.3 to +5.7 %)"
    assert load.split == "in all +25 %, other traffic +26 %"
    plain = figure_of("db_load_per_request", runs.fail())
    assert plain is not None
    assert plain.split == ""


def test_a_picture_of_the_total_tells_what_was_exceeded_in_a_pattern_or_another_comparison() -> None:
    hit_rate = figure_of("hit_rate", runs.broken_pattern())
    assert hit_rate is not None
    assert hit_rate.elsewhere == ("hit rate of stock 86.78 → 0.00 % (−86.78 pp)",)
    assert [side.level for side in hit_rate.sides] == ["95.26 %", "95.07 %"]
    assert hit_rate.bounds == ()
    both = figure_of("hit_rate", runs.contamination())
    assert both is not None
    assert both.elsewhere == ("hit rate (before/after) 99.15 → 98.08 % (−1.07 pp)",)


def test_an_arm_without_values_over_time_has_its_level_drawn() -> None:
    run = runs.fail()
    empty = tuple(
        replace(trace, missing=tuple(range(40))) if trace.side is Arm.BASELINE else trace for trace in run.traces
    )
    figure = figure_of("hit_rate", replace(run, traces=empty))
    assert figure is not None
    line = next(line for line in figure.chart.lines if line.arm is Arm.BASELINE)
    assert (line.path, line.level is not None, line.band is not None) == ("", True, True)


def test_where_nearly_no_interval_has_a_value_there_is_no_picture() -> None:
    run = runs.fail()
    sparse = tuple(replace(trace, missing=tuple(range(1, 40))) for trace in run.traces)
    assert figure_of("hit_rate", replace(run, traces=sparse)) is None


def test_what_is_projected_has_no_picture_of_today() -> None:
    run = runs.fail()
    traces = tuple(replace(trace, measure="utilisation") for trace in run.traces[:2])
    assert figure_of("utilisation", replace(run, traces=traces)) is None
