import gzip
import json
from pathlib import Path

import pytest

from canary_guard.model.plan import PrometheusPlan
from canary_guard.model.signal import Counter, Increase, Scope, Signal
from canary_guard.sources.prometheus import PrometheusSource
from canary_guard.sources.queries import series_queries
from canary_guard.sources.recorder import RawAnswer, RawSelector, raw_selectors, recording_bytes
from canary_guard.sources.recording import RecordingSource
from canary_guard.sources.recording_file import Header, read_recording
from tests.builders import a_plan, equal, signals
from tests.conftest import Serve
from tests.recordings import recorded_plan, recordings, windows_of

HEADER = Header(title="An incident", start=1_000_500, end=1_009_000, deploy_time=1_002_250)
SERIES: tuple[RawAnswer, ...] = (
    {"metric": {"__name__": "hits", "pod": "b"}, "values": [[1001.123, "1"], [1002, "2.50"]]},
    {"metric": {"pod": "a", "__name__": "hits", "name": "größe"}, "values": [[1001, "NaN"]]},
)


def test_the_plans_metrics_are_pulled_whole_and_once() -> None:
    evictions = Signal(name="evictions", reads=Counter(metric="evicted_total"), scope=Scope.SHARED)
    own = Signal(name="retries", reads=Increase(promql="x"))
    plan = recorded_plan("-", signals=(*signals(), evictions, own))
    everything = plan.select.everything
    assert raw_selectors(plan) == (
        RawSelector(metric="app_cache_miss_duration_seconds_bucket", selector=everything),
        RawSelector(metric="app_cache_miss_duration_seconds_count", selector=everything),
        RawSelector(metric="app_cache_miss_duration_seconds_sum", selector=everything),
        RawSelector(metric="app_cache_requests_total", selector=everything),
        RawSelector(metric="app_db_queries_total", selector=everything),
        RawSelector(metric="app_http_requests_total", selector=everything),
        RawSelector(metric="evicted_total", selector=(equal("cache", "redis-stable"),)),
    )


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_written_is_read_again(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "incident"
    path.write_bytes(recording_bytes(HEADER, SERIES, packed=packed))
    recording = read_recording(str(path), {"hits"})
    assert recording.header == HEADER
    first, second = recording.series["hits"]
    assert first.labels == {"name": "größe", "pod": "a"}
    assert (second.times.tolist(), second.values.tolist()) == ([1_001_123, 1_002_000], [1, 2.5])


def test_samples_are_written_as_they_came() -> None:
    lines = recording_bytes(HEADER, SERIES, packed=False).decode().splitlines()
    assert lines[1] == '{"metric":{"pod":"a","__name__":"hits","name":"größe"},"values":[[1001,"NaN"]]}'
    assert lines[2] == '{"metric":{"__name__":"hits","pod":"b"},"values":[[1001.123,"1"],[1002,"2.50"]]}'
    assert json.loads(lines[0])["deploy_time"] == 1002.25


def test_the_same_series_give_the_same_bytes() -> None:
    plain = recording_bytes(HEADER, SERIES, packed=False)
    assert plain == recording_bytes(HEADER, (*SERIES[::-1], SERIES[0]), packed=False)
    packed = recording_bytes(HEADER, SERIES, packed=True)
    assert packed == recording_bytes(HEADER, SERIES, packed=True)
    assert gzip.decompress(packed) == plain
    assert packed[4:8] == bytes(4), "the time of packing would make each file another"


def test_what_is_not_known_is_left_out() -> None:
    header = Header(title=None, start=0, end=1000, deploy_time=None)
    assert json.loads(recording_bytes(header, (), packed=False)) == {
        "format": "canary-guard/recording/v1",
        "start": 0,
        "end": 1,
    }


def test_a_recording_of_a_server_judges_as_the_server(serve: Serve, tmp_path: Path) -> None:
    recorded = recordings()["08"]
    windows = windows_of(recorded)
    assert windows.before is not None
    plan = recorded_plan(recorded.path)
    header = Header(title=None, start=windows.before.start, end=windows.after.end, deploy_time=recorded.deploy_time)
    with serve(recorded.path) as server:
        source = PrometheusSource.open(a_plan(source=PrometheusPlan(url=server.url)))
        series = source.raw(raw_selectors(plan), start=header.start - 2000, end=header.end)
        source.close()
    path = tmp_path / "again.jsonl.gz"
    path.write_bytes(recording_bytes(header, series, packed=True))
    queries = series_queries(plan, windows)
    answers = [
        RecordingSource.open(recorded_plan(file)).read(queries, lambda done, of: None) for file in (recorded.path, path)
    ]
    for one, other in zip(*answers, strict=True):
        assert [(s.arm, s.labels, s.values.tolist(), s.missing) for s in one.series] == [
            (s.arm, s.labels, s.values.tolist(), s.missing) for s in other.series
        ]
