"""How often canary-guard is wrong, beside other judges, on simulated deploys: `python -m bench.error_rates`.

A *false alarm* is a healthy deploy that fails, a *wrong pass* a fault at twice the bounds or more that passes, and a
fault that fails is *found*. Prints one Markdown table and, for each target, whether it is met; nothing passes or fails.
"""

from __future__ import annotations

import argparse
import math
import time
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.deploys import DEPLOYS, simulate
from bench.other_judges import OTHERS
from canary_guard.arrays import judge_arrays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bench.deploys import Deploy

OURS = "canary-guard"
CHUNK = 50
"""repetitions that one process does in one go"""
STRONG = 0.5
"""The targets hold up to this autocorrelation."""


@dataclass(frozen=True)
class Share:
    """How often something happened."""

    count: float
    of: int

    @property
    def rate(self) -> float:
        return self.count / self.of

    @property
    def error(self) -> float:
        """The Monte-Carlo standard error; not 0 at 0, where one more and one other are added (Agresti & Coull 1998)."""
        near = (self.count + 1) / (self.of + 2)
        return math.sqrt(near * (1 - near) / self.of)

    def __str__(self) -> str:
        digits = 1 if self.error < 0.02 else 0
        return f"{100 * self.rate:.{digits}f} ±{100 * self.error:.{digits}f}"


Tally = Counter[tuple[str, str]]
"""By judge and verdict."""


def one_chunk(at: int, size: float, seed: int, first: int, last: int) -> tuple[int, float, Tally]:
    """What all judges said of some repetitions of one deploy; the same whoever does it."""
    deploy, tally = DEPLOYS[at], Tally()
    for repetition in range(first, last):
        key = zlib.crc32(f"{deploy.name} {size:g}".encode())
        simulated = simulate(deploy, size, np.random.default_rng((seed, key, repetition)))
        tally[OURS, judge_arrays(**simulated).verdict.value] += 1
        for name, judge in OTHERS.items():
            tally[name, "fail" if judge(simulated) else "pass"] += 1
    return at, size, tally


def measure(deploys: Sequence[int], *, repetitions: int, seed: int, jobs: int) -> Mapping[tuple[int, float], Tally]:
    """By deploy and size."""
    found: dict[tuple[int, float], Tally] = {(at, size): Tally() for at in deploys for size in DEPLOYS[at].sizes}
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [
            pool.submit(one_chunk, at, size, seed, first, min(first + CHUNK, repetitions))
            for at, size in found
            for first in range(0, repetitions, CHUNK)
        ]
        for one in waiting:
            at, size, tally = one.result()
            found[at, size] += tally
    return found


@dataclass(frozen=True)
class Row:
    """What was found of one deploy."""

    deploy: Deploy
    tallies: Mapping[float, Tally]

    def share(self, judge: str, verdict: str, *sizes: float) -> Share | None:
        """Of these sizes together; None where none was simulated."""
        tallies = [self.tallies[size] for size in sizes if size in self.tallies]
        asked = sum(count for tally in tallies for (who, _), count in tally.items() if who == judge)
        return Share(sum(tally[judge, verdict] for tally in tallies), asked) if asked else None

    @property
    def faults(self) -> tuple[float, ...]:
        return tuple(size for size in self.tallies if size > 1)

    def cells(self) -> Iterator[str]:
        """One line of the table."""
        judges = (OURS, *OTHERS)
        yield self.deploy.name
        yield from (_shown(self.share(judge, "fail", 1.0)) for judge in judges)
        yield _shown(self.share(OURS, "inconclusive", 1.0))
        if self.deploy.one_pattern:
            yield from ("", _shown(self.share(OURS, "fail", *self.faults)), "")
        else:
            yield from (_shown(self.share(OURS, "fail", size)) for size in (1.5, 2.0, 3.0))
        yield from (_shown(self.share(judge, "pass", *self.faults)) for judge in judges)
        yield _shown(self.share(OURS, "inconclusive", *self.faults))


HEAD = (
    "simulated deploy",
    *(f"false alarms, {judge}" for judge in (OURS, *OTHERS)),
    "healthy, inconclusive",
    "x1.5 found",
    "x2 found",
    "x3 found",
    *(f"wrong passes, {judge}" for judge in (OURS, *OTHERS)),
    "faulty, inconclusive",
)


def _shown(share: Share | None) -> str:
    return "" if share is None else str(share)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """In Markdown, in percent, with the means of each column's deploys below."""
    yield _line(HEAD)
    yield _line(["---"] + ["---:"] * (len(HEAD) - 1))
    for row in rows:
        yield _line(row.cells())
    yield _line(_means(rows))


