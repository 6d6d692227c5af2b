from dataclasses import replace

from canary_guard.model.estimate import Interval, Undetermined
from canary_guard.model.finding import Finding
from canary_guard.reports.advice import now_and_then, what_to_do
from tests.builders import a_cause, a_projection
from tests.reports import runs


def test_a_failure_gives_the_advice_of_what_was_exceeded_once() -> None:
    run = runs.fail()
    assert what_to_do(run) == ("Roll back or disable the change first; tune later.",)
    assert what_to_do(replace(run, findings=run.findings * 2)) == what_to_do(run)


def test_advice_of_a_warn_rule_is_not_what_to_do() -> None:
    run = runs.fail()
    gate = replace(run.findings[0], rule=replace(run.findings[0].rule, advice="Roll back."))
    assert what_to_do(replace(run, findings=(gate, run.findings[1]))) == ("Roll back.",)


def test_a_pass_needs_nothing() -> None:
    run = runs.passing()
    assert what_to_do(run) == ("Nothing: the rollout may go on.",)
    warned = replace(run, findings=(run.findings[0], runs.fail().findings[1]))
    assert what_to_do(warned) == ("Look at the warnings: the rollout may go on.",)
    slow = a_cause("database-slower-first")
    assert what_to_do(replace(run, causes=(slow,))) == ("Look at what else was seen: the rollout may go on.",)


def test_a_pass_does_not_hide_that_the_database_is_full() -> None:
    full = a_projection(baseline=130, canary=131, headroom=Interval(point=0.0, low=0.0, high=0.0))
    assert what_to_do(replace(runs.passing(), projection=full)) == (
        "Nothing: the rollout may go on.",
        "The database has no headroom at the peak, with this build or without it: see to that first.",
    )
    assert len(what_to_do(replace(runs.passing(), projection=a_projection()))) == 1


def test_a_rule_without_advice_leaves_no_empty_line() -> None:
    run = runs.fail()
    gate = replace(run.findings[0], rule=replace(run.findings[0].rule, advice=""))
    assert what_to_do(replace(run, findings=(gate,))) == ()


def test_a_bad_end_of_the_window_alone_is_told_as_that() -> None:
    run = runs.inconclusive()
    end = "the last quarter of the window looks like a rise by more than 15%, the whole of it does not"
    late = tuple(replace(one, reason=end) for one in run.findings[0].conditions)
    finding = replace(run.findings[0], conditions=late)
    assert what_to_do(replace(run, findings=(finding,)))[0] == (
        "Only the end of the window looks bad: hold the rollout, and check again over what comes."
    )
    assert what_to_do(replace(run, findings=(finding, run.findings[0])))[0].startswith("It looks bad so far")


def test_too_little_traffic_says_how_long_to_wait_and_with_which_window() -> None:
    assert what_to_do(runs.inconclusive()) == (
        "It looks bad so far: hold the rollout, and be ready to roll back.",
        "Wait another 12 min, then check again over the longer window (--window 22m).",
    )


def test_of_several_rules_the_longest_wait_counts() -> None:
    run = runs.inconclusive()
    longer = replace(run.findings[0], more_time=1_500_000)
    assert what_to_do(replace(run, findings=(run.findings[0], longer)))[1] == (
        "Wait another 25 min, then check again over the longer window (--window 35m)."
    )


def test_where_no_time_would_do_it_takes_more_traffic() -> None:
    run = runs.inconclusive()
    known: Finding = run.findings[0]
    unknown = replace(known, more_time=None)
    assert what_to_do(replace(run, findings=(known, unknown)))[1] == (
        "Send the canary more traffic, or compare over a longer window, then check again."
    )


def test_missing_data_and_a_cold_cache_hold_the_rollout() -> None:
    run = runs.no_data()
    cold = replace(run.findings[0], undetermined=Undetermined.WARM_UP)
    assert what_to_do(run) == ("Hold the rollout until the data are complete, then check again.",)
    assert what_to_do(replace(run, findings=(cold,))) == (
        "Hold the rollout until the canary's cache is warm, then check again.",
    )


