"""Behaviour: a measure's change at the baseline's mix of key patterns, in place of the plain one (statistics.md, 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Undetermined
from canary_guard.model.measure import Scale
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import Aligned, align
from canary_guard.stats.approaches import approach
from canary_guard.stats.change import Change, sound
from canary_guard.stats.exposure import too_short
from canary_guard.stats.influence import log_influence
from canary_guard.stats.mix import latency_at_mix, load_at_mix, rate_at_mix, share_at_mix
from canary_guard.stats.patterns import APART
from canary_guard.stats.presence import absent
from canary_guard.stats.refusal import Refusal, contradictory
from canary_guard.stats.standardising import ByStratum
from canary_guard.stats.strata import groups, pod_variance, pooled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canary_guard.model.arrays import BoolArray, FloatArray
    from canary_guard.model.estimate import Levels
    from canary_guard.model.measurement import Measurement, Side
    from canary_guard.model.recipe import Recipe
    from canary_guard.stats.alignment import Pair
    from canary_guard.stats.strata import Group
    from canary_guard.stats.tails import Estimator

MIN_SHARE = 0.01
"""Strata with less of both sides' lookups are pooled."""
AT_MIX = frozenset({"hit_rate", "miss_rate", "db_load_per_request", "origin_load", "miss_latency_mean"})
UNLABELLED = "(no label)"
"""Lookups whose series lack the label of the key pattern, as a person reads them."""

_LOOKUPS = ("hits", "misses", "lookups")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Both sides by stratum, small strata pooled."""

    groups: tuple[Group, ...]
    members: tuple[tuple[str, ...], ...]
    """The names in each group."""
    baseline: Aligned
    """Values are (groups, intervals) by key."""
    canary: Aligned
    paired: bool

    def within(self, pair: Pair) -> Patterns | None:
        """The patterns cut to a measure's intervals; None unless they were seen in all of these.

        A change at the baseline's mix over other intervals than the plain one would not be comparable with it, and what
        happened in those that are left out would not be judged.
        """
        baseline, canary = (
            _only(own, arm.at) for own, arm in ((self.baseline, pair.baseline), (self.canary, pair.canary))
        )
        if baseline is None or canary is None:
            return None
        return replace(self, baseline=baseline, canary=canary)

    def arms(self, over: str, under: str) -> dict[str, ByStratum]:
        """Both arms' counts of two keys."""
        return {
            name: ByStratum(over=arm.values[over], under=arm.values[under])
            for name, arm in (("baseline", self.baseline), ("canary", self.canary))
        }


