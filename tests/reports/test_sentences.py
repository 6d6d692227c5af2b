from dataclasses import replace

import pytest

from canary_guard.model.finding import ConditionFinding, Finding, Outcome
from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import Bound, ChangeCondition, Direction, LevelCondition, LimitSide, Severity
from canary_guard.model.run import Exit, Verdict
from canary_guard.model.window import Comparison
from canary_guard.reports import sentences
from canary_guard.reports.look import Look
from tests.builders import a_bound, a_condition_finding, a_mix, a_rule, a_run, an_estimate, drops, rises
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
    assert sentences.title(condition) == "hit rate of any key pattern"


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


def test_the_pattern_that_broke_is_named() -> None:
    run = runs.broken_pattern()
    assert sentences.condition_sentence(run.findings[0].conditions[0], run, LOOK) == (
        "hit rate of stock 86.78 → 0.00 % (−86.78 pp) exceeds its bound (drops by 5pp)"
    )


def test_where_every_pattern_is_within_the_worst_is_told() -> None:
    run = runs.mix_shift()
    within = run.findings[-1].conditions[0]
    assert sentences.condition_sentence(within, run, LOOK) == (
        "hit rate of any key pattern at worst −0.26 pp (stock) is within its bound (drops by 5pp)"
    )


def test_a_change_at_the_baselines_mix_says_so() -> None:
    run = runs.mix_shift()
    assert sentences.measured(run.findings[0].conditions[0], run, LOOK) == (
        "99.24 → 98.65 % (+0.01 pp at the baseline's mix)"
    )
    small = an_estimate("hit_rate", mix=a_mix(0.0, 0.0005))
    assert sentences.at_mix(small) == ""
    assert sentences.split(small) == "in all 0.00 pp, other traffic +0.05 pp"
    before_after = an_estimate(mix=a_mix(0.3, 0.2), comparison=Comparison.BEFORE_AFTER)
    assert sentences.at_mix(before_after) == " at the former mix"


def test_another_comparison_than_the_main_one_is_named() -> None:
    run, grown = runs.contamination(), runs.placebo()
    assert sentences.named(run.findings[0].conditions[0], run) == "hit rate (before/after)"
    assert sentences.named(run.findings[1].conditions[0], run) == "hit rate"
    condition = grown.findings[0].conditions[2]
    assert sentences.condition_sentence(condition, grown, LOOK) == (
        "database load per request 0.0147 → 0.0310 (+75 % with the deploy) exceeds its bound (rises by 15%)"
    )


def test_what_the_checks_raised_is_told() -> None:
    assert sentences.raised(runs.contamination()) == (
        "contamination: both arms became worse with the deploy (origin-regression): seen before/after only",
    )
    assert sentences.raised(runs.broken_pattern()) == ()


def test_no_window_that_is_long_enough_and_how_long_it_takes_are_never_told_together() -> None:
    finding = runs.inconclusive().findings[0]
    assert sentences.settled_by(finding) == "; another 12 min at this traffic would settle it"
    assert sentences.settled_by(replace(finding, reason="more pods rather than more time would settle it")) == ""


def test_a_cold_cache_is_told_when_it_is_warm_and_no_traffic_settles_it() -> None:
    finding = runs.warming_up().findings[0]
    assert sentences.settled_by(finding) == "; warm in about 1 min 50 s"
    unknown = tuple(replace(one, more_time=None) for one in finding.conditions)
    assert sentences.settled_by(replace(finding, conditions=unknown)) == ""


def test_a_warning_follows_a_failed_rule_that_says_more() -> None:
    run = runs.fail()
    assert sentences.follows(run) == ("hit-rate",)
    assert len(sentences.warnings(run, Look())) == 1
    assert sentences.warnings(run, Look(), folded=True) == ()
    assert sentences.follows(replace(run, findings=run.findings[1:])) == ()
