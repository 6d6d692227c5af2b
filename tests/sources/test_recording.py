import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from canary_guard.errors import ConfigError, RecordingError
from canary_guard.model.plan import Plan, PrometheusPlan, RecordingPlan
from canary_guard.model.series import Content, Reading, SeriesQuery
from canary_guard.model.signal import Counter, Gauge, Increase, Matcher, MatchOperator, Scope, Selection, Signal
from canary_guard.model.window import Arm, Grid, Period
from canary_guard.sources import open_source
from canary_guard.sources.queries import series_queries
from canary_guard.sources.recording import RecordingSource
from canary_guard.sources.recording_file import RECORDING_FORMAT
from tests.builders import a_plan, a_selection, equal
from tests.recordings import NAMES, recorded_plan, recordings, windows_of

SHOP = {"namespace": "shop", "service": "shop-api"}
Samples = Sequence[tuple[float, str]]


def quiet(done: int, of: int) -> None:
    assert 0 < done <= of


def a_recording(tmp_path: Path, *series: tuple[Mapping[str, str], Samples], metric: str = "c", **header: object) -> str:
    lines: list[Mapping[str, object]] = [{"format": RECORDING_FORMAT, "start": 0, "end": 100, **header}]
    lines += [{"metric": {"__name__": metric, **SHOP, **labels}, "values": samples} for labels, samples in series]
    path = tmp_path / "incident.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    return str(path)


def a_query(*, start: int = 10, end: int = 14, reach: int = 2000, **changes: object) -> SeriesQuery:
    query = SeriesQuery(
        key="c",
        signal="c",
        metric="c",
        content=Content.CUMULATIVE,
        scope=Scope.ARM,
        select=a_selection(),
        split=("pod",),
        period=Period.AFTER,
        grid=Grid(start=start * 1000, end=end * 1000, step=1000),
        reach=reach,
    )
    return replace(query, **changes)  # type: ignore[arg-type] # tests name fields of SeriesQuery


def read(path: str, query: SeriesQuery) -> Reading:
    (reading,) = RecordingSource(path, {"c"}).read([query], quiet)
    return reading


STABLE = {"pod": "a", "track": "stable"}


def test_each_edge_takes_the_last_sample_within_reach(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(9.5, "1"), (10.2, "2"), (10.9, "3"), (14, "9")]))
    (series,) = read(path, a_query()).series
    assert series.arm is Arm.BASELINE
    assert series.labels == ("a",)
    # 10.9 is younger than 2 s at 12, not at 13.
    assert series.values.tolist() == [1, 3, 3, 0, 9]
    assert series.missing == (3,)
    assert series.unusable == 0
    assert not series.values.flags.writeable


@pytest.mark.parametrize(("sample", "missing"), [(8.0, True), (8.001, False), (10.0, False), (10.001, True)])
def test_reach_is_open_at_its_far_end_and_closed_at_the_edge(tmp_path: Path, sample: float, missing: bool) -> None:
    path = a_recording(tmp_path, (STABLE, [(sample, "1"), (11.0, "1")]))
    (series,) = read(path, a_query(end=11)).series
    assert (0 in series.missing) is missing


def test_series_of_one_unit_are_added_up(tmp_path: Path) -> None:
    path = a_recording(
        tmp_path,
        ({**STABLE, "key": "x"}, [(10, "1"), (11, "2")]),
        ({**STABLE, "key": "y"}, [(11, "10"), (12, "20")]),
    )
    (series,) = read(path, a_query(end=12, reach=1000)).series
    assert series.values.tolist() == [1, 12, 20]
    assert series.missing == ()


def test_where_and_select_pick_the_series(tmp_path: Path) -> None:
    path = a_recording(
        tmp_path,
        ({**STABLE, "result": "hit"}, [(10, "1")]),
        ({**STABLE, "result": "miss"}, [(10, "2")]),
        ({**STABLE, "result": "hit", "service": "other"}, [(10, "4")]),
    )
    (series,) = read(path, a_query(end=10, where=(equal("result", "hit"),))).series
    assert series.values.tolist() == [1]


