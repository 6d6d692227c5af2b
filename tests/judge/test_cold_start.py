import pytest

from canary_guard.judge.cold_start import overloaded
from canary_guard.model.estimate import Interval, Undetermined
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.plan import Capacity
from tests.builders import a_condition_finding, a_rule, rises

CAPACITY = Capacity(peak_requests_per_second=9_000, db_queries_per_second=100)


def undetermined(id: str, measure: str) -> Finding:  # noqa: A002 - the record's own field name
    leaf = rises(measure, "5%")
    condition = a_condition_finding(
        leaf, Outcome.UNDETERMINED, undetermined=Undetermined.WARM_UP, reason="cold", more_time=60_000
    )
    return Finding(
        rule=a_rule(id, when=leaf),
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.WARM_UP,
        conditions=(condition,),
        reason="cold",
        more_time=60_000,
    )


FINDINGS = (undetermined("capacity", "utilisation"), undetermined("db-load", "db_load_per_request"))


def judged(low: float | None) -> tuple[Finding, ...]:
    load = Interval(point=0.5, low=low, high=0.9)
    return overloaded(FINDINGS, load=load, requests_per_second=1_000, capacity=CAPACITY)


def test_a_cold_start_that_is_too_much_today_exceeds_the_capacity_rule_and_no_other() -> None:
    full, load = judged(0.11)
    assert (full.outcome, full.undetermined, full.reason, full.more_time) == (Outcome.EXCEEDED, None, None, None)
    assert [(one.outcome, one.reason) for one in full.conditions] == [(Outcome.EXCEEDED, None)]
    assert load == FINDINGS[1]


@pytest.mark.parametrize("low", [None, 0.05, 0.1])
def test_one_that_may_fit_is_left_to_recover(low: float | None) -> None:
    assert judged(low) == FINDINGS
