from canary_guard.config.unjudged import unjudged
from tests.config.texts import OUTSIDE, plan_of


def reasons(more: str = "") -> dict[str, str]:
    return {rule.id: rule.reason for rule in plan_of(OUTSIDE + more).not_asked}


def test_rules_that_this_version_cannot_judge_are_not_asked_and_say_so() -> None:
    found = reasons("capacity: {db_pool_size: 20}\n")
    assert found["pattern-collapse"] == "strata are not judged by this version"
    assert found["capacity"] == "the utilisation of the database is not projected by this version"
    assert found["bursts"] == "bursts are not judged by this version"


def test_what_is_not_configured_is_the_first_reason() -> None:
    assert reasons()["capacity"] == "`capacity` is not set"


def test_part_of_a_condition_is_enough() -> None:
    more = """\
rules:
  - id: mine
    severity: warn
    when: {any: [{measure: hit_rate, drops_by: 1pp}, {not: {measure: miss_rate, rises_by: 10%, in: any-stratum}}]}
"""
    assert reasons(more)["mine"] == "strata are not judged by this version"
    assert all(unjudged(rule) is None for rule in plan_of(OUTSIDE).rules)
