"""A real Prometheus on a free loopback port, filled with given series. Knows nothing of pytest."""

from __future__ import annotations

import gzip
import http.client
import json
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

PROGRAMS = ("prometheus", "promtool")
"""Both are in Debian's package `prometheus`."""
_READY_WITHIN = 30.0
"""s"""
_TRIES = 3
"""A port that was free may be taken by another process before the server binds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSeries:
    """One series to serve."""

    labels: Mapping[str, str]
    """With `__name__`."""
    samples: Sequence[tuple[int, str | float]]
    """Times in ms, ascending, and values."""


def recorded(path: Path) -> Iterator[RawSeries]:
    """The series of a recording (`canary-guard/recording/v1`, gzip or plain)."""
    whole = path.read_bytes()
    lines = (gzip.decompress(whole) if path.suffix == ".gz" else whole).splitlines()
    for series in map(json.loads, lines[1:]):
        samples = [(round(at * 1000), value) for at, value in series["values"]]
        yield RawSeries(labels=series["metric"], samples=samples)


def build_storage(series: Iterable[RawSeries], folder: Path) -> Path:
    """Write the series as Prometheus blocks below the folder; every value and millisecond is kept as it is."""
    folder.mkdir(parents=True)
    text = folder / "series.om"
    with text.open("w", encoding="utf-8") as lines:
        for one in series:
            lines.write(_open_metrics(one))
        lines.write("# EOF\n")
    blocks = folder / "blocks"
    made = subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(blocks)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"promtool could not make blocks: {made.stdout}{made.stderr}")
    text.unlink()
    return blocks


def _open_metrics(series: RawSeries) -> str:
    labels = {name: value for name, value in series.labels.items() if name != "__name__"}
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    head = f"{series.labels['__name__']}{{{inside}}} "
    # promtool cuts a time off to whole ms after a multiplication in floats: half a ms more, and no time is cut short.
    return "".join(f"{head}{value} {at // 1000}.{at % 1000:03d}5\n" for at, value in series.samples)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


class PrometheusServer:
    """Serves a copy of the blocks below `folder` while the `with` block runs; stopped by its own process id."""

    def __init__(self, blocks: Path, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "prometheus.log"
        shutil.copytree(blocks, folder / "storage")
        (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        for _ in range(_TRIES):
            port = _free_port()
            self._process = self._start(port)
            if self._is_ready(port):
                self.url = f"http://127.0.0.1:{port}"
                return self
            self._stop()
        raise RuntimeError(f"Prometheus did not start; its log ({self._log}):\n{self._log.read_text(encoding='utf-8')}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()
        shutil.rmtree(self._folder / "storage")

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={self._folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self._folder / 'storage'}",
                    "--storage.tsdb.retention.time=100y",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--log.level=warn",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _is_ready(self, port: int) -> bool:
        deadline = time.monotonic() + _READY_WITHIN
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            try:
                connection.request("GET", "/-/ready")
                if connection.getresponse().status == http.client.OK:
                    return True
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.02)
        return False

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
