"""The runs that every format is held against: one of each verdict, what can go wrong, and a hostile one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Tail, Undetermined
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.plan import Mode
from canary_guard.model.rule import NotAsked, Severity
from canary_guard.model.run import DataQuality, Exit, Run, UnitQuality, Verdict
from canary_guard.model.series import Failure, SourceFacts
from canary_guard.model.window import Arm, Comparison, Period, Windows
from tests.builders import (
    START,
    a_condition_finding,
    a_grid,
    a_reading,
    a_rule,
    a_run,
    an_estimate,
    drops,
    equal,
    no_estimate,
    rises,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOSTILE = (
    "<script>alert(1)</script>|`b`\x1b[31mred\x07\r\n::error::pwned\n##[error]pwned\t\"quoted' \u202eturned\u200f\u2066"
    "\u200b @octocat #1 http://evil.example www.evil.example **bold** [a](b) ${{ x }} %0A::set-output:: ]]> & \ufeff"
)


def fail() -> Run:
    return a_run(Verdict.FAIL)


def passing() -> Run:
    return a_run(Verdict.PASS)


def inconclusive() -> Run:
    """Too little traffic, looking bad, and it is known how much longer it takes."""
    reason = "it looks like a rise by more than 15%, but the data are too few to prove it"
    load = a_condition_finding(
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.EXPOSURE,
        reason=reason,
        looks_bad=True,
        more_time=700_000,
    )
    hit_rate = a_condition_finding(drops("hit_rate", "0.5pp"), Outcome.EXCEEDED)
    run = a_run(Verdict.INCONCLUSIVE)
    finding = replace(
        run.findings[0],
        conditions=(hit_rate, load),
        reason=f"database load per request: {reason}",
        more_time=700_000,
    )
    estimates = (
        an_estimate("hit_rate", baseline=0.9915, canary=0.9808, theta=-0.0107, half=0.002),
        an_estimate(canary=0.0181, theta=0.21, half=0.3),
    )
    return replace(run, findings=(finding, run.findings[1]), estimates=estimates)


def no_data() -> Run:
    """One arm is missing."""
    reason = "no series of the canary"
    run = a_run(Verdict.INCONCLUSIVE, undetermined=(Undetermined.DATA,))
    findings = tuple(
        replace(
            finding,
            undetermined=Undetermined.DATA,
            reason=f"hit rate: {reason}",
            conditions=tuple(replace(one, undetermined=Undetermined.DATA, reason=reason) for one in finding.conditions),
        )
        for finding in run.findings
    )
    estimates = tuple(no_estimate(one.measure, reason, Undetermined.DATA, scale=one.scale) for one in run.estimates)
    return replace(run, findings=findings, estimates=estimates)


def source_error() -> Run:
    """Prometheus is down: nothing could be asked."""
    run = no_data()
    failure = Failure(
        answer="connection refused",
        advice="Check that the server runs and that source.prometheus.url is right.",
        unreachable=True,
    )
    line = "http://127.0.0.1:9090: connection refused (asked for misses). Check that the server runs."
    return replace(
        run,
        exit=Exit(code=4, note="the source failed, and nothing is left that could fail the run", source_error=line),
        queries=tuple(replace(a_reading(key), series=(), failure=failure) for key in ("hits", "misses")),
        data_quality=DataQuality(units=(), gap_share=0.0, unusable_samples=0),
        traces=(),
    )


def partial() -> Run:
    """A Thanos that says that its answer is partial, in front of what looks like a failure."""
    return replace(
        fail(),
        verdict=Verdict.INCONCLUSIVE,
        undetermined=(Undetermined.DATA,),
        exit=Exit(code=3),
        warnings=("receive series from store-2: rpc error: code = Unavailable",),
    )


def shadow() -> Run:
    """A trial: it would have failed."""
    run = fail()
    return replace(
        run,
        plan=replace(run.plan, mode=Mode.SHADOW),
        exit=Exit(code=0, note="trial (mode: shadow): would have exited 1"),
    )


def before_after() -> Run:
    """A fleet without a canary, since whose deploy the database gets more."""
    run = fail()
    return replace(
        run,
        comparison=Comparison.BEFORE_AFTER,
        comparison_note="before and after the deploy, because only select.all is given",
        windows=replace(run.windows, before=a_grid(start=START - 615_000)),
        estimates=tuple(replace(one, comparison=Comparison.BEFORE_AFTER) for one in run.estimates),
        findings=tuple(
            replace(
                finding,
                conditions=tuple(replace(one, comparison=Comparison.BEFORE_AFTER) for one in finding.conditions),
            )
            for finding in run.findings
        ),
    )


def late() -> Run:
    """The fault began within the window."""
    quarter = Tail(start=START + 450_000, intervals=10, change=an_estimate(theta=0.9).change, thin=False)
    estimates = (
        an_estimate("hit_rate", baseline=0.9915, canary=0.9908, theta=-0.0007, half=0.002),
        an_estimate(canary=0.0181, theta=0.21, half=0.3, quarter=quarter),
    )
    load = a_condition_finding(since=START + 450_000)
    rule = a_rule("db-load", title="Database load", when=rises("db_load_per_request", "15%"))
    finding = Finding(rule=rule, outcome=Outcome.EXCEEDED, undetermined=None, conditions=(load,))
    return replace(fail(), estimates=estimates, findings=(finding,))


def hostile(text: str = HOSTILE + "A" * 10_000, *, verdict: Verdict = Verdict.INCONCLUSIVE) -> Run:
    """The same foreign text in every place that a label, a query, a server or a configuration can reach."""
    failure = Failure(answer=text, advice=text, unreachable=False)
    rules = (
        a_rule(text, title=text, advice=text, when=rises("db_load_per_request", "15%")),
        a_rule(text, title=text, advice=text, when=drops("hit_rate", "0.5pp"), severity=Severity.WARN),
    )
    run = a_run(Verdict.FAIL)
    deciding = {Verdict.PASS: Outcome.WITHIN, Verdict.FAIL: Outcome.EXCEEDED}.get(verdict, Outcome.UNDETERMINED)
    kind = Undetermined.DATA if deciding is Outcome.UNDETERMINED else None
    plan = replace(
        run.plan,
        service=text,
        rules=rules,
        not_asked=(NotAsked(id=text, title=text, severity=Severity.FAIL, reason=text),),
        config_file=text,
        unit=text,
        select=replace(run.plan.select, canary=(equal(text, text),)),
    )
    load = a_condition_finding(outcome=deciding, undetermined=kind, reason=text)
    hit_rate = a_condition_finding(drops("hit_rate", "0.5pp"))
    reading = a_reading(text, where=(equal(text, text),))
    series = tuple(replace(one, labels=(text,)) for one in reading.series)
    return replace(
        run,
        tool=text,
        verdict=verdict,
        undetermined=() if kind is None else (kind,),
        exit=Exit(code=3, note=text),
        comparison_note=text,
        windows=Windows(after=a_grid(), before=None, deploy_time=None, scrape_interval=15_000, notes=(text,)),
        findings=(
            Finding(rule=rules[0], outcome=deciding, undetermined=kind, conditions=(load,), reason=text),
            Finding(rule=rules[1], outcome=Outcome.EXCEEDED, undetermined=None, conditions=(hit_rate,)),
        ),
        estimates=(
            an_estimate("hit_rate", baseline=0.9915, canary=0.9808, theta=-0.0107, half=0.002, notes=(text,)),
            no_estimate("miss_rate", text),
            an_estimate(notes=(text,)),
        ),
        data_quality=DataQuality(
            units=tuple(
                UnitQuality(
                    arm=Arm.CANARY, period=Period.AFTER, unit=text, resets=2, expected=40, gaps=3, appeared=True
                )
                for _ in range(6)
            ),
            gap_share=0.5,
            unusable_samples=3,
            notes=(text,),
        ),
        warnings=(text,) * 20,
        source=SourceFacts(description=text, scrape_interval=15_000, details={text: text}),
        plan=plan,
        queries=(
            replace(reading, text=text, where=text, series=series, warnings=(text,), infos=(text,)),
            replace(reading, text=text, where=text, series=(), failure=failure),
        ),
    )


RUNS: Mapping[str, Callable[[], Run]] = {
    "before-after": before_after,
    "fail": fail,
    "inconclusive": inconclusive,
    "late": late,
    "no-data": no_data,
    "partial": partial,
    "pass": passing,
    "shadow": shadow,
    "source-error": source_error,
}
