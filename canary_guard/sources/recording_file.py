"""The file format `canary-guard/recording/v1`: JSON lines in, a header and raw series out.

The first line is a header, each further line one series as Prometheus answers a raw range selector:
`{"metric": {"__name__": …, labels}, "values": [[unix seconds, "value"], …]}`. Plain or gzip.
"""

import gzip
import sys
import zlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import Any, Final, TypeGuard

import numpy as np
import numpy.typing as npt
from pydantic_core import from_json

from canary_guard.errors import RecordingError
from canary_guard.model.arrays import FloatArray
from canary_guard.sources.sample_values import numbers

RECORDING_FORMAT: Final = "canary-guard/recording/v1"
MAX_BYTES: Final = 2**30
"""Of a recording after decompression: a small file can unfold to any size."""
MAX_LINE_BYTES: Final = 2**26
LATEST: Final = 1e11
"""Unix seconds, in the year 5138: what lies beyond was not written in seconds."""

_AGAIN: Final = "Copy the recording again, or record it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a recording says about itself; times in ms since the epoch."""

    title: str | None
    start: int
    end: int
    deploy_time: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSeries:
    """One series as it was scraped."""

    labels: Mapping[str, str]
    """Without the metric's name."""
    times: npt.NDArray[np.int64]
    """ms since the epoch, ascending"""
    values: FloatArray
    """As scraped: may be NaN or infinite. Text that is no number is NaN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording in memory, as far as it was asked for."""

    header: Header
    series: Mapping[str, tuple[RawSeries, ...]]
    """By metric, sorted by labels."""


def read_recording(path: str, metrics: AbstractSet[str]) -> Recording:
    """Read a recording (`-`: standard input), keeping the series of these metrics; every line is checked.

    RecordingError, with the line's number, for whatever cannot be read in full.
    """
    place = _Place("standard input" if path == "-" else path)
    kept: dict[str, dict[tuple[tuple[str, str], ...], RawSeries]] = {metric: {} for metric in metrics}
    with _opened(path, place) as lines:
        header = _header(next(lines, b""), place)
        for line in lines:
            name, labels, samples = _series(line, place)
            if name in kept:
                identity = tuple(sorted(labels.items()))
                if identity in kept[name]:
                    raise place.refusal(f"the same series of {name} stands here a second time", _AGAIN)
                times, values = _samples(samples, place)
                if times.size:
                    kept[name][identity] = RawSeries(labels=labels, times=times, values=values)
    series = {metric: tuple(found[identity] for identity in sorted(found)) for metric, found in kept.items()}
    return Recording(header=header, series=series)


@dataclass(slots=True)
class _Place:
    """Where reading has got to."""

    file: str
    line: int = 0

    def refusal(self, answer: str, advice: str) -> RecordingError:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return RecordingError(asked="a recording", where=where, answer=answer, advice=advice)


@contextmanager
def _opened(path: str, place: _Place) -> Iterator[Iterator[bytes]]:
    try:
        with _raw(path) as raw:
            stream = BufferedReader(raw, 2**16)
            packed = stream.peek(2)[:2] == b"\x1f\x8b"
            yield _lines(gzip.GzipFile(fileobj=stream) if packed else stream, place)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        place.line += 1
        what = "ends in the middle of its compressed data" if isinstance(error, EOFError) else f"is damaged: {error}"
        raise place.refusal(f"the gzip file {what}", _AGAIN) from None
    except OSError as error:
        raise place.refusal(
            error.strerror or str(error), "Give the path of a recording, or `-` for standard input."
        ) from None


def _raw(path: str) -> AbstractContextManager[Any]:
    return nullcontext(sys.stdin.buffer) if path == "-" else Path(path).open("rb", buffering=0)


def _lines(stream: BufferedIOBase, place: _Place) -> Iterator[bytes]:
    size = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        place.line += 1
        size += len(line)
        if size > MAX_BYTES or len(line) > MAX_LINE_BYTES:
            limit = f"{MAX_BYTES >> 20} MiB" if size > MAX_BYTES else f"{MAX_LINE_BYTES >> 20} MiB in one line"
            raise place.refusal(f"the recording has more than {limit}", "Record a shorter window.")
        yield line


