"""The judgement on plain arrays: what `check` says of the same counts, and what becomes of input that is none."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import canary_guard
from canary_guard.analysis import judge_readings
from canary_guard.arrays import judge_arrays
from canary_guard.config.windows import choose_comparison, plan_windows
from canary_guard.model.estimate import Estimate, Undetermined
from canary_guard.model.finding import CrossCheckId, Outcome
from canary_guard.model.run import Verdict
from canary_guard.model.window import View
from canary_guard.reports import REPORTS, json_record
from canary_guard.reports.look import Look
from canary_guard.sources import open_source
from canary_guard.sources.queries import series_queries
from canary_guard.stats.counting import count
from tests.recordings import NAMES, recordings
from tests.test_check import plan_of, silent

if TYPE_CHECKING:
    from pathlib import Path

    from canary_guard.model.finding import Finding
    from canary_guard.model.measurement import Increments, Side
    from canary_guard.model.run import Run

Arrays: TypeAlias = "dict[str, Any]"
VIEWS = (View.ARMS, View.ARMS_BEFORE)
LATENCIES = ("miss_latency", "hit_latency")
ARM = {"hits": 980.0, "misses": 20.0, "requests": 1000.0, "db_queries": 30.0}
"""Per interval."""


def arm(*, pods: int = 3, intervals: int = 40, seed: int = 1, **means: float) -> dict[str, Any]:
    """Poisson counts around means per interval."""
    random = np.random.default_rng(seed)
    return {key: random.poisson(mean, (pods, intervals)) for key, mean in {**ARM, **means}.items()}


def judge(baseline: Arrays, canary: Arrays, **more: object) -> Run:
    arguments: dict[str, Any] = {"baseline": baseline, "canary": canary, "step": 15, **more}
    return judge_arrays(**arguments)


def of(run: Run, rule: str = "origin-regression") -> Finding:
    (found,) = [finding for finding in run.findings if finding.rule.id == rule]
    return found


# What `check` says of the same counts


def rows(one: Increments) -> np.ndarray:
    """With NaN for gaps and for what was not there."""
    return np.where(one.seen, one.values, np.nan)


def as_arrays(side: Side) -> dict[str, Any]:
    """A side that was counted, as a caller would hand it in."""
    arrays: dict[str, Any] = {
        key: rows(one) for key, one in side.signals.items() if not key.startswith(LATENCIES) and key != "lookups"
    }
    for name in LATENCIES:
        if f"{name}_sum" in side.signals:
            arrays[name] = {"sum": rows(side.signals[f"{name}_sum"])}
            if name in side.buckets:
                histogram = side.buckets[name]
                counts = np.where(histogram.seen[:, :, np.newaxis], histogram.values, np.nan)
                arrays[name] |= {"counts": counts, "bounds": histogram.bounds}
            else:
                arrays[name] |= {"count": rows(side.signals[f"{name}_count"])}
    for key, one in side.strata.items():
        for name, values in zip(one.strata, one.values, strict=True):
            pattern = arrays.setdefault("strata", {}).setdefault(name, {})
            latency, _, part = key.rpartition("_")
            into = pattern.setdefault(latency, {}) if latency in LATENCIES else pattern
            into[part if latency in LATENCIES else key] = np.where(one.seen, values, np.nan)
    for pattern in arrays.get("strata", {}).values():
        for key in ("hits", "misses"):
            pattern.setdefault(key, np.zeros(side.grid.intervals))
    return arrays


@pytest.mark.parametrize("before", [True, False], ids=["before", "alone"])
@pytest.mark.parametrize("name", NAMES)
def test_the_counts_of_a_recording_are_judged_as_check_judges_the_recording(name: str, before: bool) -> None:
    """Shared signals have no arm: without them, and with the arms of the recording, the same findings come out."""
    plan = plan_of(recordings()[name])
    plan = replace(
        plan,
        select=replace(plan.select, shared=None),
        signals=tuple(one for one in plan.signals if one.scope == "arm" and one.reads.kind != "gauge"),
    )
    source = open_source(plan)
    comparison, _ = choose_comparison(plan)
    facts = source.facts(plan)
    windows = plan_windows(plan, facts, comparison)
    windows = windows if before else replace(windows, before=None)
    readings = source.read(series_queries(plan, windows), silent)
    source.close()
    expected = judge_readings(plan, facts, windows, readings)
    counted = count(expected.queries, plan=plan, comparison=comparison, windows=expected.windows)
    views = counted.views
    sides = {view: (as_arrays(views[view].baseline), as_arrays(views[view].canary)) for view in VIEWS if view in views}
    arguments: dict[str, Any] = dict(zip(("baseline", "canary"), sides[View.ARMS], strict=True))
    if before:
        arguments["before"] = dict(zip(("baseline", "canary"), sides[View.ARMS_BEFORE], strict=True))
    found = judge_arrays(
        **arguments,
        step=windows.after.step / 1000,
        start=windows.after.start / 1000,
        configuration="strata: key_pattern",
    )
    assert found.verdict is expected.verdict
    assert found.findings == expected.findings
    assert found.estimates == expected.estimates


# What becomes of a run


def test_a_fault_fails_and_a_healthy_canary_passes() -> None:
    assert judge(arm(), arm(seed=2)).verdict is Verdict.PASS
    assert judge(arm(), arm(seed=2, misses=60, db_queries=80)).verdict is Verdict.FAIL


def test_the_package_hands_it_out_and_stays_light() -> None:
    assert canary_guard.judge_arrays is judge_arrays
    with pytest.raises(AttributeError, match="judge_array"):
        canary_guard.judge_array  # noqa: B018 - what is asked
    code = "import canary_guard, sys; print({'numpy', 'yaml', 'pydantic'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_nested_lists_and_masked_arrays_are_arrays_and_gaps_are_gaps() -> None:
    canary = arm(seed=2)
    gaps = {key: values.astype(float) for key, values in canary.items()}
    for values in gaps.values():
        values[1, 5:9] = np.nan
    masked = {key: np.ma.masked_invalid(values) for key, values in gaps.items()}
    listed = {key: [[None if np.isnan(one) else one for one in row] for row in rows] for key, rows in gaps.items()}
    runs = [judge(arm(), one) for one in (gaps, masked, listed)]
    assert runs[0].estimates == runs[1].estimates == runs[2].estimates != judge(arm(), canary).estimates
    (silent_pod,) = [one for one in runs[0].data_quality.units if one.gaps]
    assert (silent_pod.unit, silent_pod.gaps) == ("canary-2", 4)


def test_a_gap_in_one_array_alone_is_no_zero() -> None:
    """Of a counter that a pod has not made yet, nothing was counted; of an array with a gap, nothing is known."""
    canary = arm(seed=2, misses=60, db_queries=80)
    canary["misses"] = canary["misses"].astype(float)
    canary["misses"][:, :6] = np.nan
    run = judge(arm(), canary)
    (rate,) = [one for one in run.estimates if one.measure == "miss_rate"]
    assert rate.intervals == 34


def test_a_window_before_is_held_against() -> None:
    before = {"baseline": arm(seed=3), "canary": arm(seed=4)}
    alone, beside = (judge(arm(), arm(seed=2), before=one) for one in (None, before))
    assert {check.id for check in beside.cross_checks} >= {CrossCheckId.PLACEBO, CrossCheckId.CONTAMINATION}
    assert (alone.windows.before, beside.windows.deploy_time) == (None, beside.windows.after.start)
    worse = [arm(seed=seed, misses=60, db_queries=80) for seed in (1, 2)]
    assert judge(*worse).verdict is Verdict.PASS
    assert judge(*worse, before=before).verdict is Verdict.FAIL


def test_the_configuration_is_a_mapping_or_yaml() -> None:
    rules = [{"id": "ours", "title": "Ours", "severity": "fail", "when": {"measure": "miss_rate", "rises_by": "1%"}}]
    mapping = {"default_rules": False, "rules": rules, "alpha": 0.005}
    runs = [judge(arm(), arm(seed=2), configuration=one) for one in (mapping, json.dumps(mapping))]
    assert [one.rule.id for one in runs[0].findings] == ["ours"]
    assert runs[0].plan.levels.alpha == 0.005
    assert runs[0].findings == runs[1].findings


def test_what_a_configuration_says_of_its_source_is_replaced() -> None:
    text = """
    service: shop
    source: {prometheus: {url: "http://prometheus:9090"}}
    select: {all: 'service="shop"'}
    signals: {hits: {counter: hits_total}, evictions: {counter: evicted_total}}
    window: 2h
    """
    run = judge(arm(), arm(seed=2), configuration=text)
    assert run.verdict is Verdict.PASS
    assert (run.plan.service, run.plan.times.window) == ("shop", 600_000)


def test_the_start_is_cut_to_the_step() -> None:
    run = judge(arm(), arm(seed=2), start=1_795_252_267.1)
    assert run.windows.after.start == 1_795_252_260_000


def histogram(scale: float = 1.0, *, pods: int = 3, intervals: int = 40, seed: int = 5) -> dict[str, Any]:
    bounds = (0.01, 0.05, 0.1, 0.5)
    counts = np.random.default_rng(seed).poisson([4, 8, 6, 2, 0.1], (pods, intervals, 5))
    return {"sum": scale * counts @ [0.005, 0.03, 0.07, 0.3, 1.0], "counts": counts, "bounds": bounds}


def test_latencies_are_judged_with_or_without_a_histogram() -> None:
    timed, slower = histogram(), histogram(2.0, seed=6)
    mean = {"sum": slower["sum"], "count": slower["counts"].sum(axis=2)}
    whole = judge({**arm(), "miss_latency": timed}, {**arm(seed=2), "miss_latency": slower})
    part = judge({**arm(), "miss_latency": timed}, {**arm(seed=2), "miss_latency": mean})
    both = [{one.measure: one for one in run.estimates} for run in (whole, part)]
    assert both[0]["miss_latency_mean"] == both[1]["miss_latency_mean"]
    assert isinstance(both[0]["miss_latency_p95"], Estimate)
    assert not isinstance(both[1]["miss_latency_p95"], Estimate)


def split(counts: dict[str, Any], *names: str, by_pod: bool = False) -> dict[str, Any]:
    """With equal parts by key pattern."""
    part = {key: np.asarray(counts[key]) / len(names) for key in ("hits", "misses")}
    strata = {name: {key: one if by_pod else one.sum(axis=0) for key, one in part.items()} for name in names}
    return {**counts, "strata": strata}


@pytest.mark.parametrize("by_pod", [True, False])
def test_strata_are_judged(by_pod: bool) -> None:
    run = judge(split(arm(), "a", "b", by_pod=by_pod), split(arm(seed=2), "a", "b", by_pod=by_pod))
    (found,) = run.strata
    assert [one.stratum for one in found.strata] == ["a", "b"]
    assert of(run, "pattern-collapse").outcome is Outcome.WITHIN


def test_a_record_can_be_reported_and_judged_again(tmp_path: Path) -> None:
    canary = {**split(arm(seed=2), "a", "b"), "miss_latency": histogram(seed=7)}
    canary["misses"] = np.where(canary["misses"] > 15, canary["misses"], np.nan)
    run = judge({**split(arm(), "a", "b"), "miss_latency": histogram()}, canary)
    record = tmp_path / "run.json"
    record.write_text(REPORTS["json"](run, Look()))
    assert json_record.read(record.read_text(), where="run.json").findings == run.findings
    for name, report in REPORTS.items():
        assert report(run, Look()), name
    guard = (sys.executable, "-m", "canary_guard")
    again = tmp_path / "again.json"
    checked = [*guard, "check", "--run", str(record), "-o", f"json={again}"]
    assert subprocess.run(checked, capture_output=True, check=False).returncode == run.exit.code
    assert again.read_text() == record.read_text()
    reported = [*guard, "report", str(record)]
    assert subprocess.run(reported, capture_output=True, check=False).returncode == 0


# Input that is none


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"baseline": None}, "baseline: expected a mapping, not NoneType"),
        ({"baseline": {}, "canary": {}}, "baseline, canary: there are no arrays"),
        ({"canary": {**arm(), "mises": [[1]]}}, "canary: unknown key 'mises'; there are hits, "),
        (
            {"canary": {**arm(), "misses": [1, 2]}},
            r"canary\.misses: expected numbers of shape \(pods, intervals\)",
        ),
        ({"canary": {**arm(), "misses": [[1, 2], [1]]}}, r"canary\.misses: expected numbers"),
        ({"canary": {**arm(), "misses": [["1"]]}}, r"canary\.misses: expected numbers .* not <U1"),
        ({"canary": {**arm(), "misses": [[1j]]}}, r"canary\.misses: expected numbers .* not complex128"),
        ({"canary": {**arm(), "misses": [[{}]]}}, r"canary\.misses: expected numbers"),
        ({"canary": {**arm(), "misses": np.zeros((0, 40))}}, r"canary\.misses: expected numbers .* not \(0, 40\)"),
        ({"canary": {**arm(), "misses": np.zeros((2, 40))}}, r"canary\.misses: expected 3 pods"),
        ({"canary": arm(intervals=39)}, r"canary\.hits: expected 40 intervals, as baseline\.hits has, not 39"),
        ({"canary": {**arm(), "strata": [1]}}, r"canary\.strata: expected a mapping, not list"),
        ({"canary": {**arm(), "strata": {1: {}}}}, r"canary\.strata\[1\]: expected a text"),
        (
            {"canary": {**arm(), "strata": {"a": {"hits": [1]}}}},
            r"strata\['a'\]: expected two of hits, misses",
        ),
        (
            {"baseline": split(arm(), "a"), "canary": split(arm(), "a", by_pod=True)},
            r"canary\.strata\['a'\]\.hits: expected a shape like baseline",
        ),
        (
            {"canary": {**arm(), "miss_latency": {"sum": [[1]]}}},
            r"canary\.miss_latency: expected `sum` and",
        ),
        ({"canary": {**arm(), "miss_latency": {**histogram(), "bounds": (1, 2, 3)}}}, "expected 4 buckets, .* not 5"),
        ({"canary": {**arm(), "miss_latency": {**histogram(), "bounds": (1, 2, 2, 3)}}}, "expected ascending numbers"),
        ({"canary": {**arm(), "miss_latency": {**histogram(), "bounds": 7}}}, r"bounds: expected ascending numbers"),
        ({"before": {"baseline": arm()}}, "before: expected both arms"),
        ({"before": {"baseline": arm(), "other": arm()}}, "before: unknown key 'other'"),
        ({"before": {"baseline": arm(), "canary": arm(intervals=9)}}, r"before\.canary\.hits: expected 40 intervals"),
        ({"step": 0}, "step: expected seconds, at least 0.001"),
        ({"step": float("nan")}, "step: expected seconds"),
        ({"step": "15s"}, "step: expected seconds"),
        ({"start": -1}, "start: expected a Unix time"),
        ({"configuration": 7}, "configuration: expected a mapping or YAML, not int"),
        ({"configuration": "{"}, "configuration:1:2: not valid YAML"),
        ({"configuration": {"alpha": object()}}, "configuration: Object of type object"),
        ({"configuration": {"alfa": 0.1}}, "unknown key `alfa`; did you mean `alpha`"),
        (
            {"configuration": {"capacity": {"peak_requests_per_second": 9, "db_queries_per_second": 0}}},
            "`db_queries_per_second`: expected more than 0, found `0`",
        ),
        ({"configuration": {"packs": ["prometheus-client"]}}, "configuration: its packs have signals .*`errors`"),
        ({"baseline": {"requests": [[1]]}, "canary": {"requests": [[1]]}}, "no rule of severity fail can be asked"),
    ],
)
def test_a_wrong_shape_or_type_is_one_sentence_that_names_the_argument(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        judge_arrays(**{"baseline": arm(), "canary": arm(), "step": 15, **change})
    assert "\n" not in str(refused.value)


def put(counts: dict[str, Any], key: str, value: float) -> dict[str, Any]:
    return {**counts, key: np.full_like(np.asarray(counts[key], dtype=float), value)}


FEW = arm(hits=2, misses=0.1, db_queries=0.1)
LOOKUPS = {key: value for key, value in arm().items() if key != "hits"}


@pytest.mark.parametrize(
    ("baseline", "canary", "kind", "reason"),
    [
        (arm(intervals=2), arm(intervals=2), Undetermined.EXPOSURE, "too few intervals: 2"),
        (arm(), put(arm(), "misses", -1), Undetermined.DATA, "misses for the canary is NaN, infinite, negative"),
        (arm(), put(arm(), "misses", np.inf), Undetermined.DATA, "misses for the canary is NaN, infinite, negative"),
        (
            arm(),
            put(arm(), "db_queries", np.nan),
            Undetermined.DATA,
            "database queries for the canary is NaN, infinite",
        ),
        (
            arm(),
            {key: arm()[key] for key in ("hits", "misses", "requests")},
            Undetermined.DATA,
            "no samples of database queries",
        ),
        (
            {**LOOKUPS, "lookups": np.full((3, 40), 10)},
            {**LOOKUPS, "lookups": np.full((3, 40), 10)},
            Undetermined.DATA,
            "more misses than lookups",
        ),
        (
            {**LOOKUPS, "lookups": np.full((3, 40), 1000)},
            {**LOOKUPS, "lookups": np.full((3, 40), 10)},
            Undetermined.DATA,
            "more misses than lookups for the canary",
        ),
        (FEW, FEW, Undetermined.EXPOSURE, "fewer than"),
        (put(put(arm(), "misses", 0), "db_queries", 0), put(put(arm(), "misses", 0), "db_queries", 0), None, "no "),
    ],
)
def test_numbers_that_cannot_be_judged_are_undetermined(
    baseline: dict[str, Any], canary: dict[str, Any], kind: Undetermined | None, reason: str
) -> None:
    found = of(judge(baseline, canary))
    assert found.outcome is Outcome.UNDETERMINED
    assert kind is None or found.undetermined is kind
    assert reason in (found.reason or "")


def test_one_pod_against_one_says_what_it_cannot_tell() -> None:
    run = judge(arm(pods=1, hits=2900, misses=60, db_queries=90), arm(pods=1, hits=2900, misses=60, db_queries=90))
    assert {note for one in run.estimates if isinstance(one, Estimate) for note in one.notes} >= {
        "pods cannot be told from the deploy"
    }


def test_no_misses_at_all_in_one_arm_is_no_pass_of_the_other() -> None:
    none = put(put(arm(), "misses", 0), "db_queries", 0)
    assert judge(arm(), none).verdict is not Verdict.FAIL
    assert judge(none, arm(seed=2)).verdict is not Verdict.PASS


def test_strata_in_one_arm_alone_are_want_of_data() -> None:
    found = of(judge(arm(), split(arm(seed=2), "a", "b")), "pattern-collapse")
    assert (found.outcome, found.undetermined) == (Outcome.UNDETERMINED, Undetermined.DATA)


def test_a_pattern_in_one_arm_alone_is_named() -> None:
    (found,) = judge(split(arm(), "a", "b"), split(arm(seed=2), "a", "c")).strata
    assert (found.only_baseline, found.only_canary) == (("b",), ("c",))


@pytest.mark.parametrize("further", [(), ("idle",)], ids=["alone", "beside an idle one"])
def test_all_traffic_in_one_stratum_is_judged_as_the_total(further: tuple[str, ...]) -> None:
    idle = {name: {"hits": np.zeros(40), "misses": np.zeros(40)} for name in further}
    healthy, broken = (
        [{**one, "strata": {**split(one, "a")["strata"], **idle}} for one in (arm(), canary)]
        for canary in (arm(seed=2), arm(seed=2, misses=200, db_queries=300))
    )
    assert judge(*healthy).verdict is Verdict.PASS
    collapsed = of(judge(*broken), "pattern-collapse")
    assert (collapsed.outcome, collapsed.conditions[0].stratum) == (Outcome.EXCEEDED, "a")
    for one, other in zip(judge(*healthy).estimates, judge(arm(), arm(seed=2)).estimates, strict=True):
        assert isinstance(one, Estimate)
        assert one.change.point == pytest.approx(other.change.point, abs=1e-9)  # type: ignore[union-attr] # it is one


def test_histograms_with_other_bounds_are_want_of_data() -> None:
    other = {**histogram(seed=6), "bounds": (0.02, 0.05, 0.1, 0.5)}
    found = of(judge({**arm(), "miss_latency": histogram()}, {**arm(seed=2), "miss_latency": other}), "miss-latency")
    assert (found.outcome, found.undetermined) == (Outcome.UNDETERMINED, Undetermined.DATA)
    assert "0.02, 0.05" in (found.reason or "")


# Properties

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AS_IT_STANDS = {"warmup": "off"}
CAPACITY = {"peak_requests_per_second": 1000, "db_queries_per_second": 30, "db_pool_size": 20}
CONFIGURATIONS: tuple[dict[str, object], ...] = ({}, {"cache": "per-arm"}, {"capacity": CAPACITY})


@st.composite
def arms(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two arms with enough traffic, more or less alike."""
    intervals = draw(st.integers(8, 45))
    found = []
    for _ in range(2):
        misses = draw(st.floats(1, 60))
        found.append(
            arm(
                pods=draw(st.integers(1, 4)),
                intervals=intervals,
                seed=draw(st.integers(0, 1000)),
                hits=draw(st.floats(100, 3000)),
                misses=misses,
                db_queries=misses * draw(st.floats(0.5, 3)),
            )
        )
    return found[0], found[1]


