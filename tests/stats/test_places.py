from dataclasses import replace

import pytest

from canary_guard.model.plan import Plan
from canary_guard.model.signal import Scope, Selection
from canary_guard.model.window import Arm, Period, View
from canary_guard.stats.places import BOTH, Place, places
from tests.builders import a_plan, a_selection, equal
from tests.readings import reading, windows

ROWS = {"stable a": [1, 2], "canary x": [1, 2], " other": [1, 2]}


def the_places(view: View, plan: Plan | None = None) -> tuple[Place, Place]:
    found = places(plan or a_plan(), windows(4, before=3), view)
    assert found is not None
    return found


def labels(place: Place) -> list[tuple[str, ...]]:
    return [series.labels for series in place.series(reading("hits", ROWS))]


def test_side_by_side_each_arm_is_a_place() -> None:
    baseline, canary = the_places(View.ARMS)
    assert (baseline.name, canary.name) == ("the baseline", "the canary")
    assert (baseline.period, canary.period) == (Period.AFTER, Period.AFTER)
    assert (labels(baseline), labels(canary)) == ([("a",)], [("x",)])


def test_the_arms_before_the_deploy_are_places_of_their_own() -> None:
    baseline, canary = the_places(View.ARMS_BEFORE)
    assert (baseline.name, canary.name) == ("the baseline before the deploy", "the canary before the deploy")
    assert (baseline.period, canary.period) == (Period.BEFORE, Period.BEFORE)
    assert (baseline.grid.intervals, canary.grid.intervals) == (3, 3)
    assert (labels(baseline), labels(canary)) == ([("a",)], [("x",)])


def test_the_baseline_is_held_against_itself() -> None:
    before, after = the_places(View.BASELINE)
    assert (before, after) == (the_places(View.ARMS_BEFORE)[0], the_places(View.ARMS)[0])


def test_the_fleet_is_both_arms_in_each_window() -> None:
    before, after = the_places(View.FLEET)
    assert (before.name, after.name) == ("the window before the deploy", "the window after the deploy")
    assert (before.grid.intervals, after.grid.intervals) == (3, 4)
    assert before.arms == after.arms == BOTH
    assert labels(after) == [("a",), ("x",)]


@pytest.mark.parametrize("view", View)
def test_only_the_arms_need_no_window_before(view: View) -> None:
    assert (places(a_plan(), windows(4), view) is None) == (view is not View.ARMS)


@pytest.mark.parametrize("arm", ["baseline", "canary"])
def test_one_arm_is_enough_to_leave_others_out(arm: str) -> None:
    select = replace(a_selection(), baseline=None) if arm == "baseline" else replace(a_selection(), canary=None)
    place, _ = the_places(View.FLEET, a_plan(select=select))
    assert place.arms == BOTH


def test_without_arms_everything_belongs() -> None:
    select = Selection(everything=(equal("namespace", "shop"),))
    place, _ = the_places(View.FLEET, a_plan(select=select))
    assert place.arms == {None}
    assert labels(place) == [("other",)]


def test_a_shared_signal_belongs_everywhere() -> None:
    shared = reading("evictions", {"": [1, 2]}, scope=Scope.SHARED)
    for place in the_places(View.ARMS):
        assert len(list(place.series(shared))) == 1


def test_a_unit_is_a_name_and_an_arm() -> None:
    place, _ = the_places(View.ARMS)
    by_unit = reading("hits", {"stable 0.5 a": [1, 2]}, split=("le", "pod"))
    assert place.by_unit(by_unit)
    assert place.unit_of(by_unit, by_unit.series[0]) == ("a", Arm.BASELINE)
    summed = reading("hits", {"stable 0.5": [1, 2]}, split=("le",))
    assert not place.by_unit(summed)
    assert place.unit_of(summed, summed.series[0]) == ("", Arm.BASELINE)
