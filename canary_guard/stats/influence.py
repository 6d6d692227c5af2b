"""Influence of each unit-interval on a measure: the delta method (linearisation of a ratio, Cochran 1977, ch. 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray
    from canary_guard.model.recipe import Recipe
    from canary_guard.stats.alignment import Aligned


def log_influence(arm: Aligned, recipe: Recipe) -> FloatArray:
    """(units, intervals) influences on the logarithm of the measure; every signal's sum is above 0. They sum to 0."""
    parts = [term.power * arm.values[term.signal] / arm.total(term.signal) for term in recipe.terms]
    total: FloatArray = np.sum(parts, axis=0)
    return total


def plain_influence(arm: Aligned, *, over: str, under: str) -> FloatArray:
    """(units, intervals) influences on the ratio `over / under` itself, which sum to 0; `under` has a sum above 0."""
    total = arm.total(under)
    ratio = arm.total(over) / total
    return (arm.values[over] - ratio * arm.values[under]) / total


def denominator(recipe: Recipe) -> str:
    """The signal by whose shares units are weighed."""
    return next(term.signal for term in recipe.terms if term.power < 0)


def numerator(recipe: Recipe) -> str:
    """The signal of the first factor."""
    return next(term.signal for term in recipe.terms if term.power > 0)
