"""Arbitrary valid runs, for hypothesis: whatever a record may hold, whether or not a judgement would come to it."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from canary_guard.model.arrays import frozen
from canary_guard.model.cause import Cause, Evidence, Question
from canary_guard.model.estimate import (
    Estimate,
    Interval,
    MixPart,
    NoEstimate,
    Recovery,
    StratumEstimate,
    Tail,
    Undetermined,
)
from canary_guard.model.finding import ConditionFinding, CrossCheck, Finding, StrataEstimates
from canary_guard.model.measure import MEASURES, BoundUnit
from canary_guard.model.plan import Capacity, Mode
from canary_guard.model.projection import ArmProjection, Projection
from canary_guard.model.rule import Bound, ChangeCondition, LevelCondition, LimitSide, NotAsked, Rule
from canary_guard.model.run import DataQuality, Exit, Run, Trace, UnitQuality
from canary_guard.model.series import Failure, SourceFacts
from canary_guard.model.warm_up import WarmUp
from canary_guard.model.window import Windows
from tests.builders import a_grid, a_plan, a_reading, a_run

TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
NUMBER = st.one_of(
    st.floats(-10, 10),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 1e-300, 1e300]),
)
COUNT = st.integers(0, 10**7)
TIME = st.integers(0, 4 * 10**12)
"""ms since the epoch: until 2096"""
SPAN = st.integers(0, 10**11)
"""ms"""
MEASURE = st.sampled_from(sorted(MEASURES))


def of(kind: type, **fields: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any record's fields
    """A record with every field drawn, defaults too; `fields` are drawn from what is given."""
    return st.builds(kind, **{name: ... for name in kind.__dataclass_fields__ if name != "kind"} | fields)  # type: ignore[attr-defined]


def some(strategy: st.SearchStrategy[Any], *, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


LEVEL = of(Interval, **dict.fromkeys(("point", "low", "high"), st.none() | NUMBER.map(abs)))
"""Of a measure: none is negative."""
INTERVAL = of(Interval, **dict.fromkeys(("point", "low", "high"), st.none() | NUMBER))
BOUND = of(Bound, amount=st.floats(0, 100), unit=st.sampled_from(BoundUnit), text=TEXT)
CHANGE_CONDITION = of(ChangeCondition, measure=MEASURE, bound=BOUND)
LEVEL_CONDITION = of(LevelCondition, measure=MEASURE, side=st.sampled_from(LimitSide), limit=BOUND)
TAIL = st.none() | of(Tail, start=TIME, intervals=COUNT, change=INTERVAL)
NOTHING_LONGER = st.none() | SPAN
ESTIMATE = of(
    Estimate,
    measure=MEASURE,
    baseline=LEVEL,
    canary=LEVEL,
    change=INTERVAL,
    change_within=INTERVAL,
    half=TAIL,
    quarter=TAIL,
    candidates=st.just(()),
    events_baseline=NUMBER,
    events_canary=NUMBER,
    mix=st.none() | of(MixPart, plain=INTERVAL, mix=NUMBER),
    recovery=st.none() | of(Recovery, heading=st.none() | INTERVAL, eta=NOTHING_LONGER),
    notes=some(TEXT),
)
NO_ESTIMATE = of(
    NoEstimate,
    measure=MEASURE,
    reason=TEXT,
    intervals=st.none() | COUNT,
    **dict.fromkeys(("shortfall", "events_baseline", "events_canary"), st.none() | NUMBER),
)
ESTIMATED = st.one_of(ESTIMATE, NO_ESTIMATE)
PATTERN = st.sampled_from(["stock", "price", ""]) | TEXT


def finding_of(condition: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return of(
        ConditionFinding,
        condition=condition,
        reason=st.none() | TEXT,
        stratum=st.none() | PATTERN,
        since=st.none() | TIME,
        more_time=NOTHING_LONGER,
    )


RULE = of(Rule, id=TEXT, title=TEXT, when=CHANGE_CONDITION, advice=TEXT)
FINDING = of(
    Finding,
    rule=RULE,
    conditions=some(finding_of(st.one_of(CHANGE_CONDITION, LEVEL_CONDITION))),
    reason=st.none() | TEXT,
    more_time=NOTHING_LONGER,
)
STRATUM = of(
    StratumEstimate,
    stratum=PATTERN,
    members=some(TEXT),
    share_baseline=st.floats(0, 1),
    share_canary=st.floats(0, 1),
    estimate=ESTIMATED,
    p=st.none() | st.floats(0, 1),
)
STRATA = of(
    StrataEstimates,
    condition=CHANGE_CONDITION,
    strata=some(STRATUM),
    only_baseline=some(TEXT),
    only_canary=some(TEXT),
    missing=st.none() | TEXT,
)
EVIDENCE = of(
    Evidence,
    finding=finding_of(st.one_of(CHANGE_CONDITION, LEVEL_CONDITION)),
    **dict.fromkeys(("baseline", "canary", "change"), st.none() | NUMBER),
)
ARM = of(
    ArmProjection,
    queries_per_second=LEVEL,
    utilisation=LEVEL,
    **dict.fromkeys(("busy_connections", "chance_to_wait", "mean_wait"), st.none() | LEVEL),
)
POSITIVE = st.floats(1e-6, 1e12)
PROJECTION = of(
    Projection,
    capacity=of(
        Capacity,
        peak_requests_per_second=POSITIVE,
        db_queries_per_second=POSITIVE,
        db_pool_size=st.none() | st.integers(1, 10**6),
    ),
    baseline=ARM,
    canary=ARM,
    headroom=INTERVAL,
)
UNIT = of(UnitQuality, unit=TEXT, resets=COUNT, expected=COUNT, gaps=COUNT)
FAILURE = of(Failure, answer=TEXT, advice=TEXT)


@st.composite
def trace(draw: st.DrawFn, *, stratum: st.SearchStrategy[str | None] | None = None) -> Trace:
    size = draw(st.integers(1, 12))
    values = np.abs(np.array(draw(st.lists(NUMBER, min_size=size, max_size=size))))
    missing = tuple(sorted(draw(st.sets(st.integers(0, size - 1)))))
    values[list(missing)] = 0
    fields = of(
        Trace,
        measure=MEASURE,
        start=TIME,
        step=st.integers(1, 10**8),
        values=st.just(frozen(values)),
        missing=st.just(missing),
        stratum=st.none() if stratum is None else stratum,
    )
    found: Trace = draw(fields)
    return found


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    step = draw(st.sampled_from([1, 250, 1_000, 15_000, 3_600_000]))
    start = draw(st.integers(0, 10**9)) * step
    after = a_grid(intervals=draw(st.integers(5, 200)), start=start, step=step)
    before = draw(st.none() | st.just(after))
    deploy = draw(st.none() | st.integers(start - 5 * step, after.end))
    return Windows(after=after, before=before, deploy_time=deploy, scrape_interval=draw(SPAN), notes=draw(some(TEXT)))


@st.composite
def arbitrary_runs(draw: st.DrawFn) -> Run:
    """Texts, numbers, outcomes and gaps in any combination; the plan and the queries are those of `a_run`."""
    seen = draw(windows())
    findings = draw(some(FINDING))
    reading = a_reading(grid=seen.after)
    failures = draw(some(FAILURE))
    queries = (reading, *(replace(reading, series=(), failure=one, text=draw(TEXT)) for one in failures))
    plan = replace(
        a_plan(),
        service=draw(TEXT),
        rules=tuple(finding.rule for finding in findings),
        not_asked=draw(some(of(NotAsked, id=TEXT, title=TEXT, reason=TEXT))),
        mode=draw(st.sampled_from(Mode)),
        warmup=draw(st.one_of(st.just("auto"), st.just("off"), SPAN)),
        db_load=draw(st.sampled_from(["db_queries", "db_seconds"])),
    )
    drawn = draw(
        of(
            Run,
            format=st.just("canary-guard/run/v1"),
            tool=TEXT,
            undetermined=some(st.sampled_from(Undetermined)),
            exit=of(Exit, code=st.sampled_from([0, 1, 3, 4]), note=st.none() | TEXT, source_error=st.none() | TEXT),
            comparison_note=TEXT,
            windows=st.just(seen),
            warm_up=st.none()
            | of(WarmUp, skip=SPAN, eta=NOTHING_LONGER, level=st.none() | NUMBER, began=st.none() | NUMBER),
            findings=st.just(findings),
            cross_checks=some(of(CrossCheck, sentence=TEXT)),
            estimates=some(ESTIMATED, most=6),
            strata=some(STRATA, most=2),
            projection=st.none() | PROJECTION,
            causes=some(of(Cause, id=TEXT, title=TEXT, evidence=some(EVIDENCE), advice=TEXT)),
            questions=some(of(Question, evidence=some(EVIDENCE))),
            traces=some(trace(), most=6),
            traces_before=some(trace()),
            traces_by_pattern=some(trace(stratum=PATTERN), most=4),
            data_quality=of(
                DataQuality, units=some(UNIT), gap_share=st.floats(0, 1), unusable_samples=COUNT, notes=some(TEXT)
            ),
            warnings=some(TEXT),
            source=st.just(SourceFacts(description="recording", scrape_interval=15_000)),
            plan=st.just(plan),
            queries=st.just(queries),
        )
    )
    return replace(a_run(), **{name: getattr(drawn, name) for name in Run.__dataclass_fields__})
