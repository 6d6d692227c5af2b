from dataclasses import replace

import pytest

from canary_guard.model.estimate import Interval
from canary_guard.model.run import Run
from canary_guard.model.window import Comparison
from canary_guard.reports.origin import WIDTH, Origin, origin
from tests.builders import a_plan, a_run, an_estimate, no_estimate


def of(load: tuple[float, float], per_miss: tuple[float, float], **changes: object) -> Run:
    return a_run(
        estimates=(
            an_estimate("db_load_per_request", baseline=load[0], canary=load[1]),
            an_estimate("db_load_per_miss", baseline=per_miss[0], canary=per_miss[1]),
        ),
        **changes,  # type: ignore[arg-type] # tests name fields of Run
    )


def made(load: tuple[float, float], per_miss: tuple[float, float], **changes: object) -> Origin:
    found = origin(of(load, per_miss, **changes))
    assert found is not None
    return found


def test_more_misses_are_told_from_costlier_ones() -> None:
    found = made((0.010, 0.030), (1.0, 1.5))
    assert found.unit == "database queries per 1,000 requests"
    assert [(step.kind, step.name, step.how, step.load) for step in found.steps] == [
        ("baseline", "baseline", "10.0 misses, 1.00 queries each", "10.0"),
        ("more", "more misses", "10.0 → 20.0", "+10.0"),
        ("more", "each miss costs more", "1.00 → 1.50 queries", "+10.0"),
        ("canary", "canary", "20.0 misses, 1.50 queries each", "30.0"),
    ]


def test_the_bars_lead_from_one_side_to_the_other() -> None:
    for found in (
        made((0.010, 0.030), (1.0, 1.5)),
        made((0.03, 0.01), (1.5, 1.0)),
        made((0.0147, 0.031), (1.25, 1.16)),
    ):
        baseline, misses, cost, canary = found.steps
        assert baseline.left == canary.left == 0
        assert baseline.right in (misses.left, misses.right)
        assert canary.right in (cost.left, cost.right)
        assert {misses.left, misses.right} & {cost.left, cost.right}
        assert max(step.right for step in found.steps) == pytest.approx(WIDTH)


def test_a_fall_is_told_as_one() -> None:
    _, misses, cost, _ = made((0.03, 0.01), (1.5, 1.0)).steps
    assert (misses.kind, misses.name, misses.load) == ("less", "fewer misses", "−15.0")
    assert (cost.kind, cost.name, cost.load) == ("less", "each miss costs less", "−5.0")


def test_time_in_the_database_is_told_in_seconds() -> None:
    found = made((0.010, 0.030), (1.0, 1.5), plan=a_plan(db_load="db_seconds"))
    assert found.unit == "seconds in the database per 1,000 requests"
    assert found.steps[0].how == "10.0 misses, 1.00 s in the database each"


def test_without_both_measures_there_is_no_picture() -> None:
    assert origin(a_run()) is None
    assert origin(a_run(estimates=(an_estimate(), no_estimate("db_load_per_miss")))) is None
    run = of((0.01, 0.03), (1.0, 1.5))
    assert origin(replace(run, comparison=Comparison.BEFORE_AFTER)) is None
    undefined = Interval(point=None, low=None, high=1)
    assert origin(replace(run, estimates=(run.estimates[0], an_estimate("db_load_per_miss", canary=0.0)))) is None
    assert (
        origin(replace(run, estimates=(run.estimates[0], replace(an_estimate("db_load_per_miss"), canary=undefined))))
        is None
    )


def test_no_load_at_all_has_no_picture() -> None:
    assert origin(of((0.0, 0.0), (1.0, 1.0))) is None
