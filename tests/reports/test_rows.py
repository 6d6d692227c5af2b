from dataclasses import replace

from canary_guard.model.finding import Alarm
from canary_guard.model.measure import Scale
from canary_guard.model.window import Comparison
from canary_guard.reports import rows
from canary_guard.reports.look import Look
from tests.builders import a_run, an_estimate, no_estimate
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


def test_an_end_that_a_test_set_to_the_point_is_no_interval() -> None:
    tested = an_estimate("burst_ratio", theta=0.2)
    point = tested.change.point
    for low in (None, point):
        run = a_run(estimates=(replace(tested, change=replace(tested.change, low=low, high=point)),))
        (row,) = rows.measure_rows(run)
        assert row.interval == ""


def test_checks_that_found_something_come_first() -> None:
    rows_of = rows.check_rows(runs.contamination())
    assert [(row.name, row.alarm) for row in rows_of] == [
        ("contamination", Alarm.RAISED),
        ("placebo", Alarm.IMPOSSIBLE),
    ]
    assert rows_of[0].sentence == "both arms became worse with the deploy (origin-regression): seen before/after only"
    assert rows.check_rows(runs.fail()) == ()


def test_a_change_at_another_mix_is_marked_and_the_mark_explained() -> None:
    run = runs.mix_shift()
    conditions = rows.rule_rows(run, LOOK, mark="*")[0].conditions
    assert [one.measured for one in conditions] == [
        "99.24 → 98.65 % (+0.01 pp*)",
        "0.76 → 0.95 % (−0.7 %*)",
        "0.0126 → 0.0158 (−0.5 %*)",
    ]
    assert rows.mix_note(run) == "at the baseline's mix of key patterns: what other traffic alone moved is left out"
    assert rows.mix_note(runs.fail()) == ""


def test_a_change_is_split_into_behaviour_and_other_traffic() -> None:
    assert rows.mix_notes(runs.mix_shift()) == (
        "hit rate: behaviour +0.01 pp, which is judged; in all −0.59 pp, other traffic −0.60 pp",
        "miss rate: behaviour −0.7 %, which is judged; in all +25 %, other traffic +26 %",
        "database load per request: behaviour −0.5 %, which is judged; in all +25 %, other traffic +26 %",
    )
    assert rows.mix_notes(runs.fail()) == ()


def test_a_warning_that_a_failed_rule_explains_is_folded() -> None:
    shown, also = rows.folded(runs.fail(), LOOK)
    assert [row.id for row in shown] == ["origin-regression"]
    assert also == "hit-rate"
    run = runs.fail()
    alone = replace(run, findings=run.findings[1:])
    assert rows.folded(alone, LOOK)[1] == ""


def test_a_rule_within_is_not_told_by_what_it_would_mean() -> None:
    assert [row.heading for row in rows.rule_rows(runs.passing(), LOOK)] == [
        ("origin-regression", "no: The database is doing work that the cache used to do"),
        ("hit-rate", "no: Hit rate"),
    ]
    assert rows.rule_rows(runs.fail(), LOOK)[0].heading[1] == "origin-regression"


def test_where_a_side_has_no_data_no_rule_repeats_it() -> None:
    run = runs.no_canary()
    assert {row.why for row in rows.rule_rows(run, LOOK)} == {"data: no data, see above"}
    assert not any(row.conditions for row in rows.rule_rows(run, LOOK))
    assert rows.measure_notes(run) == ()
    assert {row.sentence for row in rows.check_rows(run)} == {"not asked: no data, see above"}


def test_a_reason_that_was_told_is_not_told_again() -> None:
    first, second = rows.rule_rows(runs.no_data(), LOOK)
    assert (first.why, second.why) == ("data: hit rate: no series of the canary", "data: as for origin-regression")
    longer = replace(runs.no_data().findings[1], more_time=720_000)
    second = rows.rule_rows(replace(runs.no_data(), findings=(runs.no_data().findings[0], longer)), LOOK)[1]
    assert second.why.endswith("another 12 min at this traffic would settle it")


def test_notes_tell_short_times_in_milliseconds() -> None:
    note = "no finer than its histogram bucket: 0.015 to 0.025 s in the baseline, 0.5 to 2.5 s in the canary"
    row = rows.measure_rows(a_run(estimates=(an_estimate("miss_latency_p95", notes=(note,)),)))[0]
    assert row.note.endswith("bucket: 15 to 25 ms in the baseline, 0.5 to 2.5 s in the canary")
