import gzip
import io
import json
import math
import sys
from pathlib import Path

import pytest

from canary_guard.errors import RecordingError
from canary_guard.sources import recording_file
from canary_guard.sources.recording_file import RECORDING_FORMAT, read_recording
from tests.recordings import NAMES, recordings

HEADER = {"format": RECORDING_FORMAT, "start": 1000.5, "end": 1009, "deploy_time": 1002.25, "title": "A title"}
HITS = {"metric": {"__name__": "hits", "pod": "a"}, "values": [[1.001, "1"], [1001.1234, "2.5"]]}


def written(*lines: object) -> str:
    return "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)


def a_file(tmp_path: Path, *lines: object) -> str:
    path = tmp_path / "incident.jsonl"
    path.write_text(written(*lines), encoding="utf-8")
    return str(path)


def refusal(path: str, metrics: frozenset[str] = frozenset({"hits"})) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        read_recording(path, metrics)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_recording_is_read_in_milliseconds(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, HEADER, HITS), {"hits"})
    header = recording.header
    assert (header.title, header.start, header.end, header.deploy_time) == ("A title", 1_000_500, 1_009_000, 1_002_250)
    (hits,) = recording.series["hits"]
    assert hits.labels == {"pod": "a"}
    assert hits.times.tolist() == [1_001, 1_001_123]
    assert hits.values.tolist() == [1, 2.5]


def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, HEADER, HITS), {"misses"})
    assert recording.series == {"misses": ()}


def test_series_are_sorted_by_their_labels(tmp_path: Path) -> None:
    pods = [{**HITS, "metric": {"__name__": "hits", "pod": pod}} for pod in ("b", "c", "a")]
    recording = read_recording(a_file(tmp_path, HEADER, *pods), {"hits"})
    assert [series.labels["pod"] for series in recording.series["hits"]] == ["a", "b", "c"]


def test_numbers_that_are_none_become_nan(tmp_path: Path) -> None:
    odd = {"metric": {"__name__": "hits"}, "values": [[1, "NaN"], [2, "+Inf"], [3, "-1"], [4, "none"], [5, "5"]]}
    (series,) = read_recording(a_file(tmp_path, HEADER, odd), {"hits"}).series["hits"]
    nan, infinite, negative, text, plain = series.values.tolist()
    assert math.isnan(nan)
    assert math.isnan(text)
    assert (infinite, negative, plain) == (math.inf, -1, 5)


def test_gzip_and_plain_are_told_by_their_content(tmp_path: Path) -> None:
    path = tmp_path / "misnamed.jsonl"
    path.write_bytes(gzip.compress(written(HEADER, HITS).encode()))
    assert len(read_recording(str(path), {"hits"}).series["hits"]) == 1


@pytest.mark.parametrize("packed", [True, False])
def test_a_dash_reads_standard_input(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(HEADER, HITS).encode()
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(data) if packed else data))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert len(read_recording("-", {"hits"}).series["hits"]) == 1


def test_a_fault_in_standard_input_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written(HEADER, "{").encode())))
    assert refusal("-").where == "standard input:2"