def _header(line: bytes, place: _Place) -> Header:
    try:
        header = from_json(line, allow_inf_nan=False)
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != RECORDING_FORMAT:
        advice = (
            f"A recording begins with a header of the format `{RECORDING_FORMAT}`; `canary-guard record` writes one."
        )
        raise place.refusal(_looks_like(line, header), advice)
    title = header.get("title")
    deploy_time = header.get("deploy_time")
    return Header(
        title=title if isinstance(title, str) else None,
        start=_milliseconds(header, "start", place),
        end=_milliseconds(header, "end", place),
        deploy_time=None if deploy_time is None else _milliseconds(header, "deploy_time", place),
    )


def _milliseconds(header: dict[str, Any], name: str, place: _Place) -> int:
    times = (header.get(name),)
    if not _are_times(times):
        raise place.refusal(f"the header's `{name}` is {times[0]!r}", "It must be a Unix time in seconds.")
    return round(times[0] * 1000)


def _looks_like(line: bytes, header: object) -> str:
    """What a file that is no recording of this version seems to be."""
    match header:
        case {"format": str(version)} if version.startswith("canary-guard/recording/"):
            return f"the recording has the format `{version}`, which this version of canary-guard cannot read"
        case {"format": str(version)} if version.startswith("canary-guard/run/"):
            return "this is the record of a run, which is given with `--run`"
        case {"metric": _, "values": _}:
            return "the header line is missing: the first line is a series"
        case {"status": _, "data": _}:
            return "this is no recording: it looks like an answer of Prometheus' API"
        case _:
            pass
    if not line:
        return "the file is empty"
    for beginning, kind in ((b"{", "other JSON"), (b"<", "HTML or XML"), (b"# ", "OpenMetrics text")):
        if line.lstrip().startswith(beginning):
            return f"this is no recording: it looks like {kind}"
    try:
        readable = line.decode().strip().replace("\t", " ").isprintable()
    except UnicodeDecodeError:
        readable = False
    return f"this is no recording: it looks like {'other text' if readable else 'binary data'}"


def _series(line: bytes, place: _Place) -> tuple[str, dict[str, str], list[Any]]:
    """The metric's name, the other labels and the samples of one line."""
    try:
        series = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        raise place.refusal(f"not JSON: {str(error).replace(' at line 1 column', ' at column')}", _AGAIN) from None
    match series:
        case {"metric": {"__name__": str(name), **labels}, "values": list(samples)} if _are_texts(labels):
            return name, labels, samples
        case _:
            raise place.refusal(
                'no series, which is `{"metric": {"__name__": …}, "values": [[unix seconds, "value"], …]}`', _AGAIN
            )


def _samples(samples: list[Any], place: _Place) -> tuple[npt.NDArray[np.int64], FloatArray]:
    try:
        seconds, texts = zip(*samples, strict=True) if samples else ((), ())
    except (TypeError, ValueError):
        seconds, texts = (None,), ()
    if not _are_times(seconds) or {*map(type, texts)} - {str}:
        raise place.refusal('a sample is not `[unix seconds, "value"]`', _AGAIN)
    times = np.rint(np.array(seconds, dtype=np.float64) * 1000).astype(np.int64)
    if (backward := np.flatnonzero(np.diff(times) <= 0)).size:
        at = backward[0]
        raise place.refusal(
            f"the samples are not in the order of time: {seconds[at + 1]} follows {seconds[at]}", _AGAIN
        )
    return times, numbers(texts)


def _are_texts(labels: dict[Any, Any]) -> TypeGuard[dict[str, str]]:
    return not {*map(type, labels.values())} - {str}


def _are_times(seconds: tuple[Any, ...]) -> TypeGuard[tuple[float, ...]]:
    if {*map(type, seconds)} - {int, float}:
        return False
    return not seconds or (min(seconds) >= 0 and max(seconds) < LATEST)
