"""The pairs of runs that every format of a difference is held against."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.diff import difference
from canary_guard.model.arrays import frozen
from canary_guard.model.difference import Difference
from canary_guard.model.estimate import Levels
from canary_guard.model.finding import Outcome
from canary_guard.model.measure import Scale
from canary_guard.model.plan import Cache
from canary_guard.model.rule import Severity
from canary_guard.model.run import Exit, Run, Verdict
from tests.builders import (
    START,
    a_grid,
    a_reading,
    a_rule,
    a_run,
    a_stratum,
    an_estimate,
    equal,
    rises,
    strata_of,
)
from tests.reports import runs
from tests.reports.pages import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from canary_guard.model.estimate import Estimated
    from canary_guard.model.rule import Rule

LATER = 86_400_000
"""ms: a day"""


def later(run: Run) -> Run:
    """The same a day later, from other samples."""
    grid = a_grid(start=START + LATER)
    reading = a_reading(grid=grid)
    rising = frozen(np.arange(grid.intervals + 1, dtype=np.float64) * 8)
    series = tuple(replace(one, values=rising) for one in reading.series)
    windows = replace(run.windows, after=grid, deploy_time=START + LATER - 10_000)
    return replace(run, windows=windows, queries=(replace(reading, series=series),))


def named(then: Run, now: Run) -> Difference:
    return difference(then, now, names=("yesterday.json", "today.json"))


def fail_pass() -> Difference:
    """The fault was taken back: the same question, another answer."""
    return named(runs.fail(), later(runs.passing()))


def judging(rule: Rule, *further: Estimated) -> Run:
    run = runs.fail()
    return judged(run, (rule, *run.plan.rules[1:]), (*run.estimates, *further))


def other_rules() -> Difference:
    """The same data, judged by a laxer bound and a stricter level: another question."""
    lax = judging(a_rule(when=rises("db_load_per_request", "x9")))
    plan = replace(
        lax.plan,
        levels=Levels(alpha=0.001),
        cache=Cache.PER_ARM,
        select=replace(lax.plan.select, canary=(equal("track", "next"),)),
        config_file="lax.yaml",
    )
    return named(judging(a_rule(when=rises("db_load_per_request", "15%"))), replace(lax, plan=plan))


def same() -> Difference:
    return named(runs.fail(), runs.fail())


def as_before() -> Difference:
    """It fails again, by nearly the same numbers."""
    run = runs.fail()
    worse = tuple(
        replace(one, change=replace(one.change, point=None if one.change.point is None else one.change.point * 1.1))
        for one in run.estimates
        if one.kind == "estimate"
    )
    return named(run, later(replace(run, estimates=worse)))


def source_error() -> Difference:
    return named(runs.fail(), runs.source_error())


def partial() -> Difference:
    """Every outcome is the same, but the source warns now."""
    return named(runs.fail(), later(runs.partial()))


def explained() -> Difference:
    """Causes, answers and checks that came and went; and key patterns."""
    broken = runs.broken_pattern()
    (finding,) = broken.findings
    stock, load = finding.conditions
    within = replace(stock, outcome=Outcome.WITHIN)
    before = replace(
        broken,
        exit=Exit(code=0),
        findings=(replace(finding, outcome=Outcome.WITHIN, conditions=(within, load)),),
        verdict=Verdict.PASS,
        cross_checks=(),
        strata=(
            strata_of(
                runs.STOCK,
                a_stratum("price", 0.9967, 0.9974),
                a_stratum("stock", 0.8678, 0.8671),
                a_stratum("gone", 0.9, 0.9),
            ),
        ),
        tool="canary-guard 0.0.9",
    )
    return named(before, later(replace(broken, causes=runs.explained().causes, questions=runs.explained().questions)))


def another_comparison() -> Difference:
    return named(runs.fail(), runs.before_after())


def another_unit() -> Difference:
    """A bound in another unit: the two changes are on two scales. A rule that came, and one that went."""
    then = judging(a_rule(when=rises("miss_rate", "25%")))
    points = an_estimate("miss_rate", baseline=0.0085, canary=0.0192, theta=0.0107, half=0.002, scale=Scale.DIFFERENCE)
    now = judging(a_rule(when=rises("miss_rate", "0.5pp")), points)
    extra = a_rule("new-rule", title="A new one", when=rises("db_load_per_request", "15%"), severity=Severity.WARN)
    return named(then, judged(now, (now.plan.rules[0], extra), now.estimates))


def a_hostile_run(text: str, verdict: Verdict) -> Run:
    """Every text of the plan, too, and patterns that a rule is held against."""
    run = runs.hostile(text, verdict=verdict)
    in_strata = a_rule("in-strata", title=text, when=runs.STOCK)
    some = tuple(replace(one, strata=(*one.strata[:20], one.strata[-1])) for one in run.strata)
    return replace(run, strata=some, plan=replace(run.plan, rules=(*run.plan.rules, in_strata), service=runs.HOSTILE))


def hostile(text: str = runs.HOSTILE) -> Difference:
    then = a_hostile_run(text, Verdict.FAIL)
    now = replace(a_hostile_run(text + "!", Verdict.INCONCLUSIVE), exit=Exit(code=3))
    return difference(then, later(now), names=(text, "-" + text))


def nothing_asked() -> Difference:
    run = a_run(Verdict.INCONCLUSIVE, findings=(), estimates=(), queries=())
    run = replace(run, plan=replace(run.plan, rules=(), not_asked=()))
    return named(run, replace(run, verdict=Verdict.PASS, undetermined=()))


DIFFERENCES: Mapping[str, Callable[[], Difference]] = {
    "another-comparison": another_comparison,
    "another-unit": another_unit,
    "as-before": as_before,
    "explained": explained,
    "fail-pass": fail_pass,
    "hostile": hostile,
    "nothing-asked": nothing_asked,
    "other-rules": other_rules,
    "partial": partial,
    "same": same,
    "source-error": source_error,
}
