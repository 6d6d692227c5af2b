"""Simulated deploys: what is true of them, in; what was counted in both arms, out, as `judge_arrays` takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.random import Generator

STEP = 15
"""s"""
LOOKUPS_PER_REQUEST = 3.0
FURTHER_QUERIES = 0.2
"""per miss, beside the one that every miss makes"""
OTHER_QUERIES = 0.08
"""that no miss makes, per miss of a healthy canary: with twice the misses the database's load is 1.94 times as high"""
MIX = (0.3, 0.2, 0.15, 0.12, 0.1, 0.07, 0.04, 0.02)
"""The shares of eight key patterns, and how often each misses beside the mean."""
LEVELS = (0.5, 0.8, 1.0, 1.2, 1.5, 1.8, 2.0, 2.0)
KEYS = 50_000
OTHER_MIX = (0.15, 0.15, 0.15, 0.15, 0.15, 0.1, 0.08, 0.07)


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """What is true of a deploy, whatever its fault."""

    name: str
    pods: tuple[int, int] = (9, 3)
    """baseline, canary"""
    intervals: int = 40
    misses: float = 700
    """of a healthy, warm canary in the whole window"""
    miss_rate: float = 0.02
    phi: float = 0.3
    """autocorrelation from one interval to the next of the logarithm of the miss rate's noise"""
    shared: float = 0.2
    """standard deviation of the noise that both arms share, and of their traffic's"""
    own: float = 0.1
    """of the noise that one arm has alone"""
    spread: float = 0.0
    """of the logarithm of a pod's miss rate, for the whole window"""
    clumps: float = 0.0
    """of a pod's miss rate from interval to interval: counts that scatter more than Poisson's"""
    bursts: float = 1.0
    """In every eighth interval both arms miss so many times as often: keys that expire together."""
    gaps: float = 0.0
    """the chance that a pod restarts within the window, and is not heard of for two intervals"""
    cold: float = 0.0
    """s: the canary's cache is empty at first and misses five times as often; the excess falls by e in this time"""
    zipf: float = 0.0
    """lookups per second of the canary's own cache, which is empty at first: each of `KEYS` keys misses once"""
    before: bool = False
    """Whether there is a window before the deploy, as long as the one after it."""
    begins: float = 0.0
    """after which share of the window the fault begins"""
    both: bool = False
    """The fault is a write to the shared cache: both arms miss more since the deploy."""
    cheap: bool = False
    """What is missed more often costs the database nothing: no fault, but another answer or another metric."""
    other_mix: bool = False
    """The canary gets other traffic."""
    one_pattern: bool = False
    """The fault is in one key pattern of eight, and adds 20 percentage points to its misses."""
    configuration: Mapping[str, object] | None = None
    sizes: tuple[float, ...] = (1.0, 1.5, 2.0, 3.0)
    """times the misses, each to be simulated; 1 is healthy"""

    @property
    def patterns(self) -> bool:
        """Whether lookups are counted by key pattern."""
        return self.other_mix or self.one_pattern


def simulate(deploy: Deploy, size: float, random: Generator) -> dict[str, Any]:
    """The arguments of `judge_arrays` for one deploy whose canary misses `size` times as often."""
    found = {"step": STEP, "configuration": deploy.configuration, **_window(deploy, size, random, after=True)}
    if deploy.before:
        found["before"] = _window(deploy, 1.0, random, after=False)
    return found


