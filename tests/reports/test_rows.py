from dataclasses import replace

from canary_guard.model.measure import Cost, CostKind, Scale
from canary_guard.model.run import DataQuality, UnitQuality
from canary_guard.model.window import Arm, Comparison, Period
from canary_guard.reports import rows
from canary_guard.reports.look import Look
from tests.builders import a_reading, a_run, an_estimate, no_estimate
from tests.reports import runs

LOOK = Look()


def test_an_exceeded_warn_rule_is_a_warning() -> None:
    assert [row.word for row in rows.rule_rows(runs.fail(), LOOK)] == ["exceeded", "warning"]
    assert [row.word for row in rows.rule_rows(runs.no_data(), LOOK)] == ["undetermined", "undetermined"]


def test_a_rule_lists_its_conditions_from_left_to_right() -> None:
    row = rows.rule_rows(runs.fail(), LOOK)[0]
    assert [(one.measure, one.bound) for one in row.conditions] == [
        ("hit rate", "drops by 0.5pp"),
        ("miss rate", "rises by 25%"),
        ("database load per request", "rises by 15%"),
    ]
    assert row.why == ""


def test_a_measure_is_shown_once_on_its_own_scale_and_by_the_main_comparison() -> None:
    run = a_run(
        estimates=(
            an_estimate("miss_rate", comparison=Comparison.BEFORE_AFTER),
            an_estimate("miss_rate", scale=Scale.DIFFERENCE, theta=0.0107, half=0.001),
            an_estimate("miss_rate", baseline=0.0085, canary=0.0192, theta=0.816),
            no_estimate("hit_rate", "no hits"),
        )
    )
    miss_rate, hit_rate = rows.measure_rows(run)
    assert (miss_rate.baseline, miss_rate.canary, miss_rate.change) == ("0.85 %", "1.92 %", "x2.26")
    assert miss_rate.interval == "x2.01 to x2.55"
    assert (hit_rate.change, hit_rate.note) == ("–", "no hits")


def test_measures_with_the_same_note_are_told_together() -> None:
    assert rows.measure_notes(runs.no_data()) == (
        "hit rate, miss rate, database load per request: no series of the canary",
    )
    thin = a_run(estimates=(an_estimate(thin=True, notes=("pods cannot be told from the deploy",)),))
    assert rows.measure_notes(thin) == ("database load per request: few events; pods cannot be told from the deploy",)


def test_the_interval_is_called_by_both_its_sides() -> None:
    run = runs.fail()
    assert rows.interval_title(run) == "98 % interval"
    strict = replace(run, plan=replace(run.plan, levels=replace(run.plan.levels, alpha=0.005)))
    assert rows.interval_title(strict) == "99 % interval"


def a_unit(name: str, **changes: object) -> UnitQuality:
    unit = UnitQuality(arm=Arm.CANARY, period=Period.AFTER, unit=name, resets=0, expected=40, gaps=0)
    return replace(unit, **changes)  # type: ignore[arg-type] # tests name fields of UnitQuality


def test_faults_of_the_data_name_the_worst_units() -> None:
    units = tuple(a_unit(f"pod-{index}", gaps=index) for index in range(7))
    quality = DataQuality(units=units, gap_share=0.058, unusable_samples=1200, notes=("pods came and went",))
    assert rows.data_faults(a_run(data_quality=quality)) == (
        (
            "5.8 % of the expected samples are missing: pod-6 (6 of 40), pod-5 (5 of 40), pod-4 (4 of 40), "
            "pod-3 (3 of 40) and 2 more"
        ),
        "1,200 samples were not usable: NaN, infinite, negative or no number",
        "pods came and went",
    )


def test_faultless_data_has_none() -> None:
    quality = DataQuality(units=(a_unit("pod-1"),), gap_share=0, unusable_samples=0)
    assert rows.data_faults(a_run(data_quality=quality)) == ()


def test_failed_queries_with_the_same_answer_are_told_together() -> None:
    assert rows.data_faults(runs.source_error()) == (
        "hits, misses could not be read from http://127.0.0.1:9090: connection refused",
    )
    many = (
        tuple(replace(a_reading(), where=f"host-{index}", failure=failure) for index in range(6))
        if (failure := runs.source_error().queries[0].failure)
        else ()
    )
    told = rows.data_faults(replace(runs.source_error(), queries=many))
    assert len(told) == 5
    assert told[-1] == "2 more errors of the source"


def test_the_facts_say_what_was_compared() -> None:
    facts = dict(rows.facts(runs.before_after(), LOOK))
    assert facts["window"] == "2026-11-21 09:11 to 09:21 UTC, 40 intervals of 15 s"
    assert facts["before"] == "2026-11-21 09:00:45 to 09:10:45 UTC, 40 intervals of 15 s"
    assert facts["deploy"] == "2026-11-21 09:10:50 UTC"
    assert facts["source"] == "Prometheus at http://127.0.0.1:9090"


def test_the_facts_always_say_what_a_miss_was_weighed_by() -> None:
    run = runs.fail()
    costs = (None, *(Cost(kind=kind, value=100) for kind in CostKind))
    told = {dict(rows.facts(replace(run, plan=replace(run.plan, cost=cost)), LOOK))["miss cost"] for cost in costs}
    assert len(told) == len(costs)
    assert "stated: 100 times a hit" in told


def test_queries_say_what_came_back() -> None:
    run = runs.source_error()
    assert [row.came for row in rows.query_rows(run)] == ["failed: connection refused"] * 2
    summed = replace(runs.before_after(), queries=(replace(a_reading(), summed_by_server=True),))
    row = rows.query_rows(summed)[0]
    assert (row.key, row.came) == ("misses (after)", "2 series, summed by the server")