def _means(rows: Sequence[Row]) -> Iterator[str]:
    judges = (OURS, *OTHERS)
    steady = [row for row in rows if row.deploy.phi <= STRONG]
    yield f"**mean, autocorrelation up to {STRONG:g}**"
    yield from (_shown(mean(steady, judge, "fail", 1.0)) for judge in judges)
    yield _shown(mean(steady, OURS, "inconclusive", 1.0))
    yield from (_shown(mean(steady, OURS, "fail", size)) for size in (1.5, 2.0, 3.0))
    yield from (_shown(mean(steady, judge, "pass")) for judge in judges)
    yield _shown(mean(steady, OURS, "inconclusive"))


def mean(rows: Iterable[Row], judge: str, verdict: str, *sizes: float) -> Share | None:
    """The mean over deploys, each of which weighs the same; without sizes, of all faults."""
    shares = [share for row in rows if (share := row.share(judge, verdict, *(sizes or row.faults))) is not None]
    repetitions = sum(share.of for share in shares)
    return Share(repetitions * sum(share.rate for share in shares) / len(shares), repetitions) if shares else None


@dataclass(frozen=True)
class Target:
    """A figure that was promised."""

    what: str
    share: Share
    bound: float
    at_least: bool = False

    def __str__(self) -> str:
        beyond = (self.bound - self.share.rate) if self.at_least else (self.share.rate - self.bound)
        verdict = (
            "met"
            if beyond <= 0
            else "met within two Monte-Carlo errors"
            if beyond <= 2 * self.share.error
            else "MISSED"
        )
        sign = "at least" if self.at_least else "at most"
        return f"- {self.what}: {self.share} % ({sign} {100 * self.bound:g} %): {verdict}"


def targets(rows: Sequence[Row]) -> Iterator[str]:
    """Each target with its figure; what is not simulated is left out."""
    steady = [row for row in rows if row.deploy.phi <= STRONG]
    for what, verdict, healthy, average, worst in (
        ("false alarms", "fail", True, 0.005, 0.02),
        ("wrong passes", "pass", False, 0.005, 0.01),
    ):
        sizes = (1.0,) if healthy else ()
        shares = {
            row.deploy.name: share for row in steady if (share := row.share(OURS, verdict, *(sizes or row.faults)))
        }
        if shares:
            name = max(shares, key=lambda one: shares[one].rate)
            yield str(Target(f"{what}, mean", mean(steady, OURS, verdict, *sizes) or Share(0, 1), average))
            yield str(Target(f"{what}, worst ({name})", shares[name], worst))
    for row in rows:
        share = row.share(OURS, "fail", 1.0)
        if row.deploy.phi > STRONG and share is not None:
            yield f"- false alarms, {row.deploy.name}: {share} % (no target)"
    first = rows[0]
    found, open_ = first.share(OURS, "fail", 2.0), first.share(OURS, "inconclusive", 1.0)
    if first.deploy is DEPLOYS[0] and found is not None and open_ is not None:
        yield str(Target("misses x2 found, 40 intervals, 700 canary misses", found, 0.97, at_least=True))
        yield str(Target("healthy and inconclusive, 40 intervals, 700 canary misses", open_, 0.04))


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--repetitions", type=int, default=2000, metavar="N", help="of each deploy and fault size")
    options.add_argument("--seed", type=int, default=1, metavar="N")
    options.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    options.add_argument("--quick", action="store_true", help="8 repetitions: a glance")
    options.add_argument("--only", metavar="TEXT", help="deploys whose name has this text")
    given = options.parse_args()
    repetitions = 8 if given.quick else given.repetitions
    chosen = [at for at, deploy in enumerate(DEPLOYS) if given.only is None or given.only in deploy.name]
    began = time.perf_counter()
    found = measure(chosen, repetitions=repetitions, seed=given.seed, jobs=given.jobs)
    rows = [Row(DEPLOYS[at], {size: found[at, size] for size in DEPLOYS[at].sizes}) for at in chosen]
    print(
        f"Percent, with Monte-Carlo standard errors; {repetitions} repetitions of each deploy and size, "
        f"seed {given.seed}.\n"
    )
    print("\n".join(table(rows)), "\n")
    print("\n".join(targets(rows)))
    print(f"\n{time.perf_counter() - began:.0f} s, {given.jobs} processes")


if __name__ == "__main__":
    main()
