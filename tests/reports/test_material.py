from dataclasses import replace

import pytest

from canary_guard.model.measure import Cost, CostKind
from canary_guard.model.run import DataQuality, UnitQuality
from canary_guard.model.warm_up import WarmUp, WarmUpState
from canary_guard.model.window import Arm, Period
from canary_guard.reports import material
from canary_guard.reports.look import Look
from tests.builders import a_reading, a_run
from tests.reports import runs

LOOK = Look()
OVERSHOOT = (
    "the canary misses less than the baseline, as a new cache does whose keys are all young: it will not stay so"
)


def a_unit(name: str, **changes: object) -> UnitQuality:
    unit = UnitQuality(arm=Arm.CANARY, period=Period.AFTER, unit=name, resets=0, expected=40, gaps=0)
    return replace(unit, **changes)  # type: ignore[arg-type] # tests name fields of UnitQuality


def test_faults_of_the_data_name_the_worst_units() -> None:
    units = tuple(a_unit(f"pod-{index}", gaps=index) for index in range(7))
    quality = DataQuality(units=units, gap_share=0.058, unusable_samples=1200, notes=("pods came and went",))
    assert material.data_faults(a_run(data_quality=quality)) == (
        (
            "5.8 % of the expected samples are missing: pod-6 (6 of 40), pod-5 (5 of 40), pod-4 (4 of 40), "
            "pod-3 (3 of 40) and 2 more"
        ),
        "1,200 samples were not usable: NaN, infinite, negative or no number",
        "pods came and went",
    )


def test_faultless_data_has_none() -> None:
    quality = DataQuality(units=(a_unit("pod-1"),), gap_share=0, unusable_samples=0)
    assert material.data_faults(a_run(data_quality=quality)) == ()


def test_failed_queries_with_the_same_answer_are_told_together() -> None:
    assert material.data_faults(runs.source_error()) == (
        "hits, misses could not be read from http://127.0.0.1:9090: connection refused",
    )
    many = (
        tuple(replace(a_reading(), where=f"host-{index}", failure=failure) for index in range(6))
        if (failure := runs.source_error().queries[0].failure)
        else ()
    )
    told = material.data_faults(replace(runs.source_error(), queries=many))
    assert len(told) == 5
    assert told[-1] == "2 more errors of the source"


def test_the_facts_say_what_was_compared() -> None:
    facts = dict(material.facts(runs.before_after(), LOOK))
    assert facts["window"] == "2026-11-21 09:11 to 09:21 UTC, 40 intervals of 15 s"
    assert facts["before"] == "2026-11-21 09:00:45 to 09:10:45 UTC, 40 intervals of 15 s"
    assert facts["deploy"] == "2026-11-21 09:10:50 UTC"
    assert facts["source"] == "Prometheus at http://127.0.0.1:9090"


def test_the_facts_always_say_what_a_miss_was_weighed_by() -> None:
    run = runs.fail()
    costs = (None, *(Cost(kind=kind, value=100) for kind in CostKind))
    told = {dict(material.facts(replace(run, plan=replace(run.plan, cost=cost)), LOOK))["miss cost"] for cost in costs}
    assert len(told) == len(costs)
    assert "stated: 100 times a hit" in told


def test_queries_say_what_came_back() -> None:
    run = runs.source_error()
    assert [row.came for row in material.query_rows(run)] == ["failed: connection refused"] * 2
    summed = replace(runs.before_after(), queries=(replace(a_reading(), summed_by_server=True),))
    row = material.query_rows(summed)[0]
    assert (row.key, row.came) == ("misses (after)", "2 series, summed by the server")


def test_the_same_note_is_told_once() -> None:
    quality = DataQuality(units=(), gap_share=0, unusable_samples=0, notes=("pod a restarted once",) * 2)
    assert material.data_faults(a_run(data_quality=quality)) == ("pod a restarted once",)


@pytest.mark.parametrize(
    ("warm_up", "told"),
    [
        (None, ()),
        (WarmUp(state=WarmUpState.WARM), ()),
        (
            WarmUp(state=WarmUpState.CONVERGED, skip=24_000),
            ("the first 24 s, in which the canary's cache was cold, are not judged",),
        ),
        (
            WarmUp(state=WarmUpState.RECOVERING, eta=115_000),
            ("the canary's cache is still cold, and recovering: it should be warm in about 2 min",),
        ),
        (WarmUp(state=WarmUpState.RECOVERING), ("the canary's cache is still cold, and recovering",)),
        (WarmUp(state=WarmUpState.UNKNOWN), ("whether the canary's cache is warm could not be told",)),
        (
            WarmUp(state=WarmUpState.CONVERGED, overshoots=True),
            (OVERSHOOT,),
        ),
    ],
)
def test_what_a_cold_cache_left_unjudged_is_said(warm_up: WarmUp | None, told: tuple[str, ...]) -> None:
    run = a_run(warm_up=warm_up, data_quality=DataQuality(units=(), gap_share=0, unusable_samples=0))
    assert material.data_faults(run) == told


def test_a_stated_warm_up_says_what_was_skipped() -> None:
    run = a_run(warm_up=WarmUp(state=WarmUpState.WARM, skip=105_000))
    run = replace(run, plan=replace(run.plan, warmup=120_000))
    assert material.data_faults(run)[0] == "the first 1 min 45 s are not judged: `warmup: 2 min` after the deploy"
    none_left = replace(run, warm_up=WarmUp(state=WarmUpState.WARM))
    assert not any("judged" in text for text in material.data_faults(none_left))
