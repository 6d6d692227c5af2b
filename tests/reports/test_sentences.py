import pytest

from canary_guard.model.finding import ConditionFinding, Finding, Outcome
from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import Bound, ChangeCondition, Direction, LevelCondition, LimitSide, Severity
from canary_guard.model.run import Exit, Verdict
from canary_guard.model.window import Comparison
from canary_guard.reports import sentences
from canary_guard.reports.look import Look
from tests.builders import a_bound, a_condition_finding, a_rule, a_run, an_estimate, drops, rises
from tests.reports import runs

LOOK = Look()
LOW = LevelCondition(
    measure="hit_rate", side=LimitSide.BELOW, limit=Bound(amount=0.9, unit=BoundUnit.PERCENT, text="90%")
)


def test_an_exceeded_rule_says_what_was_measured_against_which_bound() -> None:
    run = runs.fail()
    assert sentences.rule_sentence(run.findings[1], run, LOOK) == (
        "Hit rate: hit rate 99.15 → 98.08 % (−1.07 pp) exceeds its bound (drops by 0.5pp)"
    )


def test_an_undetermined_rule_says_why_and_what_would_settle_it() -> None:
    run = runs.inconclusive()
    assert sentences.rule_sentence(run.findings[0], run, LOOK) == (
        "The database is doing work that the cache used to do: undetermined (exposure): database load per request: "
        "it looks like a rise by more than 15%, but the data are too few to prove it; another 12 min at this traffic "
        "would settle it"
    )


def test_a_rule_within_its_bounds_needs_no_numbers() -> None:
    run = runs.passing()
    assert sentences.rule_sentence(run.findings[1], run, LOOK) == "Hit rate: within bounds"


def test_a_condition_says_its_outcome() -> None:
    passing, unclear = runs.passing(), runs.no_data()
    assert sentences.condition_sentence(passing.findings[0].conditions[2], passing, LOOK) == (
        "database load per request 0.0147 → 0.0148 (+0.7 %) is within its bound (rises by 15%)"
    )
    assert sentences.condition_sentence(unclear.findings[0].conditions[0], unclear, LOOK) == (
        "hit rate (drops by 0.5pp?) is undetermined (data): no series of the canary"
    )


def test_what_exceeded_only_late_says_since_when() -> None:
    run = runs.late()
    load = run.findings[0].conditions[0]
    look = Look(utc_offset=3_600_000, zone="CET")
    assert sentences.measured(load, run, look) == (
        "x2.46 since 09:18:30 UTC (10:18:30 CET) (whole window: 0.0147 → 0.0181, +23 %)"
    )


def test_a_level_condition_has_a_level_and_a_limit() -> None:
    finding = ConditionFinding(condition=LOW, comparison=Comparison.CONCURRENT, outcome=Outcome.EXCEEDED)
    assert sentences.condition_sentence(finding, runs.fail(), LOOK) == "hit rate 98.08 % exceeds its bound (below 90%)"


def test_a_condition_over_strata_says_so() -> None:
    condition = ChangeCondition(measure="hit_rate", direction=Direction.DROPS, bound=a_bound("5pp"), any_stratum=True)
    assert sentences.title(condition) == "hit rate, in any stratum"


@pytest.mark.parametrize(
    ("comparison", "names"),
    [(Comparison.CONCURRENT, ("baseline", "canary")), (Comparison.BEFORE_AFTER, ("before", "after"))],
)
def test_sides_are_named_after_the_comparison(comparison: Comparison, names: tuple[str, str]) -> None:
    assert sentences.sides(comparison) == names


def test_the_estimate_is_the_one_of_the_same_measure_scale_and_comparison() -> None:
    ratio, difference = an_estimate("miss_rate"), an_estimate("hit_rate")
    before = an_estimate("miss_rate", comparison=Comparison.BEFORE_AFTER)
    run = a_run(estimates=(difference, before, ratio))
    assert sentences.estimate_of(a_condition_finding(rises("miss_rate", "25%")), run) is ratio
    assert sentences.estimate_of(a_condition_finding(rises("miss_rate", "0.1pp")), run) is None


def test_warnings_are_exceeded_warn_rules_and_what_the_source_warned_of() -> None:
    run = runs.partial()
    rule, source = sentences.warnings(run, LOOK)
    assert rule.startswith("Hit rate: hit rate 99.15 → 98.08 %")
    assert rule.endswith("(drops by 0.5pp). Roll back or disable the change first; tune later.")
    assert source == "The source warns: receive series from store-2: rpc error: code = Unavailable"
    assert (
        sentences.warnings(run, LOOK, brief=True)[0] == "Hit rate. Roll back or disable the change first; tune later."
    )
    assert sentences.warnings(runs.passing(), LOOK) == ()


def test_rules_that_are_off_are_told_with_their_reason() -> None:
    assert sentences.not_asked(runs.fail()) == ("capacity: no capacity is set",)


def test_the_exit_code_comes_with_what_changed_it() -> None:
    mapped = a_run(Verdict.INCONCLUSIVE, exit=Exit(code=0, note="inconclusive (exposure) counts as pass"))
    assert sentences.exit_sentence(mapped) == "exit code 0: inconclusive (exposure) counts as pass"
    assert sentences.exit_sentence(runs.fail()) == "exit code 1"


def test_what_says_no_kind_counts_as_want_of_data() -> None:
    finding = a_condition_finding(outcome=Outcome.UNDETERMINED)
    run = a_run(estimates=())
    assert sentences.condition_sentence(finding, run, LOOK).endswith("undetermined (data): no reason is recorded")


def test_gating_findings_are_those_of_severity_fail() -> None:
    assert [finding.rule.severity for finding in sentences.gating(runs.fail())] == [Severity.FAIL]


def test_an_exceeded_rule_without_an_exceeded_condition_still_says_so() -> None:
    within = a_condition_finding(drops("hit_rate", "0.5pp"), Outcome.WITHIN)
    finding = Finding(rule=a_rule(title="Not so"), outcome=Outcome.EXCEEDED, undetermined=None, conditions=(within,))
    assert sentences.rule_sentence(finding, runs.fail(), LOOK) == "Not so: exceeded"
