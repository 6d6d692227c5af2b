from dataclasses import replace

import pytest

from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import ConditionFinding, Finding, Outcome
from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import Bound, LevelCondition, LimitSide
from canary_guard.model.run import Run, Verdict
from canary_guard.model.window import Comparison
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from tests.builders import a_condition_finding, a_rule, a_run, an_estimate, drops, no_estimate, rises
from tests.reports import runs


def exceeded(*conditions: ConditionFinding, **changes: object) -> Run:
    """A failed run of one rule, for which exactly these conditions were exceeded."""
    finding = Finding(
        rule=a_rule(title="The team's rule"), outcome=Outcome.EXCEEDED, undetermined=None, conditions=conditions
    )
    return a_run(Verdict.FAIL, findings=(finding,), **changes)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("fail", "FAIL: the canary sends 2.1x the queries per request to the database; hit rate 99.15 → 98.08 %"),
        (
            "pass",
            (
                "PASS: the canary sends 0.7 % more queries per request to the database (up to 15 % more is accepted); "
                "hit rate 99.15 → 99.16 %"
            ),
        ),
        (
            "inconclusive",
            (
                "INCONCLUSIVE (exposure): database load per request: it looks like a rise by more than 15%, but the "
                "data are too few to prove it (so far 0.0147 → 0.0181, +23 %); another 12 min at this traffic would "
                "settle it"
            ),
        ),
        ("no-data", "INCONCLUSIVE (data): hit rate: no series of the canary"),
        (
            "source-error",
            (
                "INCONCLUSIVE (source error): http://127.0.0.1:9090 could not be reached: connection refused "
                "(2 of 2 queries failed)"
            ),
        ),
        (
            "partial",
            (
                "INCONCLUSIVE (data): the source warns that its answer may be partial: “receive series from store-2: "
                "rpc error: code = Unavailable”; as far as it goes, the canary sends 2.1x the queries per request to "
                "the database; hit rate 99.15 → 98.08 %"
            ),
        ),
        (
            "shadow",
            "trial: FAIL: the canary sends 2.1x the queries per request to the database; hit rate 99.15 → 98.08 %",
        ),
        (
            "before-after",
            (
                "FAIL: since the deploy the fleet sends 2.1x the queries per request to the database; "
                "hit rate 99.15 → 98.08 %"
            ),
        ),
        (
            "late",
            (
                "FAIL: since 09:18:30 UTC the canary sends 2.5x the queries per request to the database; "
                "hit rate 99.15 → 99.08 %"
            ),
        ),
    ],
)
def test_the_verdict_is_told_with_what_decided_it(name: str, sentence: str) -> None:
    assert verdict_sentence(runs.RUNS[name]()) == sentence


@pytest.mark.parametrize(
    ("theta", "queries", "seconds"),
    [
        (0.0, "sends as many queries per request to the database as the baseline", "takes as much database time per"),
        (0.166, "sends 18 % more queries per request to the database", "takes 18 % more database time per request"),
        (-0.166, "sends 15 % fewer queries per request to the database", "takes 15 % less database time per request"),
        (2.5, "sends 12x the queries per request to the database", "takes 12x the database time per request"),
    ],
)
def test_load_is_told_as_a_person_would(theta: float, queries: str, seconds: str) -> None:
    run = exceeded(a_condition_finding(), estimates=(an_estimate(theta=theta),))
    assert verdict_sentence(run).startswith(f"FAIL: the canary {queries}")
    by_time = replace(run, plan=replace(run.plan, db_load="db_seconds"))
    assert verdict_sentence(by_time).startswith(f"FAIL: the canary {seconds}")