def patterns_of(measurement: Measurement) -> Patterns | Refusal:
    """The strata of both sides; refused where a side has no lookups by stratum, or such that cannot be true."""
    paired = measurement.comparison is Comparison.CONCURRENT
    sides = (_complete(measurement.baseline), _complete(measurement.canary))
    if any(not side for side, _ in sides):
        return _uncounted(measurement)
    (found_b, seen_b), (found_c, seen_c) = sides
    keys = [key for key in found_b if key in found_c]
    names = sorted({name for found in (found_b, found_c) for one in found.values() for name in one})
    if paired:
        seen_b = seen_c = seen_b & seen_c
    arms = [
        Aligned(
            at=tuple(np.flatnonzero(seen).tolist()),
            values={key: _rows(found[key], names, seen) for key in keys},
        )
        for found, seen in ((found_b, seen_b), (found_c, seen_c))
    ]
    lookups = [arm.values["lookups"].sum(axis=1) for arm in arms]
    shown = [name or UNLABELLED for name in names]
    into = groups(shown, baseline=lookups[0], canary=lookups[1], min_share=MIN_SHARE)
    baseline, canary = (
        replace(arm, values={key: pooled(values, into) for key, values in arm.values.items()}) for arm in arms
    )
    return _contradiction(baseline, canary) or Patterns(
        groups=into,
        members=tuple(tuple(shown[member] for member in group.members) for group in into),
        baseline=baseline,
        canary=canary,
        paired=paired,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineMix:
    """What it takes to judge behaviour in a measurement: its patterns, and what pods add where patterns carry none."""

    patterns: Patterns
    pods: float
    """Variance of the logarithm of the miss rate."""
    fewest: float

    def behaviour(self, measure: str, scale: Scale, plain: Change, pair: Pair, found: Recipe) -> Change | None:
        """The behaviour part of a measure's plain change; None where it has none (few events, no common pattern)."""
        patterns = self.patterns.within(pair)
        if patterns is None:
            return None
        with np.errstate(all="ignore"):  # what is not finite is refused by name
            change = sound(_behaviour(measure, scale, plain, pair, patterns, recipe=found, mix=self))
        return None if isinstance(change, Refusal) else change

    def estimator(self, measure: str, scale: Scale, plain: Estimator, found: Recipe) -> Estimator:
        """The estimator of behaviour; where that has no answer, the plain change is."""

        def estimated(pair: Pair) -> Change | Refusal:
            whole = plain(pair)
            if isinstance(whole, Refusal):
                return whole
            return self.behaviour(measure, scale, whole, pair, found) or whole

        return estimated


def baseline_mix(measurement: Measurement, levels: Levels) -> BaselineMix | None:
    """None where lookups were not counted by key pattern on both sides, or so that it cannot be true."""
    patterns = patterns_of(measurement)
    if isinstance(patterns, Refusal):
        return None
    fewest = max(1.0, levels.minimum.misses)
    return BaselineMix(patterns=patterns, pods=pods_of(measurement, levels), fewest=fewest)


def _behaviour(
    measure: str,
    scale: Scale,
    plain: Change,
    pair: Pair,
    patterns: Patterns,
    *,
    recipe: Recipe,
    mix: BaselineMix,
) -> Change | Refusal:
    paired, pods, fewest = patterns.paired, mix.pods, mix.fewest
    known = patterns.baseline.values
    match measure, scale:
        case "miss_latency_mean", Scale.RATIO if "miss_latency_sum" in known and "miss_latency_count" in known:
            timed = patterns.arms("miss_latency_sum", "miss_latency_count")
            found = latency_at_mix(**timed, fewest=fewest, paired=paired)
            return found if isinstance(found, Refusal) else found[1]
        case (("hit_rate" | "miss_rate"), Scale.DIFFERENCE):
            over = "hits" if measure == "hit_rate" else "misses"
            found = share_at_mix(**patterns.arms(over, "lookups"), paired=paired, pods=pods)
            return found if isinstance(found, Refusal) else found[1]
        case (("miss_rate" | "db_load_per_request" | "origin_load"), Scale.RATIO):
            own = measure == "db_load_per_request" and "db_queries" in known
            counted = "db_queries" if own else "misses"
            arms = patterns.arms(counted, "lookups")
            at = rate_at_mix(**arms, counted=counted, fewest=fewest, paired=paired, pods=pods)
            if isinstance(at, Refusal) or recipe.signals == ("misses", "lookups"):
                return at if isinstance(at, Refusal) else at[1]
            return load_at_mix(
                plain,
                at,
                psi_baseline=log_influence(pair.baseline, recipe).sum(axis=0),
                psi_canary=log_influence(pair.canary, recipe).sum(axis=0),
                paired=paired,
            )
        case _:
            return Refusal(reason=f"no mix to take out of {measure}", undetermined=Undetermined.DATA)


def pods_of(measurement: Measurement, levels: Levels) -> float:
    """The variance that pods add to the logarithm of the total's miss rate; 0 where that is not known."""
    way = approach("miss_rate", Scale.RATIO, measurement, levels=levels, cost=None, db_load="db_queries")
    if isinstance(way, Refusal) or absent(measurement, way.keys) is not None:
        return 0.0
    pair = align(measurement, way.keys)
    total = too_short(pair, levels.minimum) or sound(way.estimator(pair))
    return 0.0 if isinstance(total, Refusal) else pod_variance(total, levels.alpha)


def _uncounted(measurement: Measurement) -> Refusal:
    """Lookups that were not counted by key pattern, in the words in which they were read."""
    reasons = [
        missing.reason
        for side in (measurement.baseline, measurement.canary)
        for key, missing in side.missing.items()
        if key.partition(" ")[0] in _LOOKUPS
    ]
    reason = "; ".join(dict.fromkeys(reasons)) or "lookups were not counted by key pattern"
    return Refusal(reason=reason, undetermined=Undetermined.DATA)


def _contradiction(baseline: Aligned, canary: Aligned) -> Refusal | None:
    """Patterns that cannot be true: parts that exceed their whole, or hits and misses that share no pattern."""
    strangers = True
    for name, arm in (("baseline", baseline), ("canary", canary)):
        hits, misses, lookups = (arm.values[key].sum(axis=1) for key in _LOOKUPS)
        if (np.maximum(hits, misses) > (1 + APART) * lookups).any():
            return contradictory(f"in the {name} a key pattern has more hits or misses than lookups")
        strangers = strangers and not np.minimum(hits, misses).any() and bool(hits.any() and misses.any())
    if strangers:
        return contradictory("hits and misses share no key pattern: are they labelled alike?")
    return None


def _complete(side: Side) -> tuple[dict[str, Mapping[str, FloatArray]], BoolArray]:
    """Counts by key and stratum, with hits, misses and lookups all there; and (intervals,) seen by all."""
    split = {key: one for key, one in side.strata.items() if any(one.strata)}
    found: dict[str, Mapping[str, FloatArray]] = {
        key: dict(zip(one.strata, one.values, strict=True)) for key, one in split.items()
    }
    for key in _LOOKUPS:  # what is 0 altogether is 0 in every pattern
        whole = side.signals.get(key)
        if split and key not in found and whole is not None and whole.seen.any() and not whole.values.any():
            found[key] = {}
    two = [key for key in _LOOKUPS if key in found]
    if len(two) < 2:
        return {}, np.zeros(0, dtype=np.bool_)
    names = {name for key in two for name in found[key]}
    nothing = np.zeros(side.grid.intervals)

    def of(key: str, name: str) -> FloatArray:
        return found[key].get(name, nothing)

    if "lookups" not in found:
        found["lookups"] = {name: of("hits", name) + of("misses", name) for name in names}
    for wanted, other in (("misses", "hits"), ("hits", "misses")):
        if wanted not in found:
            found[wanted] = {name: np.maximum(of("lookups", name) - of(other, name), 0.0) for name in names}
    seen: BoolArray = np.logical_and.reduce([one.seen for one in split.values()], axis=0)
    return found, seen


def _rows(found: Mapping[str, FloatArray], names: Sequence[str], seen: BoolArray) -> FloatArray:
    nothing = np.zeros(len(seen))
    rows: FloatArray = np.array([found.get(name, nothing)[seen] for name in names]).reshape(len(names), int(seen.sum()))
    return rows


def _only(arm: Aligned, at: Sequence[int]) -> Aligned | None:
    """An arm cut to these intervals; None unless it has them all."""
    if not set(at) <= set(arm.at):
        return None
    places = np.searchsorted(arm.at, at)
    return Aligned(at=tuple(at), values={key: values[:, places] for key, values in arm.values.items()})