def test_arms_and_units_are_told_apart_and_sorted(tmp_path: Path) -> None:
    labels = [("b", "stable"), ("a", "canary"), ("a", "stable"), ("c", "shadow"), (None, "stable")]
    path = a_recording(
        tmp_path,
        *(({"track": track, **({"pod": pod} if pod else {})}, [(10, "1")]) for pod, track in labels),
    )
    found = [(series.labels, series.arm) for series in read(path, a_query(end=10)).series]
    assert found == [
        (("",), Arm.BASELINE),
        (("a",), Arm.BASELINE),
        (("a",), Arm.CANARY),
        (("b",), Arm.BASELINE),
        (("c",), None),
    ]


def test_arms_that_overlap_are_refused(tmp_path: Path) -> None:
    select = Selection(everything=(), baseline=(equal("track", "stable"),), canary=(equal("pod", "a"),))
    path = a_recording(tmp_path, (STABLE, [(10, "1")]))
    with pytest.raises(ConfigError, match="the arms overlap"):
        read(path, a_query(select=select))


def test_a_shared_signal_is_one_sum_under_its_own_selector(tmp_path: Path) -> None:
    path = a_recording(
        tmp_path,
        ({"cache": "one", "db": "0"}, [(10, "1")]),
        ({"cache": "one", "db": "1"}, [(10, "2")]),
        ({"cache": "two"}, [(10, "4")]),
    )
    select = replace(a_selection(), everything=(equal("never", "x"),), shared=(equal("cache", "one"),))
    (series,) = read(path, a_query(end=10, scope=Scope.SHARED, split=(), select=select)).series
    assert (series.arm, series.labels, series.values.tolist()) == (None, (), [3])


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-1", "x"])
def test_what_is_no_count_is_missing_and_told(tmp_path: Path, value: str) -> None:
    path = a_recording(
        tmp_path,
        ({**STABLE, "key": "x"}, [(10, "1"), (11, value), (12, "3")]),
        ({**STABLE, "key": "y"}, [(10, "0"), (11, "0"), (12, "0")]),
    )
    (series,) = read(path, a_query(end=12, reach=1000)).series
    assert series.values.tolist() == [1, 0, 3]
    assert (series.missing, series.unusable) == ((1,), 1)


def test_opposite_infinities_are_no_warning(tmp_path: Path) -> None:
    path = a_recording(tmp_path, *(({**STABLE, "key": value}, [(10, value)]) for value in ("+Inf", "-Inf", "1e308")))
    (series,) = read(path, a_query(end=10)).series
    assert (series.missing, series.unusable) == ((0,), 1)


def test_series_outside_of_the_window_are_no_answer(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(1, "1"), (50, "1")]))
    assert read(path, a_query()).series == ()


def test_seconds_are_added_in_the_order_of_the_labels(tmp_path: Path) -> None:
    values = {"z": "1", "y": "1", "x": "1e16"}
    path = a_recording(tmp_path, *(({**STABLE, "key": key}, [(10, value)]) for key, value in values.items()))
    (series,) = read(path, a_query(end=10)).series
    # As Prometheus adds; the exact sum would be 1e16 + 2.
    assert series.values.tolist() == [1e16 + 1.0 + 1.0] == [1e16]


def test_groups_of_one_arm_are_added_in_the_order_of_the_answer(tmp_path: Path) -> None:
    """The server gives one series a version, sorted by version; the instances do not count."""
    select = replace(a_selection(), canary=(Matcher(label="version", operator=MatchOperator.MATCHES, value="v.*"),))
    values = {("z", "v1"): "1e16", ("y", "v2"): "1", ("x", "v3"): "1"}
    path = a_recording(
        tmp_path,
        *(
            ({"pod": "a", "instance": instance, "version": version}, [(10, value)])
            for (instance, version), value in values.items()
        ),
    )
    (series,) = read(path, a_query(end=10, select=select)).series
    assert (series.arm, series.values.tolist()) == (Arm.CANARY, [1e16])


def test_a_reading_shows_the_promql_and_the_file(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(10, "1")]))
    reading = read(path, a_query())
    assert reading.where == path
    assert reading.text.startswith("sum by (pod, track) (last_over_time(c{")
    assert (reading.content, reading.split, reading.failure) == (Content.CUMULATIVE, ("pod",), None)