def test_a_series_without_samples_and_a_header_without_a_deploy_are_fine(tmp_path: Path) -> None:
    header = {key: value for key, value in HEADER.items() if key not in ("deploy_time", "title")}
    recording = read_recording(a_file(tmp_path, header, {**HITS, "values": []}), {"hits"})
    assert recording.series == {"hits": ()}
    assert (recording.header.deploy_time, recording.header.title) == (None, None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON: EOF while parsing an object at column 1"),
        ('{"metric": {"__name__": "hits"}, "values": [[1, NaN]]}\n', "not JSON"),
        ("\n", "not JSON"),
        ("[]\n", "no series"),
        ({"values": []}, "no series"),
        ({"metric": {"pod": "a"}, "values": []}, "no series"),
        ({"metric": {"__name__": "hits", "pod": 1}, "values": []}, "no series"),
        ({"metric": {"__name__": "hits"}, "values": {}}, "no series"),
        ({"metric": {"__name__": "hits"}, "histograms": []}, "no series"),
        ({"metric": {"__name__": "hits"}, "values": [[1, "1"], [2]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[1, "1"], [2, "2", 3]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[1, "1", 2]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [1]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [["1", "1"]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[True, "1"]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[1, 1]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[1, None]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[-1, "1"]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[1e300, "1"]]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": ["ab"]}, "a sample is not"),
        ({"metric": {"__name__": "hits"}, "values": [[2, "1"], [1, "1"]]}, "not in the order of time: 1 follows 2"),
        ({"metric": {"__name__": "hits"}, "values": [[2, "1"], [2.0001, "1"]]}, "not in the order of time"),
        (HITS, "the same series of hits stands here a second time"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: object, says: str) -> None:
    error = refusal(a_file(tmp_path, HEADER, HITS, line))
    assert error.where == f"{tmp_path}/incident.jsonl:3"
    assert error.answer.startswith(says) or says in error.answer


def test_a_corrupt_line_of_another_metric_is_refused_too(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER, '{"metric": {"__name__": "other"}, "values": [[1, "1"], [2, \n', HITS)
    assert refusal(path).where.endswith(":2")


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ("", "the file is empty"),
        (HITS, "the header line is missing"),
        ({**HEADER, "format": "canary-guard/recording/v2"}, "the format `canary-guard/recording/v2`"),
        ({"format": "canary-guard/run/v1"}, "the record of a run, which is given with `--run`"),
        ({"status": "success", "data": {}}, "looks like an answer of Prometheus' API"),
        ({"format": 1}, "looks like other JSON"),
        ("{\n", "looks like other JSON"),
        ("<!doctype html>\n", "looks like HTML or XML"),
        ("# TYPE hits counter\n", "looks like OpenMetrics text"),
        ("service: shop-api\n", "looks like other text"),
        ("größe;zeit\n", "looks like other text"),
        ("PK\x03\x04\x00\x00", "looks like binary data"),
    ],
)
def test_a_file_that_is_no_recording_is_told_apart(tmp_path: Path, first: object, says: str) -> None:
    error = refusal(a_file(tmp_path, first))
    assert says in error.answer
    assert RECORDING_FORMAT in error.advice


def test_bytes_that_are_no_text_are_binary(tmp_path: Path) -> None:
    path = tmp_path / "incident"
    path.write_bytes(bytes(range(128, 256)))
    assert "looks like binary data" in refusal(str(path)).answer


@pytest.mark.parametrize("name", ["start", "end", "deploy_time"])
@pytest.mark.parametrize("value", ["2026-11-21", -1, 1_795_252_226_790, True, [1]])
def test_a_header_needs_unix_times(tmp_path: Path, name: str, value: object) -> None:
    error = refusal(a_file(tmp_path, {**HEADER, name: value}))
    assert error.answer == f"the header's `{name}` is {value!r}"
    assert error.where.endswith(":1")


def test_a_header_needs_start_and_end(tmp_path: Path) -> None:
    assert refusal(a_file(tmp_path, {"format": RECORDING_FORMAT, "end": 1})).answer == "the header's `start` is None"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_gzip_is_refused_wherever_it_ends(tmp_path: Path, share: float) -> None:
    whole = recordings()["01"].path.read_bytes()
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(whole[: int(len(whole) * share)])
    error = refusal(str(path))
    assert error.answer == "the gzip file ends in the middle of its compressed data"
    assert error.where.startswith(f"{path}:")


def test_a_truncated_plain_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.decompress(recordings()["01"].path.read_bytes())
    path = tmp_path / "cut.jsonl"
    path.write_bytes(whole[:1_000_000])
    error = refusal(str(path))
    line = whole[:1_000_000].count(b"\n") + 1
    assert error.where == f"{path}:{line}"
    assert error.answer.startswith("not JSON")


def test_a_corrupt_gzip_is_refused(tmp_path: Path) -> None:
    data = bytearray(recordings()["01"].path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "corrupt.jsonl.gz"
    path.write_bytes(data)
    error = refusal(str(path))
    assert int(error.where.rpartition(":")[2]) > 1


def test_a_recording_that_unfolds_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    other = {"metric": {"__name__": "other", "pod": "x" * 1000}, "values": []}
    path.write_bytes(gzip.compress(written(HEADER, *[other] * 5000).encode()))
    monkeypatch.setattr(recording_file, "MAX_BYTES", 3 << 20)
    assert refusal(str(path)).answer == "the recording has more than 3 MiB"
    monkeypatch.undo()
    path.write_bytes(gzip.compress(written(HEADER).encode() + b" " * (3 << 20)))
    monkeypatch.setattr(recording_file, "MAX_LINE_BYTES", 2 << 20)
    assert refusal(str(path)).answer == "the recording has more than 2 MiB in one line"


@pytest.mark.parametrize("missing", ["nothing-here.jsonl", "."])
def test_a_path_that_cannot_be_opened_is_refused(tmp_path: Path, missing: str) -> None:
    error = refusal(str(tmp_path / missing))
    assert error.where == str(tmp_path / missing)
    assert error.answer in {"No such file or directory", "Is a directory"}


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_incident_is_read_whole(name: str) -> None:
    path = recordings()[name].path
    lines = gzip.decompress(path.read_bytes()).splitlines()
    metrics = {json.loads(line)["metric"]["__name__"] for line in lines[1:]}
    recording = read_recording(str(path), metrics)
    assert sum(map(len, recording.series.values())) == len(lines) - 1
    assert recording.header.deploy_time == recordings()[name].deploy_time
