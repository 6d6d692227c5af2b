"""What all tests share: the real servers, and what happens where they are missing."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import contextmanager
from itertools import chain, count
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest

from tests.servers.prometheus_server import PROGRAMS, PrometheusServer, build_storage, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.servers.prometheus_server import RawSeries

# A busy machine is not a failing test, and the same tree gives the same result: `--hypothesis-profile=default` searches
# anew.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

# A shell starts what it puts into the background with Ctrl-C ignored, and what we start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

SWITCH = "CANARY_GUARD_TEST_SERVERS"
NEEDS = {"servers": (PROGRAMS, "prometheus"), "browser": (("chromium", "pdftotext"), "chromium poppler-utils")}
"""By marker: the programs that its tests start, and the Debian package that has them."""


class Serve(Protocol):
    """Starts a real Prometheus that has given series, for the length of a `with` block."""

    def __call__(
        self, *recordings: Path, series: Iterable[RawSeries] = ()
    ) -> AbstractContextManager[PrometheusServer]: ...


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """A real Prometheus with the series of recording files, of a test's own making (`RawSeries`), or both.

        def test_something(serve: Serve) -> None:
            with serve(RECORDINGS / "02-key-prefix.jsonl.gz") as server:
                source = PrometheusSource(PrometheusPlan(url=server.url))

    The first start with a recording takes about a second; in the same worker each later one a tenth of that. Series of
    different files must differ in their labels. The marker `servers` comes by itself.
    """
    root = tmp_path_factory.mktemp("prometheus")
    numbers = count()
    built: dict[tuple[tuple[Path, int], ...], Path] = {}

    def blocks_of(recordings: tuple[Path, ...]) -> Path:
        key = tuple((path, path.stat().st_mtime_ns) for path in recordings)
        if key not in built:
            built[key] = build_storage(chain.from_iterable(map(recorded, recordings)), root / f"blocks-{next(numbers)}")
        return built[key]

    @contextmanager
    def start(*recordings: Path, series: Iterable[RawSeries] = ()) -> Iterator[PrometheusServer]:
        own = list(series)
        if own:
            everything = chain(own, *map(recorded, recordings))
            blocks = build_storage(everything, root / f"blocks-{next(numbers)}")
        else:
            blocks = blocks_of(recordings)
        folder = root / f"server-{next(numbers)}"
        folder.mkdir()
        with PrometheusServer(blocks, folder) as server:
            yield server

    return start


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a server; skip it where that is asked for."""
    for item in items:
        if "serve" in getattr(item, "fixturenames", ()):
            item.add_marker("servers")
        if os.environ.get(SWITCH) == "no" and any(item.get_closest_marker(marker) for marker in NEEDS):
            item.add_marker(pytest.mark.skip(reason=f"not run: {SWITCH}=no"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, rather than skip, where a program is missing: a suite that ran half must not look green."""
    for marker, (programs, package) in NEEDS.items():
        missing = [program for program in programs if shutil.which(program) is None]
        if missing and item.get_closest_marker(marker):
            pytest.fail(
                f"{' and '.join(missing)} not found: install Debian's package `{package}` (`make servers` does, where "
                f"it may), or leave out what needs it with {SWITCH}=no",
                pytrace=False,
            )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report.nodeid for report in skipped if SWITCH in str(report.longrepr)]
    if left_out:
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        files = sorted({nodeid.partition("::")[0] for nodeid in left_out})
        terminalreporter.line(
            f"{len(left_out)} of the tests, which need a real Prometheus or a real browser, because {SWITCH}=no: "
            + ", ".join(files)
        )