def _window(deploy: Deploy, size: float, random: Generator, *, after: bool) -> dict[str, Any]:
    steps, shocks = deploy.intervals, _noise(deploy.shared, deploy, random)
    traffic = np.exp(_noise(deploy.shared / 2, deploy, random))
    if deploy.bursts > 1:
        shocks[int(random.integers(8)) :: 8] += math.log(deploy.bursts)
    begun = np.arange(steps) >= deploy.begins * steps
    worse = np.where(begun, size, 1.0)
    canary = worse.copy()
    if deploy.cold and after:
        canary *= 1 + 4 * np.exp(-(np.arange(steps) + 0.5) * STEP / deploy.cold)
    if deploy.zipf and after:
        canary += unseen(deploy.zipf, (np.arange(steps) + 0.5) * STEP) / deploy.miss_rate
    arms = {}
    for name, pods, more in zip(
        ("baseline", "canary"), deploy.pods, (worse if deploy.both else np.ones(steps), canary), strict=True
    ):
        is_canary = name == "canary"
        rates = deploy.miss_rate * np.exp(shocks + _noise(deploy.own, deploy, random)) * more
        arms[name] = _arm(deploy, pods, rates, traffic, random, canary=is_canary and after, begun=begun)
        if deploy.cheap and is_canary and after:
            arms[name] |= _cheaply(arms[name], random)
    return arms


def unseen(lookups: float, age: np.ndarray) -> np.ndarray:
    """(intervals,) of the share of lookups whose key was never asked before, in a cache of some age (s).

    Keys are as popular as Zipf's law says: the k-th of KEYS is asked 1 / k times as often as the first.
    """
    popularity = 1 / np.arange(1, KEYS + 1)
    popularity /= popularity.sum()
    return np.array([popularity @ np.exp(-lookups * popularity * seconds) for seconds in age])


def _noise(deviation: float, deploy: Deploy, random: Generator) -> np.ndarray:
    """(intervals,) of an AR(1) process around 0."""
    fresh = random.normal(0, deviation, deploy.intervals)
    found = np.empty_like(fresh)
    found[0] = fresh[0]
    damped = math.sqrt(1 - deploy.phi**2)
    for at in range(1, len(fresh)):
        found[at] = deploy.phi * found[at - 1] + damped * fresh[at]
    return found


def _arm(
    deploy: Deploy,
    pods: int,
    rates: np.ndarray,
    traffic: np.ndarray,
    random: Generator,
    *,
    canary: bool,
    begun: np.ndarray,
) -> dict[str, Any]:
    per_interval = deploy.misses / deploy.miss_rate / deploy.intervals / deploy.pods[1]
    shape = (pods, deploy.intervals)
    own = np.exp(random.normal(0, deploy.spread, (pods, 1)))
    if deploy.clumps:
        own = own * random.gamma(1 / deploy.clumps**2, deploy.clumps**2, shape)
    chance = np.clip(rates * own, 0, 0.95)
    strata = {}
    if not deploy.patterns:
        lookups = random.poisson(per_interval * traffic, shape)
        misses = random.binomial(lookups, chance)
    else:
        mean = sum(share * level for share, level in zip(MIX, LEVELS, strict=True))
        misses, lookups = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for at, share in enumerate(OTHER_MIX if canary and deploy.other_mix else MIX):
            some = random.poisson(per_interval * share * traffic, shape)
            more = 0.2 * begun if canary and deploy.one_pattern and at == len(MIX) - 1 else 0.0
            missed = random.binomial(some, np.clip(chance * LEVELS[at] / mean + more, 0, 0.95))
            misses, lookups = misses + missed, lookups + some
            strata[f"pattern-{at}"] = {"hits": (some - missed).sum(axis=0), "misses": missed.sum(axis=0)}
    requests = np.maximum(1, np.rint(lookups / LOOKUPS_PER_REQUEST))
    queries = (
        misses + random.poisson(FURTHER_QUERIES * misses) + random.poisson(OTHER_QUERIES * deploy.miss_rate * lookups)
    )
    found = {"hits": lookups - misses, "misses": misses, "requests": requests, "db_queries": queries}
    if deploy.gaps:
        found = _with_gaps(found, deploy.gaps, random)
    return {**found, "strata": strata} if strata else found


def _cheaply(arm: Mapping[str, np.ndarray], random: Generator) -> dict[str, np.ndarray]:
    """As many hits again as there are misses are counted as misses; the database does not see it."""
    further = np.minimum(random.poisson(arm["misses"]), arm["hits"])
    return {"hits": arm["hits"] - further, "misses": arm["misses"] + further}