def by_measure(run: Run) -> dict[tuple[str, str], Estimate]:
    return {(one.measure, one.scale): one for one in run.estimates if isinstance(one, Estimate)}


@SLOW
@given(arms())
def test_swapping_the_arms_negates_every_change(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, second = (by_measure(judge(*order, configuration=AS_IT_STANDS)) for order in (both, both[::-1]))
    assert first.keys() == second.keys()
    for key, one in first.items():
        if key[0] == "burst_ratio":  # asks whether the canary is the burstier one
            continue
        ends = (one.change.point, one.change.low, one.change.high)
        other = second[key].change
        mirrored = [None if end is None else -end for end in (other.point, other.high, other.low)]
        assert list(ends) == [None if end is None else pytest.approx(end, rel=1e-6, abs=1e-9) for end in mirrored]


@SLOW
@given(arms(), st.integers(2, 20))
def test_more_traffic_in_both_arms_keeps_the_direction(both: tuple[dict[str, Any], dict[str, Any]], times: int) -> None:
    more = [{key: values * times for key, values in one.items()} for one in both]
    less, scaled = judge(*both, configuration=AS_IT_STANDS), judge(*more, configuration=AS_IT_STANDS)
    for one, other in zip(less.findings, scaled.findings, strict=True):
        # Whether counts come in bursts is asked of what chance does not explain, which is less with more of them.
        if one.rule.id != "bursts":
            assert {one.outcome, other.outcome} != {Outcome.EXCEEDED, Outcome.WITHIN}
    after = by_measure(scaled)
    for key, estimate in by_measure(less).items():
        if key not in after or key[0] == "burst_ratio" or estimate.change.point is None:
            continue
        # With more of it due, none at all from a pod looks like a counter that stands still, and is left out.
        if left_out(less) == left_out(scaled):
            assert after[key].change.point == pytest.approx(estimate.change.point, rel=1e-6, abs=1e-9)


def left_out(run: Run) -> list[int]:
    return [unit.gaps for unit in run.data_quality.units]


@SLOW
@given(arms(), st.floats(1, 20, exclude_min=True), st.booleans(), st.booleans(), st.sampled_from(CONFIGURATIONS))
def test_a_worse_canary_never_turns_a_fail_into_a_pass(
    both: tuple[dict[str, Any], dict[str, Any]],
    times: float,
    before: bool,
    patterns: bool,
    configuration: dict[str, object],
) -> None:
    baseline, canary = both
    worse = {**canary, "misses": canary["misses"] * times, "db_queries": canary["db_queries"] * times}
    earlier = {"baseline": arm(seed=8), "canary": arm(seed=9)} if before else None
    if patterns:
        baseline, canary, worse = (split(one, "a", "b") for one in (baseline, canary, worse))
    first, second = (judge(baseline, one, before=earlier, configuration=configuration) for one in (canary, worse))
    assert (first.verdict, second.verdict) != (Verdict.FAIL, Verdict.PASS)


NUMBERS = st.one_of(
    st.floats(0, 1000),
    st.floats(width=64),
    st.sampled_from([0.0, -1.0, float("nan"), float("inf"), 1e18, 1e19, 1e308, 5e-324, 1e-12]),
)


@st.composite
def anything(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of about the right shape, filled with whatever a float can be."""
    intervals = draw(st.sampled_from([1, 2, 8, 9, 20]))

    def counted(shape: tuple[int, ...]) -> np.ndarray:
        few = draw(st.lists(NUMBERS, min_size=1, max_size=6))
        return np.resize(np.array(few), shape)

    def one_arm() -> dict[str, Any]:
        pods = draw(st.integers(1, 3))
        keys = draw(st.sets(st.sampled_from(["hits", "misses", "lookups", "requests", "db_queries", "sets", "errors"])))
        found: dict[str, Any] = {key: counted((pods, intervals)) for key in sorted(keys)}
        if draw(st.booleans()):
            found["miss_latency"] = {
                "sum": counted((pods, intervals)),
                "counts": counted((pods, intervals, 3)),
                "bounds": draw(st.sampled_from([(0.1, 1.0), (0.1, 2.0)])),
            }
        if draw(st.booleans()):
            names = draw(st.lists(st.sampled_from(["a", "b", ""]), unique=True))
            found["strata"] = {name: {"hits": counted((intervals,)), "misses": counted((intervals,))} for name in names}
        return found

    arguments: dict[str, Any] = {"baseline": one_arm(), "canary": one_arm(), "step": 15}
    if draw(st.booleans()):
        arguments["before"] = {"baseline": one_arm(), "canary": one_arm()}
    return arguments


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything())
def test_no_input_makes_nan_and_none_raises_anything_else_than_value_error(arguments: dict[str, Any]) -> None:
    try:
        run = judge_arrays(**arguments)
    except ValueError:
        return
    record = REPORTS["json"](run, Look())
    assert json_record.render(json_record.read(record, where="run")) == record
    for report in REPORTS.values():
        assert report(run, Look())
