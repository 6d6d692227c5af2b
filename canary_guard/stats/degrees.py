"""Quantiles of the normal and of Student's distribution, and degrees of freedom of a sum of variances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import ndtri, stdtrit

if TYPE_CHECKING:
    from collections.abc import Sequence


def normal_quantile(p: float) -> float:
    """z(p), for 0 < p < 1."""
    return float(ndtri(p))


def student_quantile(degrees: float | None, p: float) -> float:
    """t(degrees, p); degrees may be fractional, None stands for infinite (the normal quantile)."""
    return normal_quantile(p) if degrees is None else float(stdtrit(degrees, p))


def welch(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The variance of a sum of independent parts `(variance, degrees)`, and its degrees of freedom.

    Welch 1947, Satterthwaite 1946. Parts without variance do not count; if none has any, the smallest degrees.
    """
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return 0.0, min(degrees for _, degrees in parts)
    # Shares instead of squares of variances: no underflow for tiny ones.
    return variance, 1 / sum((part / variance) ** 2 / degrees for part, degrees in parts if part > 0)
