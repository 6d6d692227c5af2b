"""The CPU time of a judgement by itself, everything imported: `python -m bench.judgement`."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from canary_guard.arrays import judge_arrays

PODS, INTERVALS, STRATA, ALONE = 50, 120, 200, 90
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


def arm(seed: int, *, pods: int = PODS, intervals: int = INTERVALS, strata: int = STRATA) -> dict[str, Any]:
    """An arm with all that twelve measures and a rule for any pattern need."""
    random = np.random.default_rng(seed)
    shape = (pods, intervals)
    # As many as can have the share of one percent with which a pattern stands alone, and the others small.
    means = [1 if at < min(ALONE, 0.9 * strata) else 0.1 * ALONE / STRATA for at in range(strata)]
    patterns = {
        f"pattern-{at:03}": {
            "hits": random.poisson(1000 * mean, intervals),
            "misses": random.poisson(20 * mean, intervals),
        }
        for at, mean in enumerate(means)
    }
    hits, missed = (np.sum([one[key] for one in patterns.values()], axis=0) / pods for key in ("hits", "misses"))
    misses = random.poisson(missed, shape)
    counts = random.poisson(misses[:, :, np.newaxis] / (len(BOUNDS) + 1), (*shape, len(BOUNDS) + 1))
    return {
        "hits": random.poisson(hits, shape),
        "misses": misses,
        "requests": random.poisson(hits / 3, shape),
        "db_queries": random.poisson(misses * 1.2),
        "sets": random.poisson(misses),
        "errors": random.poisson(1, shape),
        "hit_latency": {"sum": 0.0005 * hits + np.zeros(shape), "count": random.poisson(hits, shape)},
        "miss_latency": {"sum": counts.sum(axis=2) * 0.03, "counts": counts, "bounds": BOUNDS},
        "strata": patterns,
    }


def seconds(**size: int) -> tuple[float, int]:
    """The least CPU time of five, and how many measures were estimated."""
    arguments: dict[str, Any] = {"baseline": arm(1, **size), "canary": arm(2, **size), "step": 15}
    run = judge_arrays(**arguments)
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        run = judge_arrays(**arguments)
        best = min(best, time.process_time() - began)
    return best, len({one.measure for one in run.estimates})


def main() -> None:
    whole, measures = seconds()
    print(f"{measures} measures, {STRATA} strata, {INTERVALS} intervals, {PODS} pods an arm: {whole:.2f} s   <= 0.5 s")
    for name, steps in (("strata", (25, 50, 100)), ("intervals", (60, 120, 240))):
        found = [seconds(**{name: step})[0] for step in steps]
        shown = ", ".join(f"{step}: {took:.2f} s" for step, took in zip(steps, found, strict=True))
        print(f"{name}: {shown}; for twice as many x{found[-1] / found[-2]:.2f}   <= 2.2")


if __name__ == "__main__":
    main()
