"""The runs that every format is held against: one of each verdict, what can go wrong, and a hostile one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from canary_guard.model.cause import CauseStatus, Question, QuestionId, Reply
from canary_guard.model.estimate import Tail, Undetermined
from canary_guard.model.finding import Alarm, CrossCheckId, Finding, Outcome
from canary_guard.model.plan import Mode
from canary_guard.model.rule import All, NotAsked, Severity
from canary_guard.model.run import DataQuality, Exit, Run, UnitQuality, Verdict
from canary_guard.model.series import Failure, SourceFacts
from canary_guard.model.warm_up import WarmUp, WarmUpState
from canary_guard.model.window import Arm, Comparison, Period, View, Windows
from tests.builders import (
    START,
    a_cause,
    a_check,
    a_condition_finding,
    a_grid,
    a_mix,
    a_projection,
    a_reading,
    a_rule,
    a_run,
    a_stratum,
    a_trace,
    an_estimate,
    an_evidence,
    drops,
    equal,
    in_any_stratum,
    no_estimate,
    rises,
    strata_of,
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


STOCK = in_any_stratum(drops("hit_rate", "5pp"))
CLEAR = (
    a_check(),
    a_check(CrossCheckId.CONTAMINATION, sentence="the baseline is as it was before the deploy, as far as can be told"),
)


def broken_pattern() -> Run:
    """The total is nearly flat, and one key pattern lost its cache."""
    run = fail()
    load = rises("db_load_per_request", "5%")
    rule = a_rule("pattern-collapse", title="One key pattern lost its cache", when=All(parts=(STOCK, load)))
    conditions = (a_condition_finding(STOCK, stratum="stock"), a_condition_finding(load))
    strata = strata_of(
        STOCK,
        a_stratum("price", 0.9967, 0.9974, share_baseline=0.48, share_canary=0.6),
        a_stratum("product", 0.9966, 0.9952, share_baseline=0.21, share_canary=0.3),
        a_stratum("stock", 0.8678, 0.0, half=0.01, p=0.0001, share_baseline=0.097, share_canary=0.039),
        replace(
            a_stratum("user", 0.83, 0.83, share_baseline=0.2, share_canary=0.06),
            estimate=no_estimate("hit_rate", "no user lookups in the canary"),
            p=None,
        ),
        a_stratum("other", 0.98, 0.984, half=0.02, members=("cart", "search"), share_baseline=0.01, share_canary=0.004),
        only_baseline=("legacy",),
        only_canary=("stock:v2", "price:v2"),
    )
    return replace(
        run,
        plan=replace(run.plan, rules=(rule,), strata="key_pattern"),
        findings=(Finding(rule=rule, outcome=Outcome.EXCEEDED, undetermined=None, conditions=conditions),),
        estimates=(
            an_estimate(
                "hit_rate", baseline=0.9526, canary=0.9507, theta=-0.0843, half=0.008, mix=a_mix(-0.0019, 0.0824)
            ),
            an_estimate(baseline=0.075, canary=0.125, theta=1.493, half=0.06, mix=a_mix(0.511, -0.982)),
        ),
        strata=(strata,),
        traces_by_pattern=tuple(
            replace(a_trace("hit_rate", side, level=level), stratum=name)
            for name, levels in (("price", (0.83, 0.83)), ("stock", (0.72, 0.0)), ("other", (0.8, 0.82)))
            for side, level in zip(Arm, levels, strict=True)
        ),
        cross_checks=CLEAR,
    )


def many_patterns(count: int = 1_000) -> Run:
    """As many key patterns as anyone has, each over time, every hundredth of them broken."""
    run = broken_pattern()
    names = [f"tenant-{number:04}:cart" for number in range(count)]
    levels = {name: 0.4 if at % 100 == 7 else 0.985 + at / 1e6 for at, name in enumerate(names)}
    strata = strata_of(
        STOCK,
        *(a_stratum(name, 0.99, level, p=0.0 if level < 0.9 else 1.0) for name, level in levels.items()),
        only_canary=tuple(f"{name}:v2" for name in names),
    )
    first, second = run.findings[0].conditions
    broken = replace(first, stratum=names[7])
    return replace(
        run,
        findings=(replace(run.findings[0], conditions=(broken, second)),),
        strata=(strata,),
        traces_by_pattern=tuple(
            replace(a_trace("hit_rate", side, level=level * 0.83), stratum=name)
            for name, canary in levels.items()
            for side, level in zip(Arm, (0.99, canary), strict=True)
        ),
    )


def mix_shift() -> Run:
    """The canary merely gets other traffic: the plain change is beyond the bounds, behaviour is not."""
    run = passing()
    within = a_condition_finding(STOCK, Outcome.WITHIN, stratum="price")
    rule = a_rule("pattern-collapse", title="One key pattern lost its cache", when=STOCK)
    strata = strata_of(STOCK, a_stratum("price", 0.9961, 0.996), a_stratum("stock", 0.9828, 0.9802, half=0.006))
    return replace(
        run,
        findings=(
            *run.findings,
            Finding(rule=rule, outcome=Outcome.WITHIN, undetermined=None, conditions=(within,)),
        ),
        estimates=(
            an_estimate(
                "hit_rate", baseline=0.9924, canary=0.9865, theta=0.0001, half=0.0013, mix=a_mix(-0.0059, -0.006)
            ),
            an_estimate("miss_rate", baseline=0.0076, canary=0.0095, theta=-0.007, half=0.15, mix=a_mix(0.223, 0.23)),
            an_estimate(baseline=0.0126, canary=0.0158, theta=-0.005, half=0.06, mix=a_mix(0.226, 0.231)),
        ),
        strata=(strata,),
        cross_checks=CLEAR,
    )


def placebo() -> Run:
    """The arms differed before the deploy already; the difference grew with it."""
    run = fail()
    raised = "the arms differed before the deploy already (origin-regression); the difference grew with the deploy"
    gate = run.findings[0]
    return replace(
        run,
        windows=replace(run.windows, before=a_grid(start=START - 615_000)),
        findings=(
            replace(
                gate, conditions=tuple(replace(one, comparison=Comparison.DIFF_IN_DIFF) for one in gate.conditions)
            ),
            *run.findings[1:],
        ),
        estimates=(
            *run.estimates,
            *(
                replace(one, comparison=Comparison.DIFF_IN_DIFF, mix=a_mix(0.9, 0.4))
                for one in (
                    an_estimate("hit_rate", baseline=0.9915, canary=0.9808, theta=-0.0081, half=0.002),
                    an_estimate("miss_rate", baseline=0.0085, canary=0.0192, theta=0.61, half=0.13),
                    an_estimate(theta=0.56),
                )
            ),
        ),
        cross_checks=(a_check(alarm=Alarm.RAISED, sentence=raised), CLEAR[1]),
    )


def contamination() -> Run:
    """Side by side nothing is wrong: both arms became worse with the deploy."""
    run = passing()
    raised = "both arms became worse with the deploy (origin-regression): seen before/after only"
    bad = before_after()
    return replace(
        bad,
        comparison=Comparison.CONCURRENT,
        comparison_note=run.comparison_note,
        estimates=(*run.estimates, *bad.estimates),
        traces=run.traces,
        findings=(bad.findings[0], run.findings[1]),
        cross_checks=(
            a_check(alarm=Alarm.IMPOSSIBLE, sentence="not asked: both arms were not there before the deploy"),
            a_check(CrossCheckId.CONTAMINATION, Alarm.RAISED, raised),
        ),
    )


def explained() -> Run:
    """A failure with the three questions answered, causes of each status, a projection and a cold start left out."""
    run = fail()
    slower = replace(rises("db_time_per_query", "25%"), view=View.BASELINE)
    misses = rises("miss_rate", "10%")
    questions = (
        Question(id=QuestionId.LOAD, reply=Reply.YES, evidence=(an_evidence(),)),
        Question(
            id=QuestionId.DATABASE,
            reply=Reply.NO,
            evidence=(an_evidence(slower, baseline=0.00197, canary=0.00174, change=-0.124, outcome=Outcome.WITHIN),),
        ),
        Question(
            id=QuestionId.CACHE,
            reply=Reply.YES,
            evidence=(
                an_evidence(misses, baseline=0.0085, canary=0.0192, change=0.816),
                an_evidence(STOCK, baseline=0.8678, canary=0.0, change=-0.8678, stratum="stock"),
            ),
        ),
    )
    unknown = an_evidence(
        rises("eviction_rate", "x2"), baseline=None, canary=None, change=None, outcome=Outcome.UNDETERMINED
    )
    causes = (
        a_cause("key-change", CauseStatus.LIKELY, *questions[2].evidence, an_evidence()),
        *(
            a_cause(name, CauseStatus.POSSIBLE, unknown, questions[2].evidence[0], title=f"Possible {name}")
            for name in ("eviction-pressure", "unbounded-key", "ttl-too-short", "never-told")
        ),
        a_cause("database-slower-first", CauseStatus.RULED_OUT, *questions[1].evidence, title="The database first"),
    )
    return replace(
        run,
        questions=questions,
        causes=causes,
        projection=a_projection(),
        estimates=(
            *run.estimates,
            an_estimate("db_load_per_miss", baseline=1.25, canary=1.56, theta=0.22),
            an_estimate("retry_rate", baseline=0.0001, canary=0.002, theta=0.0019, half=0.0004),
        ),
        windows=replace(run.windows, deploy_time=START - 5_000),
        traces_before=tuple(
            replace(a_trace(measure, side, level=level), start=START - 615_000)
            for measure, level in (("hit_rate", 0.8), ("db_load_per_request", 0.0147))
            for side in Arm
        ),
        warm_up=WarmUp(state=WarmUpState.CONVERGED, skip=24_000),
    )


def warming_up() -> Run:
    """The canary's cache is cold and recovers: it is known when it will be warm."""
    run = inconclusive()
    reason = "the canary's cache is still cold, and recovering"
    finding = run.findings[0]
    conditions = tuple(
        replace(one, outcome=Outcome.UNDETERMINED, undetermined=Undetermined.WARM_UP, reason=reason, more_time=110_000)
        for one in finding.conditions
    )
    cold = a_cause("cold-start", CauseStatus.LIKELY, title="The cache started cold", advice="Wait until it is warm.")
    return replace(
        run,
        undetermined=(Undetermined.WARM_UP,),
        findings=(
            replace(
                finding,
                undetermined=Undetermined.WARM_UP,
                reason=f"hit rate: {reason}",
                conditions=conditions,
                more_time=700_000,
            ),
        ),
        warm_up=WarmUp(state=WarmUpState.RECOVERING, eta=110_000),
        causes=(cold,),
    )