def _with_gaps(arm: Mapping[str, np.ndarray], chance: float, random: Generator) -> dict[str, np.ndarray]:
    pods, intervals = arm["hits"].shape
    dark = np.zeros((pods, intervals), dtype=np.bool_)
    for pod in range(pods):
        if random.random() < chance:
            at = int(random.integers(1, intervals - 3))
            dark[pod, at : at + 2] = True
    return {key: np.where(dark, np.nan, values) for key, values in arm.items()}


OWN_CACHE: Mapping[str, object] = {"cache": "per-arm"}
DEPLOYS: Sequence[Deploy] = (
    Deploy(name="plain: 40 intervals, 9 v 3 pods, 700 canary misses"),
    Deploy(name="no autocorrelation", phi=0.0),
    Deploy(name="autocorrelation .5", phi=0.5),
    Deploy(name="autocorrelation .9", phi=0.9),
    Deploy(name="20 intervals, 350 misses", intervals=20, misses=350),
    Deploy(name="10 intervals, 700 misses", intervals=10),
    Deploy(name="120 intervals, 2100 misses", intervals=120, misses=2100),
    Deploy(name="100 misses", misses=100),
    Deploy(name="10 000 misses", misses=10_000),
    Deploy(name="1 v 1 pod", pods=(1, 1)),
    Deploy(name="30 v 30 pods", pods=(30, 30)),
    Deploy(name="pods differ (sd .2), 9 v 3", spread=0.2),
    Deploy(name="pods differ (sd .2), 2 v 2", spread=0.2, pods=(2, 2)),
    Deploy(name="pods differ (sd .2), 30 v 30", spread=0.2, pods=(30, 30)),
    Deploy(name="overdispersed counts (cv .5 by pod and interval)", clumps=0.5),
    Deploy(name="bursts x3 in every eighth interval", bursts=3.0),
    Deploy(name="half of the pods restart", gaps=0.5),
    Deploy(name="hit rate 99.9 %", miss_rate=0.001),
    Deploy(name="hit rate 90 %", miss_rate=0.1),
    Deploy(name="a window before", before=True),
    Deploy(name="a window before, strong shared shocks (sd .3, .9)", before=True, shared=0.3, phi=0.9),
    Deploy(name="a fault from minute 4 of 10", begins=0.4, sizes=(1.5, 2.0, 3.0)),
    Deploy(name="a write fault in the shared cache (both arms)", before=True, both=True, sizes=(1.5, 2.0, 3.0)),
    Deploy(name="own caches, 9 v 3: unequal exposure", configuration=OWN_CACHE),
    Deploy(name="own caches, cold for 1 min, 6 v 6", cold=60, pods=(6, 6), configuration=OWN_CACHE),
    Deploy(name="own caches, cold for 5 min, 6 v 6", cold=300, pods=(6, 6), configuration=OWN_CACHE),
    Deploy(
        name="own caches, cold for 5 min, 6 v 6, 120 intervals, 2100 misses",
        cold=300,
        pods=(6, 6),
        intervals=120,
        misses=2100,
        configuration=OWN_CACHE,
    ),
    Deploy(name="own caches, cold with a Zipf tail, 6 v 6", zipf=3000, pods=(6, 6), configuration=OWN_CACHE),
    Deploy(
        name="own caches, cold with a Zipf tail, 6 v 6, 80 intervals, 1400 misses",
        zipf=3000,
        pods=(6, 6),
        intervals=80,
        misses=1400,
        configuration=OWN_CACHE,
    ),
    Deploy(name="cheap misses: x2, the database does not see them", cheap=True, sizes=(1.0,)),
    Deploy(name="the canary gets another mix of 8 patterns", other_mix=True, misses=2000),
    Deploy(name="one pattern of 8 (2 % of lookups) falls by 20 pp", one_pattern=True, misses=2000, sizes=(1.2,)),
)
