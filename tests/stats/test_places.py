from dataclasses import replace

import pytest

from canary_guard.model.signal import Scope, Selection
from canary_guard.model.window import Arm, Period
from canary_guard.stats.places import BOTH, arms_side_by_side, before_and_after
from tests.builders import a_plan, a_selection, equal
from tests.readings import grid, reading

ROWS = {"stable a": [1, 2], "canary x": [1, 2], " other": [1, 2]}


def test_side_by_side_each_arm_is_a_place() -> None:
    baseline, canary = arms_side_by_side(a_plan(), grid(4))
    assert (baseline.name, canary.name) == ("the baseline", "the canary")
    assert (baseline.period, canary.period) == (Period.AFTER, Period.AFTER)
    found = [[series.labels for series in place.series(reading("hits", ROWS))] for place in (baseline, canary)]
    assert found == [[("a",)], [("x",)]]


def test_before_and_after_each_window_is_a_place() -> None:
    before, after = before_and_after(a_plan(), before=grid(3, Period.BEFORE), after=grid(4))
    assert (before.name, after.name) == ("the window before the deploy", "the window after the deploy")
    assert (before.grid.intervals, after.grid.intervals) == (3, 4)
    assert before.arms == BOTH
    assert [series.labels for series in after.series(reading("hits", ROWS))] == [("a",), ("x",)]


@pytest.mark.parametrize("arm", ["baseline", "canary"])
def test_one_arm_is_enough_to_leave_others_out(arm: str) -> None:
    select = replace(a_selection(), baseline=None) if arm == "baseline" else replace(a_selection(), canary=None)
    place, _ = before_and_after(a_plan(select=select), before=grid(4), after=grid(4))
    assert place.arms == BOTH


def test_without_arms_everything_belongs() -> None:
    select = Selection(everything=(equal("namespace", "shop"),))
    place, _ = before_and_after(a_plan(select=select), before=grid(4), after=grid(4))
    assert place.arms == {None}
    assert [series.labels for series in place.series(reading("hits", ROWS))] == [("other",)]


def test_a_shared_signal_belongs_everywhere() -> None:
    shared = reading("evictions", {"": [1, 2]}, scope=Scope.SHARED)
    for place in arms_side_by_side(a_plan(), grid(1)):
        assert len(list(place.series(shared))) == 1


def test_a_unit_is_a_name_and_an_arm() -> None:
    place, _ = arms_side_by_side(a_plan(), grid(1))
    by_unit = reading("hits", {"stable 0.5 a": [1, 2]}, split=("le", "pod"))
    assert place.by_unit(by_unit)
    assert place.unit_of(by_unit, by_unit.series[0]) == ("a", Arm.BASELINE)
    summed = reading("hits", {"stable 0.5": [1, 2]}, split=("le",))
    assert not place.by_unit(summed)
    assert place.unit_of(summed, summed.series[0]) == ("", Arm.BASELINE)
