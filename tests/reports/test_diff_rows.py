from dataclasses import replace

from canary_guard.model.estimate import Levels
from canary_guard.model.finding import Outcome
from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import Bound, LevelCondition, LimitSide, NotAsked, Severity
from canary_guard.model.run import Verdict
from canary_guard.reports import diff_rows
from canary_guard.reports.look import Look
from tests.builders import a_condition_finding, a_rule, a_run
from tests.reports import runs
from tests.reports.differences import DIFFERENCES, judging, later, named

LOOK = Look()


def test_a_rule_says_what_it_was_and_is_with_its_numbers() -> None:
    row, *_ = diff_rows.rule_rows(DIFFERENCES["fail-pass"](), LOOK)
    assert (row.id, row.then, row.now, row.severity) == ("origin-regression", "exceeded", "within", "can fail the run")
    assert (row.changed, row.told) == (True, True)
    load = row.conditions[2]
    assert (load.measure, load.bound, load.overlap) == ("database load per request", "rises by 15%", "apart")
    assert (load.then.text, load.then.levels) == ("x2.11 (x1.87 to x2.38)", "0.0147 → 0.0310")
    assert load.now.text == "+0.7 % (−11 to +14 %)"


def test_what_changed_stands_first_and_the_rest_is_told_by_its_outcome() -> None:
    rows = diff_rows.rule_rows(DIFFERENCES["another-unit"](), LOOK)
    assert [(row.id, row.then, row.now) for row in rows] == [
        ("new-rule", "no such rule", "warning"),
        ("hit-rate", "warning", "no such rule"),
        ("origin-regression", "exceeded", "exceeded"),
        ("capacity", "not asked", "not asked"),
    ]
    assert [row.told for row in rows] == [True, True, True, False]
    assert diff_rows.as_before(rows) == (("not asked", ("capacity",)),)


def test_a_bound_of_another_unit_is_told_and_its_intervals_are_not_held_together() -> None:
    (condition,) = diff_rows.rule_rows(DIFFERENCES["another-unit"](), LOOK)[2].conditions
    assert condition.bound == "rises by 25% → rises by 0.5pp"
    assert (condition.then.change, condition.now.change) == ("x2.26", "+1.07 pp")
    assert condition.overlap == ""


def test_another_severity_is_a_change() -> None:
    warns = judging(a_rule(when=a_rule().when, severity=Severity.WARN))
    row, *_ = diff_rows.rule_rows(named(judging(a_rule()), warns), LOOK)
    assert (row.severity, row.then, row.now, row.changed) == (
        "can fail the run → warns only",
        "exceeded",
        "warning",
        True,
    )


def test_a_rule_that_is_asked_now_says_so() -> None:
    run = runs.fail()
    rule = run.plan.rules[0]
    off = NotAsked(id=rule.id, title=rule.title, severity=rule.severity, reason="no signal")
    before = replace(run, findings=run.findings[1:], plan=replace(run.plan, rules=run.plan.rules[1:], not_asked=(off,)))
    row, *_ = diff_rows.rule_rows(named(before, run), LOOK)
    assert (row.then, row.now, row.why) == ("not asked", "exceeded", "")
    back, *_ = diff_rows.rule_rows(named(run, before), LOOK)
    assert (back.now, back.why) == ("not asked", "no signal")


def test_where_a_change_was_measured_is_told() -> None:
    late = next(row for row in diff_rows.rule_rows(named(runs.fail(), runs.late()), LOOK) if row.id == "db-load")
    assert late.conditions[0].now.where == " since 09:18:30 UTC"
    grown, *_ = diff_rows.rule_rows(named(runs.fail(), runs.placebo()), LOOK)
    assert grown.conditions[0].now.text == "−0.81 pp (−1.01 to −0.61 pp) with the deploy"
    _, moved, *_ = diff_rows.rule_rows(named(runs.fail(), runs.contamination()), LOOK)
    assert moved.conditions[0].now.where == ", before/after"
    broken, *_ = diff_rows.rule_rows(DIFFERENCES["explained"](), LOOK)
    assert [one.now.where for one in broken.conditions] == [" of stock", " at the baseline's mix"]


def test_a_limit_on_a_level_tells_the_level() -> None:
    level = LevelCondition(
        measure="hit_rate", side=LimitSide.BELOW, limit=Bound(amount=0.99, unit=BoundUnit.PERCENT, text="99%")
    )
    run = runs.fail()
    held = replace(a_condition_finding(), condition=level)
    run = replace(run, findings=(replace(run.findings[0], conditions=(held,)),))
    (condition,) = diff_rows.rule_rows(named(run, run), LOOK)[0].conditions
    assert (condition.bound, condition.now.change) == ("below 99%", "98.08 %")
    assert condition.now.interval == "93.18 to 100.00 %"
    assert condition.lanes is None


def test_a_measure_says_how_far_it_moved_and_whether_the_intervals_are_apart() -> None:
    rows = {row.title: row for row in diff_rows.measure_rows(DIFFERENCES["fail-pass"]())}
    assert (rows["hit rate"].moved, rows["hit rate"].overlap, rows["hit rate"].apart) == ("+1.08 pp", "apart", True)
    assert rows["database load per request"].moved == "−52 %"
    (near, *_) = diff_rows.measure_rows(DIFFERENCES["as-before"]())
    assert (near.moved, near.overlap, near.apart, near.same) == ("−0.11 pp", "overlap", False, False)
    assert all(row.same for row in diff_rows.measure_rows(DIFFERENCES["same"]()))


def test_a_measure_of_another_comparison_or_scale_says_so() -> None:
    titles = [row.title for row in diff_rows.measure_rows(DIFFERENCES["another-comparison"]())]
    assert titles[:1] + titles[-1:] == ["hit rate, before/after", "database load per request, side by side"]
    assert "miss rate as a difference" in [row.title for row in diff_rows.measure_rows(DIFFERENCES["another-unit"]())]
    checked = diff_rows.measure_rows(named(runs.passing(), runs.contamination()))
    assert [row.title for row in checked] == ["hit rate", "miss rate", "database load per request"]


def test_key_patterns_are_those_that_moved() -> None:
    rows = {row.title: row for row in diff_rows.pattern_rows(DIFFERENCES["explained"]())}
    assert set(rows) == {f"hit rate of {name}" for name in ("product", "stock", "other", "gone")}
    assert (rows["hit rate of gone"].then.change, rows["hit rate of gone"].now.change) == ("0.00 pp", "not there")


def test_intervals_at_two_levels_have_no_common_name() -> None:
    assert diff_rows.interval_title(DIFFERENCES["same"]()) == "98 % interval"
    run = runs.fail()
    other = replace(run, plan=replace(run.plan, levels=Levels(alpha=0.001)))
    assert diff_rows.interval_title(named(run, other)) == "interval"


def test_an_undetermined_rule_says_which_kind_and_why() -> None:
    row, *_ = diff_rows.rule_rows(named(runs.fail(), later(a_run(Verdict.INCONCLUSIVE))), LOOK)
    assert (row.now, row.now_outcome, row.why) == (
        "undetermined (exposure)",
        Outcome.UNDETERMINED,
        "fewer than 20 misses",
    )
