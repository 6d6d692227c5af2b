"""Child processes, and what each took of the machine."""

import os
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of one child process, or the medians of several runs of it."""

    cpu: float
    """seconds, user and system"""
    peak: float
    """MB of memory, the largest at any time"""
    printed: str = ""


def run(command: Sequence[str], *, codes: Sequence[int] = (0,)) -> Usage:
    """Run it once; an exit code other than those expected ends the benchmark with what the child said."""
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as complaints:
        child = subprocess.Popen(command, stdout=printed, stderr=complaints)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        complaints.seek(0)
        if child.returncode not in codes:
            raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}\n{complaints.read()}")
        return Usage(cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss / 1024, printed=printed.read())


def together(
    commands: Mapping[str, Sequence[str]], *, rounds: int, codes: Sequence[int] = (0,)
) -> dict[str, list[Usage]]:
    """Each command once a round, in turn, so that what else the machine does meets all alike; the first warms up."""
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    for count in range(rounds + 1):
        for name, command in commands.items():
            used = run(command, codes=codes)
            if count:
                runs[name].append(used)
    return runs


def median_cpu(runs: Sequence[Usage]) -> float:
    """seconds"""
    return statistics.median(used.cpu for used in runs)


def median_printed(runs: Sequence[Usage]) -> float:
    """Of the number that each run printed last."""
    return statistics.median(float(used.printed.split()[-1]) for used in runs)
