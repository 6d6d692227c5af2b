"""How soon a healthy cold canary passes, and whether a faulty one does: `python -m bench.cold_starts`.

Each canary begins with an empty cache of its own. *Early* are those that pass while the cache still recovers, because
the last half of the window is within the bounds already. Prints one Markdown table; nothing passes or fails.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from bench.deploys import OWN_CACHE, STEP, Deploy, simulate
from bench.error_rates import Share
from canary_guard.arrays import judge_arrays
from canary_guard.model.run import Verdict
from canary_guard.model.warm_up import WarmUpState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIZES = (1.0, 1.5, 2.0, 3.0)
"""times the misses of a healthy canary, once it is warm"""
LENGTHS = (40, 80, 120, 240)
COLD: Mapping[str, Mapping[str, float]] = {
    "e-fold in 1 min": {"cold": 60},
    "e-fold in 5 min": {"cold": 300},
    "Zipf keys, 3000 lookups/s": {"zipf": 3000},
    "Zipf keys, 300 lookups/s": {"zipf": 300},
}
DEPLOYS = tuple(
    Deploy(
        name=f"{name}, {length * STEP // 60} min",
        pods=(6, 6),
        intervals=length,
        misses=17.5 * length,
        configuration=OWN_CACHE,
        **how,
    )
    for name, how in COLD.items()
    for length in LENGTHS
)


def one_chunk(at: int, size: float, seed: int, repetitions: int) -> Counter[str]:
    """By verdict; `early` as well where a pass did not wait for the cache."""
    tally: Counter[str] = Counter()
    for repetition in range(repetitions):
        random = np.random.default_rng((seed, at, round(10 * size), repetition))
        run = judge_arrays(**simulate(DEPLOYS[at], size, random))
        tally[run.verdict.value] += 1
        recovering = run.warm_up is not None and run.warm_up.state is WarmUpState.RECOVERING
        tally["early"] += recovering and run.verdict is Verdict.PASS
    return tally


def table(tallies: Mapping[tuple[int, float], Counter[str]], repetitions: int) -> Iterator[str]:
    """In Markdown, in percent."""
    yield (
        "| cold canary, window | healthy: passes, early, fails | "
        + " | ".join(f"x{size:g}: passes, early, fails" for size in SIZES[1:])
        + " |"
    )
    yield "| --- | " + " | ".join("---" for _ in SIZES) + " |"
    for at, deploy in enumerate(DEPLOYS):
        cells = (
            " / ".join(str(Share(tallies[at, size][what], repetitions)) for what in ("pass", "early", "fail"))
            for size in SIZES
        )
        yield f"| {deploy.name} | " + " | ".join(cells) + " |"


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--repetitions", type=int, default=200, metavar="N", help="of each deploy and fault size")
    options.add_argument("--seed", type=int, default=1, metavar="N")
    options.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    given = options.parse_args()
    asked = [(at, size) for at in range(len(DEPLOYS)) for size in SIZES]
    with ProcessPoolExecutor(given.jobs) as pool:
        waiting = [pool.submit(one_chunk, at, size, given.seed, given.repetitions) for at, size in asked]
        found = dict(zip(asked, (one.result() for one in waiting), strict=True))
    print(f"Percent, with Monte-Carlo standard errors; {given.repetitions} repetitions, seed {given.seed}.\n")
    print("\n".join(table(found, given.repetitions)))


if __name__ == "__main__":
    main()