def test_a_source_error_gives_the_sources_advice_and_holds_the_rollout() -> None:
    assert what_to_do(runs.source_error()) == (
        "Check that the server runs and that source.prometheus.url is right.",
        "Hold the rollout: the canary was not judged.",
    )


def test_one_failed_query_gives_its_advice_in_place_of_a_general_one() -> None:
    run = runs.source_error()
    one_failed = replace(run, exit=replace(run.exit, code=3, source_error=None))
    assert what_to_do(one_failed) == ("Check that the server runs and that source.prometheus.url is right.",)


def test_a_partial_answer_is_looked_into() -> None:
    assert what_to_do(runs.partial()) == (
        "Hold the rollout, find out why the source's answer is partial, then check again.",
    )


def test_the_likely_cause_comes_after_the_rule_and_no_sentence_twice() -> None:
    assert what_to_do(runs.explained()) == (
        "Roll back or disable the change first; tune later.",
        "Compare how the two builds make their keys.",
    )
    first = a_cause("a", advice="Roll back or disable the change first; tune later. Then look at the keys.")
    same = a_cause("b", advice="Then look at the keys.")
    assert what_to_do(replace(runs.fail(), causes=(first, same)))[1:] == ("Then look at the keys.",)


def test_rolling_back_is_told_once() -> None:
    run = runs.fail()
    finding = run.findings[0]
    further = replace(finding, rule=replace(finding.rule, advice="Roll back first. Then look for N+1."))
    assert what_to_do(replace(run, findings=(finding, further))) == (
        "Roll back or disable the change first; tune later.",
        "Then look for N+1.",
    )
    assert what_to_do(replace(run, findings=(further,))) == ("Roll back first. Then look for N+1.",)


def test_what_to_do_at_once_is_told_apart_from_what_comes_after() -> None:
    run = runs.explained()
    finding = run.findings[0]
    rules = [
        replace(finding, rule=replace(finding.rule, advice=advice))
        for advice in (
            "Roll back. Then look at the keys.",
            "Roll back first. Look for N+1.",
            "Stop the rollout. Wait.",
            "Third.",
            "Fourth.",
        )
    ]
    now, then = now_and_then(replace(run, findings=tuple(rules)))
    assert now == ("Roll back.", "Stop the rollout.", "Third.")
    assert then == (
        "Then look at the keys.",
        "Look for N+1.",
        "Wait.",
        "Fourth.",
        "Compare how the two builds make their keys.",
    )
    told = " ".join((*now, *then)).split()
    assert sorted(told) == sorted(" ".join(what_to_do(replace(run, findings=tuple(rules)))).split())


def test_a_cause_is_looked_into_afterwards() -> None:
    assert now_and_then(runs.explained()) == (
        ("Roll back or disable the change first; tune later.",),
        ("Compare how the two builds make their keys.",),
    )
    cold = replace(runs.explained(), causes=(a_cause(advice="Wait until it is warm. Check again."),))
    assert now_and_then(cold)[1] == ("Wait until it is warm. Check again.",)


def test_a_pass_is_told_at_once() -> None:
    assert now_and_then(runs.passing()) == (("Nothing: the rollout may go on.",), ())


def test_a_cold_start_is_waited_for_once() -> None:
    assert what_to_do(runs.warming_up())[1:] == ("Wait until it is warm.",)
    finding = runs.warming_up().findings[0]
    good = tuple(replace(one, looks_bad=False) for one in finding.conditions)
    run = replace(runs.warming_up(), findings=(replace(finding, conditions=good),))
    assert what_to_do(run) == ("Hold the rollout.", "Wait until it is warm.")
    assert what_to_do(replace(runs.warming_up(), causes=()))[1:] == (
        "Hold the rollout until the canary's cache is warm, then check again.",
    )


def test_where_no_window_is_long_enough_nobody_is_told_to_wait() -> None:
    run = runs.inconclusive()
    finding = replace(run.findings[0], reason="too few; more pods rather than more time would settle it")
    told = what_to_do(replace(run, findings=(finding,)))
    assert told[-1] == "Compare more pods, then check again: more time alone is not expected to settle it."
