from dataclasses import replace

from canary_guard.model.run import Run
from canary_guard.model.series import Reading
from canary_guard.model.window import Arm, Comparison, Period
from canary_guard.reports import REPORTS, absent
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from tests.builders import START, a_grid, a_reading, equal
from tests.reports import runs

LOOK = Look()


def only(*arms: Arm) -> Run:
    run = runs.no_data()
    reading = a_reading()
    return replace(run, queries=(replace(reading, series=tuple(one for one in reading.series if one.arm in arms)),))


def test_one_arm_without_data_names_its_selector() -> None:
    text = 'nothing for the canary (track="canary") from 09:11 to 09:21 UTC; the baseline has data: check select.canary'
    assert absent.diagnosis(only(Arm.BASELINE), LOOK) == text
    assert verdict_sentence(runs.no_canary()) == f"INCONCLUSIVE (data): {text}"
    assert absent.diagnosis(only(Arm.CANARY), LOOK).endswith("the canary has data: check select.baseline")


def test_neither_arm_points_at_what_they_share() -> None:
    text = absent.diagnosis(only(), LOOK)
    assert text.startswith("nothing for either arm")
    assert text.endswith("from 09:11 to 09:21 UTC: check select.all, the metric names, the window")


def test_with_data_on_both_sides_there_is_none() -> None:
    assert absent.diagnosis(only(*Arm), LOOK) == ""
    assert absent.diagnosis(replace(only(), queries=()), LOOK) == ""


def test_a_failed_source_is_told_by_itself() -> None:
    assert absent.diagnosis(runs.source_error(), LOOK) == ""
    failed = replace(a_reading(), failure=runs.source_error().queries[0].failure)
    assert absent.diagnosis(replace(only(), queries=(failed,)), LOOK) == ""
    assert absent.diagnosis(replace(only(), warnings=("partial",)), LOOK) == ""


def test_what_was_settled_is_no_want_of_data() -> None:
    assert absent.diagnosis(replace(only(), findings=runs.fail().findings), LOOK) == ""


def test_a_fleet_names_the_side_of_the_deploy() -> None:
    run = only()
    fleet = replace(
        run, comparison=Comparison.BEFORE_AFTER, windows=replace(run.windows, before=a_grid(start=START - 615_000))
    )

    def with_series(*periods: Period) -> Run:
        return replace(fleet, queries=tuple(_reading(period, there=period in periods) for period in Period))

    assert absent.diagnosis(with_series(*Period), LOOK) == ""
    assert "after the deploy, from 09:11 to 09:21 UTC" in absent.diagnosis(with_series(Period.BEFORE), LOOK)
    assert "before the deploy, from" in absent.diagnosis(with_series(Period.AFTER), LOOK)
    assert absent.diagnosis(with_series(), LOOK).startswith("nothing at all")


def _reading(period: Period, *, there: bool) -> Reading:
    reading = a_reading()
    series = reading.series if there else ()
    return replace(reading, query=replace(reading.query, period=period), series=series)


def test_a_selector_is_made_harmless() -> None:
    run = only(Arm.BASELINE)
    select = replace(run.plan.select, canary=(equal("a", "\x1b[31m"),))
    text = absent.diagnosis(replace(run, plan=replace(run.plan, select=select)), LOOK)
    assert r'(a="\x1b[31m")' in text


def test_a_run_without_a_canary_is_short() -> None:
    text = REPORTS["terminal"](runs.no_canary(), LOOK)
    assert len(text.splitlines()) < 60
    assert text.count('track="canary"') == 1
    assert "no samples" not in text
    assert REPORTS["html"](runs.no_canary(), LOOK).count("no samples") == 0