def test_other_measures_are_told_by_their_levels_and_the_hit_rate_goes_with_them() -> None:
    run = exceeded(
        a_condition_finding(rises("miss_latency_p95", "25%")),
        estimates=(
            an_estimate("hit_rate", baseline=0.99, canary=0.989, theta=-0.001),
            an_estimate("miss_latency_p95", baseline=0.0046, canary=0.0093, theta=0.704),
        ),
    )
    assert verdict_sentence(run) == (
        "FAIL: from baseline to canary: miss latency, p95 4.6 → 9.3 ms (x2.02); hit rate 99.00 → 98.90 %"
    )
    after = replace(
        run,
        comparison=Comparison.BEFORE_AFTER,
        estimates=tuple(replace(one, comparison=Comparison.BEFORE_AFTER) for one in run.estimates),
        findings=tuple(
            replace(one, conditions=tuple(replace(c, comparison=Comparison.BEFORE_AFTER) for c in one.conditions))
            for one in run.findings
        ),
    )
    assert verdict_sentence(after).startswith("FAIL: since the deploy: miss latency, p95 4.6 → 9.3 ms")


def test_what_exceeded_only_late_says_since_when_on_the_readers_clock() -> None:
    load = runs.late().findings[0].conditions[0]
    hit_rate = replace(load, condition=drops("hit_rate", "0.5pp"))
    run = replace(exceeded(load, hit_rate), estimates=runs.late().estimates)
    assert verdict_sentence(run, Look(utc_offset=3_600_000, zone="CET")) == (
        "FAIL: since 09:18:30 UTC (10:18:30 CET) the canary sends 2.5x the queries per request to the database; "
        "hit rate −0.07 pp since 09:18:30 UTC (10:18:30 CET)"
    )


def test_a_level_is_told_with_its_limit() -> None:
    below = LevelCondition(
        measure="hit_rate", side=LimitSide.BELOW, limit=Bound(amount=0.99, unit=BoundUnit.PERCENT, text="99%")
    )
    run = exceeded(ConditionFinding(condition=below, comparison=Comparison.CONCURRENT, outcome=Outcome.EXCEEDED))
    assert verdict_sentence(run) == "FAIL: from baseline to canary: hit rate 98.08 % (below 99%)"


def test_a_rule_without_numbers_is_told_by_its_title() -> None:
    within = a_condition_finding(drops("hit_rate", "0.5pp"), Outcome.WITHIN)
    assert verdict_sentence(exceeded(within)) == "FAIL: The team's rule"
    assert verdict_sentence(exceeded(a_condition_finding(), estimates=())) == "FAIL: The team's rule"


def test_a_failure_without_an_exceeded_rule_is_still_a_sentence() -> None:
    assert verdict_sentence(a_run(Verdict.FAIL, findings=())) == "FAIL: a rule was exceeded"


def test_a_pass_names_its_warnings() -> None:
    run = runs.passing()
    warned = replace(run, findings=(run.findings[0], runs.fail().findings[1]))
    assert verdict_sentence(warned).endswith("; hit rate 99.15 → 99.16 %; 1 warning (hit-rate)")


def of_the_gate(run: Run, **outcomes: Outcome) -> Run:
    """The same run with other outcomes of the conditions of the rule that can fail it."""
    gate = run.findings[0]
    conditions = (replace(one, outcome=outcomes.get(one.condition.measure, one.outcome)) for one in gate.conditions)
    return replace(run, findings=(replace(gate, conditions=tuple(conditions)), *run.findings[1:]))


def test_a_pass_does_not_rest_on_a_load_that_was_not_settled() -> None:
    run = of_the_gate(runs.passing(), db_load_per_request=Outcome.UNDETERMINED)
    assert verdict_sentence(run) == (
        "PASS: hit rate 99.15 → 99.16 %; database load per request +0.7 %, too uncertain to count"
    )


def test_a_pass_in_spite_of_the_load_says_so() -> None:
    run = replace(
        of_the_gate(runs.passing(), db_load_per_request=Outcome.EXCEEDED),
        estimates=(an_estimate("hit_rate", baseline=0.9526, canary=0.9507, theta=-0.0019), an_estimate(theta=0.507)),
    )
    assert verdict_sentence(run) == (
        "PASS: hit rate 95.26 → 95.07 %, but the canary sends 66 % more queries per request to the database "
        "(only up to 15 % more is accepted)"
    )


