"""The boundary for repeated looks at one comparison (statistics.md, section 11)."""

from __future__ import annotations

import math

from scipy.special import ndtr

from canary_guard.stats.degrees import normal_quantile


def boundary(look: int, planned: int, *, alpha: float) -> float:
    """How many standard errors an effect must show at the `look`-th of `planned` intervals; any look is allowed.

    The smaller of an asymptotic confidence sequence (Robbins 1970; Waudby-Smith et al. 2021) and an O'Brien-Fleming
    boundary (1979, continuous), each at half of the one-sided `alpha`. 1 <= look <= planned.
    """
    doubled = -2 * math.log(alpha)
    density = (doubled + math.log(1 + doubled)) / (0.3 * planned)
    spent = look * density + 1
    sequence = math.sqrt(2 * spent / (look * density) * math.log(1 + math.sqrt(spent) / alpha))
    brien_fleming = normal_quantile(1 - alpha / 4) / math.sqrt(look / planned)
    return min(sequence, brien_fleming)


def alpha_at(look: int, planned: int, *, alpha: float) -> float:
    """The one-sided level at which a single look is taken, so that all of them together keep `alpha`."""
    return float(ndtr(-boundary(look, planned, alpha=alpha)))
