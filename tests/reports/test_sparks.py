from dataclasses import replace

import pytest

from canary_guard.model.run import Run
from canary_guard.model.window import Arm
from canary_guard.reports.sparks import Sparks, sparks
from tests.builders import START, STEP, a_run
from tests.reports import runs
from tests.reports.test_chart import a_trace


def a_stepped_run(*, before: bool = True) -> Run:
    """The canary's load doubles at the deploy; four intervals before it, four after."""
    flat, high = (2.0,) * 4, (4.0,) * 4
    after = (a_trace(*flat), a_trace(*high, side=Arm.CANARY))
    earlier = tuple(a_trace(*flat, side=arm, start=START - 4 * STEP) for arm in Arm)
    run = runs.fail()
    return replace(
        run,
        windows=replace(run.windows, deploy_time=START),
        traces=tuple(replace(one, measure="db_load_per_request") for one in after),
        traces_before=tuple(replace(one, measure="db_load_per_request") for one in earlier) if before else (),
    )


def pictures(found: Sparks) -> list[list[str]]:
    return [[row.picture for row in one.rows] for one in found.found]


def test_both_arms_are_drawn_on_one_scale_with_the_deploy_between() -> None:
    found = sparks(a_stepped_run(), columns=40, unicode=True)
    assert pictures(found) == [["▅▅▅▅▅▅▅▅", "▅▅▅▅████"]]
    assert found.deploy == 4
    assert found.found[0].title == "database load per request, 0 to 4.00"
    assert [(row.name, row.level) for row in found.found[0].rows] == [("baseline", "0.0147"), ("canary", "0.0310")]


def test_in_ascii_too() -> None:
    assert pictures(sparks(a_stepped_run(), columns=40, unicode=False)) == [["========", "====####"]]


def test_in_a_narrow_place_neighbours_are_averaged() -> None:
    found = sparks(a_stepped_run(), columns=4, unicode=True)
    assert pictures(found) == [["▅▅▅▅", "▅▅██"]]
    assert found.deploy == 2


def test_a_gap_is_a_gap() -> None:
    run = a_stepped_run(before=False)
    gapped = replace(run, traces=(run.traces[0], replace(run.traces[1], missing=(1, 2))))
    assert pictures(sparks(gapped, columns=40, unicode=True)) == [["▅▅▅▅", "█  █"]]


def test_a_hit_rate_does_not_begin_at_zero_and_no_letter_stands_for_more_than_an_interval() -> None:
    found = sparks(runs.fail(), columns=1000, unicode=True)
    load, hit_rate = found.found
    assert hit_rate.title.startswith("hit rate, ")
    assert not hit_rate.title.startswith("hit rate, 0")
    assert {len(row.picture) for row in (*load.rows, *hit_rate.rows)} == {40}
    assert found.deploy is None


def test_levels_that_never_move_are_the_lowest_letter() -> None:
    run = a_stepped_run(before=False)
    zeros = tuple(replace(a_trace(0.0, 0.0), measure="db_load_per_request", side=arm) for arm in Arm)
    assert pictures(sparks(replace(run, traces=zeros), columns=9, unicode=True)) == [["▁▁", "▁▁"]]


@pytest.mark.parametrize("run", [runs.source_error(), a_run(findings=())])
def test_without_values_or_what_decided_there_is_nothing(run: Run) -> None:
    assert sparks(run, columns=40, unicode=True) == Sparks(found=(), deploy=None)
