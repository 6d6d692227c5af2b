"""Many tests at once: p-values at a bound, and their correction over a family."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy.special import ndtr, stdtr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from canary_guard.model.estimate import Candidate

_SMALLEST_P, _HALVINGS = 1e-12, 40


def p_beyond(point: float, bound: float, candidates: Iterable[Candidate]) -> float:
    """The p-value of a change being no more than `bound`: the largest over the candidates of its variance."""
    return max(_p(point - bound, candidate) for candidate in candidates)


def p_of_interval(low: Callable[[float], float | None], bound: float) -> float:
    """The same where no variance is known: the smallest one-sided alpha whose interval begins beyond the bound.

    `low` gives the interval's low end from alpha, None for an unbounded one; from a half on, the p-value is 1.
    """

    def beyond(alpha: float) -> bool:
        end = low(alpha)
        return end is not None and end > bound

    least, most = _SMALLEST_P, 0.5
    if not beyond(most):
        return 1.0
    if beyond(least):
        return least
    for _ in range(_HALVINGS):
        middle = math.sqrt(least * most)
        least, most = (least, middle) if beyond(middle) else (middle, most)
    return most


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """The p-values adjusted for being a family, in their own order (Holm 1979)."""
    adjusted = [0.0] * len(p)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p)), key=lambda index: p[index])):
        highest = max(highest, min(1.0, (len(p) - place) * p[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def _p(beyond: float, candidate: Candidate) -> float:
    if candidate.variance == 0:
        return 0.0 if beyond > 0 else 1.0
    errors = beyond / math.sqrt(candidate.variance)
    return float(ndtr(-errors) if candidate.degrees is None else stdtr(candidate.degrees, -errors))
