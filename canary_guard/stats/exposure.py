"""Exposure: whether a measure has enough intervals and events to be compared, and numbers that can all be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canary_guard.model.measure import Shape
from canary_guard.stats.alignment import FEWEST_INTERVALS, align_side
from canary_guard.stats.influence import denominator, numerator
from canary_guard.stats.refusal import Refusal, contradictory, fewer_than, nothing_of, too_few_intervals, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canary_guard.model.estimate import Minimum
    from canary_guard.model.measure import Measure
    from canary_guard.model.measurement import Side
    from canary_guard.model.recipe import Recipe
    from canary_guard.stats.alignment import Pair

_SMALLEST_SUM, _LARGEST_SUM = 1e-12, 1e18

SLACK = 1.01
"""Parts may exceed the whole by this factor: sums that a server extrapolates agree no better."""


def per_second(side: Side, key: str) -> float | None:
    """The rate of one signal over the intervals in which any unit was seen; None where it was not counted."""
    if key not in side.signals:
        return None
    aligned = align_side(side, (key,))
    seconds = aligned.intervals * side.grid.step / 1000
    return aligned.total(key) / seconds if seconds else None


def too_short(pair: Pair, minimum: Minimum) -> Refusal | None:
    """Fewer intervals than asked for in a side; None if there are enough."""
    needed = max(FEWEST_INTERVALS, minimum.intervals)
    if pair.intervals >= needed:
        return None
    return too_few_intervals(baseline=pair.baseline.intervals, canary=pair.canary.intervals, needed=needed)


def implausible(pair: Pair, keys: Sequence[str]) -> Refusal | None:
    """A sum that no counter reaches, so that nothing that is computed from here on overflows; None if all are sane."""
    for key in keys:
        for arm, side in (("baseline", pair.baseline), ("canary", pair.canary)):
            total = side.total(key)
            if total != 0 and not _SMALLEST_SUM <= total <= _LARGEST_SUM:
                return contradictory(f"{word(key)} add up to {total:.3g} in the {arm}: no counter does that")
    return None


def too_little(pair: Pair, measure: Measure, recipe: Recipe, minimum: Minimum) -> Refusal | None:
    """Why the sums of a measure cannot be compared; None where all that must not be 0 is above it in both arms."""
    over, under = numerator(recipe), denominator(recipe)
    for term in recipe.terms:
        if term.signal != over:
            nothing = nothing_of(
                term.signal, baseline=pair.baseline.total(term.signal), canary=pair.canary.total(term.signal)
            )
            if nothing is not None:
                return nothing
    if measure.shape is Shape.SHARE:
        for arm, side in (("baseline", pair.baseline), ("canary", pair.canary)):
            if side.total(over) > SLACK * side.total(under):
                return contradictory(
                    f"more {word(over)} than {word(under)} in the {arm}: "
                    f"{side.total(over):.6g} of {side.total(under):.6g}"
                )
    exposure = pair.baseline.total(under), pair.canary.total(under)
    if under == "lookups" and min(exposure) < minimum.lookups:
        return fewer_than(minimum.lookups, under, baseline=exposure[0], canary=exposure[1])
    return None
