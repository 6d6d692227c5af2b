from dataclasses import replace

import pytest

from canary_guard.model.estimate import Interval
from canary_guard.model.run import Run
from canary_guard.model.window import Comparison
from canary_guard.reports.origin import WIDTH, Origin, origin
from tests.builders import a_plan, a_run, an_estimate, no_estimate


def of(
    load: tuple[float, float],
    per_miss: tuple[float, float],
    retries: tuple[float, float] | None = None,
    **changes: object,
) -> Run:
    measured = {"db_load_per_request": load, "db_load_per_miss": per_miss, "retry_rate": retries}
    estimates = tuple(
        an_estimate(measure, baseline=both[0], canary=both[1]) for measure, both in measured.items() if both is not None
    )
    return a_run(estimates=estimates, **changes)  # type: ignore[arg-type] # tests name fields of Run


def made(
    load: tuple[float, float],
    per_miss: tuple[float, float],
    retries: tuple[float, float] | None = None,
    **changes: object,
) -> Origin:
    found = origin(of(load, per_miss, retries, **changes))
    assert found is not None
    return found


def parts(found: Origin) -> list[tuple[str, str, str, str]]:
    return [(part.name, part.baseline, part.canary, part.change) for part in found.parts]


def test_the_load_is_stacked_by_where_it_came_from() -> None:
    found = made((0.0100, 0.0320), (1.0, 1.6), (0.0, 0.004))
    assert found.unit == "database queries per 1,000 requests"
    assert parts(found) == [
        ("misses, one query each", "10.0", "20.0", "+10.0"),
        ("further queries of these misses", "0.0", "8.0", "+8.0"),
        ("retries, one query each", "0.0", "4.0", "+4.0"),
        ("all", "10.0", "32.0", "+22.0"),
    ]
    assert [[segment.kind for segment in bar.segments] for bar in found.bars] == [
        ["first"],
        ["first", "further", "retries"],
    ]


def test_a_bar_is_as_long_as_its_load_and_has_no_holes() -> None:
    found = made((0.0100, 0.0320), (1.0, 1.6), (0.0, 0.004))
    baseline, canary = found.bars
    assert baseline.segments[-1].right == pytest.approx(WIDTH * 10 / 32)
    assert canary.segments[-1].right == pytest.approx(WIDTH)
    assert [segment.left for segment in canary.segments] == pytest.approx([0, WIDTH * 20 / 32, WIDTH * 28 / 32])
    assert [segment.left for segment in canary.segments[1:]] == [segment.right for segment in canary.segments[:-1]]


def test_what_made_the_difference_is_told() -> None:
    assert made((0.010, 0.030), (1.0, 1.5)).why == (
        "10.0 misses at 1.00 queries each → 20.0 misses at 1.50 queries each: more misses +10.0, each costs more +10.0."
    )
    assert made((0.03, 0.01), (1.5, 1.0)).why.endswith(": fewer misses −15.0, each costs less −5.0.")


def test_retries_that_were_not_measured_are_no_part() -> None:
    assert [name for name, *_ in parts(made((0.01, 0.03), (1.0, 1.5)))] == [
        "misses, one query each",
        "further queries of these misses",
        "all",
    ]


def test_more_retries_than_queries_are_cut_to_the_queries() -> None:
    found = made((0.010, 0.030), (1.0, 1.5), (0.0, 5.0))
    assert [canary for _, _, canary, _ in parts(found)] == ["20.0", "0.0", "10.0", "30.0"]


def test_misses_that_the_database_does_not_see_are_no_queries() -> None:
    found = made((0.010, 0.010), (1.0, 0.1), (0.0, 0.0))
    assert [canary for _, _, canary, _ in parts(found)] == ["10.0", "0.0", "0.0", "10.0"]


def test_time_in_the_database_is_told_in_seconds_without_retries() -> None:
    found = made((0.010, 0.030), (0.1, 0.15), (0.0, 0.1), plan=a_plan(db_load="db_seconds"))
    assert found.unit == "seconds in the database per 1,000 requests"
    assert parts(found) == [
        ("misses, at the baseline's cost", "10.0", "20.0", "+10.0"),
        ("what each miss costs more", "0.0", "10.0", "+10.0"),
        ("all", "10.0", "30.0", "+20.0"),
    ]


def test_the_picture_is_told_in_words() -> None:
    assert made((0.010, 0.030), (1.0, 1.5)).described == (
        "baseline: 10.0 database queries per 1,000 requests; canary: 30.0 database queries per 1,000 requests"
    )


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
