"""A cold start that alone is too much for the database, in findings and out (statistics.md, section 10)."""

from collections.abc import Sequence
from dataclasses import replace

from canary_guard.judge.projection import utilisation
from canary_guard.model.estimate import Interval
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.plan import Capacity
from canary_guard.model.rule import leaves


def overloaded(
    findings: Sequence[Finding], *, load: Interval, requests_per_second: float, capacity: Capacity
) -> tuple[Finding, ...]:
    """The findings, those of the utilisation exceeded if the cold canary's load on today's traffic is surely too much.

    `load` is the canary's queries per request lately; patience helps no database that is full meanwhile.
    """
    now = utilisation(load, peak=requests_per_second, capacity=capacity.db_queries_per_second)
    if now.low is None or now.low <= 1:
        return tuple(findings)
    return tuple(
        _exceeded(one) if any(leaf.measure == "utilisation" for leaf in leaves(one.rule.when)) else one
        for one in findings
    )


def _exceeded(finding: Finding) -> Finding:
    conditions = tuple(
        replace(one, outcome=Outcome.EXCEEDED, undetermined=None, reason=None, more_time=None)
        for one in finding.conditions
    )
    return replace(
        finding, outcome=Outcome.EXCEEDED, undetermined=None, reason=None, more_time=None, conditions=conditions
    )
