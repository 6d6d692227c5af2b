"""Print what canary-guard costs, each as a ratio to something bare, with its target. Nothing here passes or fails."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import children, judgement, reports
from tests.servers.prometheus_server import PROGRAMS, PrometheusServer, RawSeries, build_storage, recorded

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "examples" / "canary-guard.yaml"
RECORDING = ROOT / "examples" / "recordings" / "02-key-prefix.jsonl.gz"
LIBRARIES = "import numpy, scipy.special, pydantic, requests, jinja2"
GUARD = (sys.executable, "-m", "canary_guard")
WIDE = 48
FAIL = 1
"""the exit code that the recording gives"""
DEPLOY_TIME, END = "1795252267.115", "1795252367"
"""of the recording"""


def line(what: str, measured: str, beside: str, ratio: float, target: float) -> str:
    verdict = "met" if ratio <= target else "MISSED"
    return f"{what:<{WIDE}} {measured:>9} {beside:>9} {ratio:>7.2f}   <= {target:g}  {verdict}"


def help_cpu() -> str:
    commands = {"help": (*GUARD, "--help"), "click": (sys.executable, "-c", "import click")}
    runs = children.together(commands, rounds=21)
    ours, bare = (children.median_cpu(runs[name]) for name in commands)
    return line("CPU of --help / import click", f"{ours * 1e3:.0f} ms", f"{bare * 1e3:.0f} ms", ours / bare, 1.5)


def recording(folder: Path) -> Iterator[str]:
    """A check of a recording: its CPU beside that of importing its libraries, and its memory."""
    check = (*GUARD, "check", "--config", str(CONFIG), "--recording", str(RECORDING))
    commands = {
        "check": check,
        "reports": (*check, "-o", "terminal", "-o", f"html={folder}/report.html", "-o", f"json={folder}/run.json"),
        "libraries": (sys.executable, "-c", LIBRARIES),
    }
    runs = children.together(commands, rounds=11, codes=(0, FAIL))
    ours, reports, bare = (children.median_cpu(runs[name]) for name in commands)
    beside = f"{bare:.2f} s"
    yield line("CPU of check --recording / its libraries", f"{ours:.2f} s", beside, ours / bare, 2)
    yield line("the same with a page and a record", f"{reports:.2f} s", beside, reports / bare, 2)
    peak = max(used.peak for used in runs["reports"])
    yield line("memory of that / 150 MB", f"{peak:.0f} MB", "150 MB", peak / 150, 1)


def fleet(times: int) -> Iterator[RawSeries]:
    """The recording with each of its five pods `times` times."""
    for series in recorded(RECORDING):
        for count in range(times if "pod" in series.labels else 1):
            labels = dict(series.labels)
            if count:
                labels["pod"] += f"-{count}"
            yield RawSeries(labels=labels, samples=series.samples)


def served(folder: Path, *, times: int) -> str:
    """A check of a real Prometheus that holds the recording, beside a bare script that sends the same queries."""
    what = f"wall time of check / of its queries, {5 * times} pods"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{what:<{WIDE}} not measured: {' and '.join(missing)} not installed"
    folder.mkdir()
    blocks = build_storage(fleet(times), folder / "blocks")
    with PrometheusServer(blocks, folder) as server:
        record = folder / "run.json"
        when = ("--deploy-time", DEPLOY_TIME, "--end", END)
        check = ("check", "--config", str(CONFIG), "--source-url", server.url, *when)
        children.run((*GUARD, *check, "-o", f"json={record}"), codes=(FAIL,))
        commands = {
            "check": (sys.executable, "-m", "bench.guarded", *check),
            "bare": (sys.executable, "-m", "bench.bare", str(record)),
        }
        runs = children.together(commands, rounds=9, codes=(0, FAIL))
    ours, bare = (children.median_printed(runs[name]) for name in commands)
    return line(what, f"{ours * 1e3:.0f} ms", f"{bare * 1e3:.0f} ms", ours / bare, 1.3)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'':<{WIDE}} {'measured':>9} {'beside':>9} {'ratio':>7}   target")
        print(help_cpu(), flush=True)
        for text in recording(folder):
            print(text, flush=True)
        for times in (1, 20):
            print(served(folder / f"fleet-{times}", times=times), flush=True)
    print()
    judgement.main()
    print()
    reports.main()


main()
