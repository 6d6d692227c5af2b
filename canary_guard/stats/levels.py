"""One arm's level of a measure, in the measure's own unit, with an interval (statistics.md, end of section 6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.candidates import widest
from canary_guard.stats.ends import Ends, clipped, exponential, wider
from canary_guard.stats.influence import denominator, log_influence, numerator, plain_influence
from canary_guard.stats.long_run_variance import long_run_variance
from canary_guard.stats.proportions import wilson
from canary_guard.stats.small_counts import poisson_rate
from canary_guard.stats.unit_variance import FEWEST_DEGREES, own_variance, spread

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray
    from canary_guard.model.recipe import Recipe
    from canary_guard.stats.alignment import Aligned


def level(arm: Aligned, recipe: Recipe) -> float:
    """The measure in one arm: the product of its signals' sums, which are above 0 where they divide."""
    return math.prod(arm.total(term.signal) ** term.power for term in recipe.terms)


def proportion_ends(arm: Aligned, recipe: Recipe, alpha: float) -> Ends:
    """The interval of a share of trials, inside 0 … 1."""
    over, under = numerator(recipe), denominator(recipe)
    psi = plain_influence(arm, over=over, under=under)
    half, _ = widest(_candidates(psi, arm.values[under].sum(axis=1)), alpha)
    point = arm.total(over) / arm.total(under)
    low, high = wilson(events=arm.total(over), trials=arm.total(under), alpha=alpha)
    return clipped(wider(Ends(low=point - half, high=point + half), Ends(low=low, high=high)), 0.0, 1.0)


def log_linear_ends(arm: Aligned, recipe: Recipe, alpha: float) -> Ends:
    """The interval of any other measure; the low end is None where nothing was counted."""
    over, under = numerator(recipe), denominator(recipe)
    counts = None
    if recipe.events == over or arm.total(over) <= 0:
        counts = poisson_rate(events=arm.total(over), exposure=arm.total(under), alpha=alpha)
        if arm.total(over) <= 0:
            return counts
    candidates = _candidates(log_influence(arm, recipe), arm.values[under].sum(axis=1))
    if counts is None:
        candidates = (*candidates, Candidate(method=Method.COUNTS, variance=1 / arm.total(recipe.events), degrees=None))
    half, _ = widest(candidates, alpha)
    point = math.log(level(arm, recipe))
    ends = Ends(low=exponential(point - half), high=exponential(point + half))
    return ends if counts is None else wider(ends, counts)


def _candidates(psi: FloatArray, weights: FloatArray) -> tuple[Candidate, ...]:
    """Of one arm alone: along time, and between its units where there are enough of them."""
    along = long_run_variance(psi.sum(axis=0))
    time = Candidate(method=Method.TIME, variance=along.variance, degrees=along.degrees)
    between = spread(psi.sum(axis=1), weights)
    if between.degrees < FEWEST_DEGREES:
        return (time,)
    variance, degrees = own_variance(between)
    return time, Candidate(method=Method.UNITS, variance=variance, degrees=degrees)