def no_canary() -> Run:
    """The canary's selector matches nothing."""
    run = no_data()
    reading = run.queries[0]
    return replace(
        run,
        queries=(replace(reading, series=tuple(one for one in reading.series if one.arm is Arm.BASELINE)),),
        cross_checks=(a_check(alarm=Alarm.IMPOSSIBLE, sentence="not asked: no samples of hits for the canary"),),
        causes=explained().causes,
        strata=(strata_of(STOCK, missing="no samples of hits for the canary"),),
        traces=(),
    )


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
    in_any = a_condition_finding(STOCK, stratum=text)
    strata = strata_of(
        STOCK,
        a_stratum(text, 0.99, 0.5, p=0.0),
        *(
            a_stratum(f"{text[:40]}{number}", 0.99, 0.98 + number / 1e5, members=(text[:60],) * 9)
            for number in range(1000)
        ),
        replace(a_stratum(text + "?", 0.9, 0.9), estimate=no_estimate("hit_rate", text), p=None),
        only_baseline=(text, *(text[:60],) * 1000),
        only_canary=(text, "", " "),
        missing=text,
    )
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
            Finding(rule=rules[1], outcome=Outcome.EXCEEDED, undetermined=None, conditions=(hit_rate, in_any)),
        ),
        strata=(strata,),
        questions=(Question(id=QuestionId.CACHE, reply=Reply.YES, evidence=(an_evidence(STOCK, stratum=text),)),),
        causes=tuple(
            a_cause(text, status, an_evidence(STOCK, stratum=text), title=text, advice=text) for status in CauseStatus
        ),
        cross_checks=tuple(a_check(alarm=alarm, sentence=text) for alarm in Alarm),
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
    "broken-pattern": broken_pattern,
    "contamination": contamination,
    "explained": explained,
    "fail": fail,
    "inconclusive": inconclusive,
    "late": late,
    "mix-shift": mix_shift,
    "no-canary": no_canary,
    "no-data": no_data,
    "partial": partial,
    "pass": passing,
    "placebo": placebo,
    "shadow": shadow,
    "source-error": source_error,
    "warming-up": warming_up,
}