def test_a_pass_in_spite_of_the_hit_rate_says_so() -> None:
    run = replace(
        of_the_gate(runs.passing(), hit_rate=Outcome.EXCEEDED),
        estimates=(
            an_estimate("hit_rate", baseline=0.992, canary=0.896, theta=-0.096),
            an_estimate(theta=0.001),
        ),
    )
    assert verdict_sentence(run) == (
        "PASS: the canary sends as many queries per request to the database as the baseline "
        "(up to 15 % more is accepted), "
        "although hit rate 99.20 → 89.60 %"
    )


def test_a_pass_without_load_or_hit_rate_is_still_a_sentence() -> None:
    run = a_run(Verdict.PASS, estimates=(no_estimate(),))
    assert verdict_sentence(run) == "PASS: every rule that can fail is within its bounds"
    warned = replace(run, findings=(run.findings[0], runs.fail().findings[1]))
    assert verdict_sentence(warned) == "PASS: 1 warning (hit-rate)"


def test_of_several_undetermined_rules_want_of_data_is_told_first_and_then_what_looks_bad() -> None:
    def undetermined(reason: str, kind: Undetermined, *, looks_bad: bool = False) -> Finding:
        condition = a_condition_finding(
            outcome=Outcome.UNDETERMINED, undetermined=kind, reason=reason, looks_bad=looks_bad
        )
        return Finding(
            rule=a_rule(), outcome=Outcome.UNDETERMINED, undetermined=kind, conditions=(condition,), reason=reason
        )

    fine = undetermined("looks fine", Undetermined.EXPOSURE)
    bad = undetermined("looks bad", Undetermined.EXPOSURE, looks_bad=True)
    missing = undetermined("no data", Undetermined.DATA)
    both = a_run(Verdict.INCONCLUSIVE, findings=(fine, bad))
    assert verdict_sentence(both) == "INCONCLUSIVE (exposure): looks bad"
    assert "no data" in verdict_sentence(replace(both, findings=(fine, bad, missing)))


def test_nothing_to_judge_is_said() -> None:
    run = a_run(Verdict.INCONCLUSIVE, findings=(), undetermined=(Undetermined.DATA,))
    assert verdict_sentence(run) == "INCONCLUSIVE (data): there was no rule that could fail"


def test_a_source_error_without_a_failed_query_keeps_its_own_words() -> None:
    assert "Check that the server runs" in verdict_sentence(replace(runs.source_error(), queries=()))


@pytest.mark.parametrize("verdict", Verdict)
def test_it_is_one_line_whatever_others_wrote(verdict: Verdict) -> None:
    sentence = verdict_sentence(runs.hostile(verdict=verdict))
    assert sentence.isprintable()
    assert len(sentence) < 1500


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "broken-pattern",
            (
                "FAIL: at the baseline's mix of key patterns the canary sends 4.5x the queries per request to the "
                "database; hit rate of stock 86.78 → 0.00 %"
            ),
        ),
        (
            "mix-shift",
            (
                "PASS: at the baseline's mix of key patterns the canary sends as many queries per request to the "
                "database as the baseline, hit rate +0.01 pp"
            ),
        ),
        (
            "placebo",
            (
                "FAIL: with the deploy the canary sends 75 % more queries per request to the database; "
                "hit rate 99.15 → 98.08 % (−0.81 pp with the deploy)"
            ),
        ),
        (
            "contamination",
            (
                "FAIL: since the deploy the fleet sends 2.1x the queries per request to the database; "
                "hit rate 99.15 → 98.08 %"
            ),
        ),
    ],
)
def test_it_says_at_which_mix_in_which_pattern_and_by_which_comparison(name: str, sentence: str) -> None:
    assert verdict_sentence(runs.RUNS[name]()) == sentence