def test_own_promql_fails_with_advice(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(10, "1")]))
    text = "sum by ($by) (increase(c[$step]))"
    reading = read(path, a_query(metric="", promql=text, content=Content.INCREASE))
    assert reading.failure is not None
    assert "cannot evaluate the PromQL of `c`" in reading.failure.answer
    assert not reading.failure.unreachable
    assert reading.series == ()


def test_progress_counts_every_query(tmp_path: Path) -> None:
    told = []
    source = RecordingSource(a_recording(tmp_path, (STABLE, [(10, "1")])), {"c"})
    source.read([a_query(), a_query()], lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


def a_counting_plan(path: str, **changes: object) -> Plan:
    signals = (Signal(name="requests", reads=Counter(metric="c")),)
    return a_plan(**{"source": RecordingPlan(path=path), "signals": signals, **changes})


def test_facts_come_from_the_header_and_the_samples(tmp_path: Path) -> None:
    samples = [(at, "1") for at in (0, 15.01, 30, 45, 80)]
    path = a_recording(tmp_path, (STABLE, samples), start=1.5, end=99.25, deploy_time=40, title="An incident")
    facts = RecordingSource.open(a_counting_plan(path)).facts(a_counting_plan(path))
    assert facts.description == "recording incident.jsonl.gz"
    assert (facts.earliest, facts.now, facts.deploy_time) == (1500, 99_250, 40_000)
    assert facts.scrape_interval == 15_000
    assert facts.details == {"title": "An incident"}


def test_the_spacing_is_that_of_the_plans_own_counters(tmp_path: Path) -> None:
    own = [(at * 14.988, "1") for at in range(5)]
    other = [(at, "1") for at in range(90)]
    path = a_recording(tmp_path, (STABLE, own), ({**STABLE, "service": "other"}, other))
    facts = RecordingSource.open(a_counting_plan(path)).facts(a_counting_plan(path))
    assert facts.scrape_interval == 15_000


def test_gauges_do_not_count_for_the_spacing(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(at, "1") for at in range(90)]), ({**STABLE, "key": "x"}, [(1, "1")]))
    gauge = a_counting_plan(path, signals=(Signal(name="memory_used", reads=Gauge(metric="c")),))
    assert RecordingSource.open(gauge).facts(gauge).scrape_interval is None


def test_without_samples_there_is_no_spacing(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(1, "1")]))
    facts = RecordingSource.open(a_counting_plan(path)).facts(a_counting_plan(path))
    assert facts.scrape_interval is None


def test_a_file_that_cannot_be_read_is_told_at_the_first_question(tmp_path: Path) -> None:
    plan = a_counting_plan(str(tmp_path / "nothing.jsonl"))
    source = open_source(plan)
    with pytest.raises(RecordingError, match="No such file"):
        source.facts(plan)
    source.close()


def test_only_a_recording_can_be_opened() -> None:
    with pytest.raises(TypeError, match="not a recording: prometheus"):
        RecordingSource.open(a_plan(source=PrometheusPlan(url="http://x")))


def test_own_promql_does_not_hinder_the_other_signals(tmp_path: Path) -> None:
    path = a_recording(tmp_path, (STABLE, [(at, "1") for at in range(20)]))
    plan = a_plan(
        source=RecordingPlan(path=path),
        signals=(
            Signal(name="db_queries", reads=Increase(promql="sum by ($by) (increase(x[$step]))")),
            Signal(name="requests", reads=Counter(metric="c")),
        ),
    )
    assert RecordingSource.open(plan).facts(plan).scrape_interval == 1000


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_incidents_answer_every_query(name: str) -> None:
    recorded = recordings()[name]
    plan = recorded_plan(recorded.path)
    source = RecordingSource.open(plan)
    facts = source.facts(plan)
    assert facts.scrape_interval == 1000
    assert facts.deploy_time == recorded.deploy_time
    queries = series_queries(plan, windows_of(recorded))
    readings = source.read(queries, quiet)
    assert [reading.query for reading in readings] == list(queries)
    units = {series.labels[0] for reading in readings for series in reading.series if reading.split[:1] == ("pod",)}
    assert units == {"canary-1", "canary-2", "stable-1", "stable-2", "stable-3"}
    empty = [reading.query.key for reading in readings if not reading.series]
    assert set(empty) <= {"errors"}
