"""Direct standardisation: the canary's rates by stratum at the baseline's mix (Kitagawa 1955; statistics.md, 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.estimate import Undetermined
from canary_guard.stats.refusal import Refusal

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ByStratum:
    """One arm's counts, (strata, intervals) each; both arms have the same strata in the same order."""

    over: FloatArray
    """Hits, queries or seconds."""
    under: FloatArray
    """Lookups, or misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """The canary's rate at the baseline's mix, and what intervals of it are made from.

    The influences are (intervals,) and sum to 0; the shares and rates are (strata,), 0 for a stratum that is not in
    both arms.
    """

    baseline: float
    """Its plain rate."""
    canary: float
    """Its plain rate."""
    at_mix: float
    """The canary's rate at the baseline's mix; a stratum that only the canary has keeps its share, and what is counted
    in strata without exposure (queries that no lookup explains) its rate."""
    psi_baseline: FloatArray
    """Of the baseline, on its own rate."""
    psi_mix: FloatArray
    """Of the baseline, on `at_mix` through the shares."""
    psi_canary: FloatArray
    """Of the canary, on `at_mix`."""
    psi_plain: FloatArray
    """Of the canary, on its plain rate."""
    shares: FloatArray
    """By which a stratum's rate in the baseline counts."""
    kept: float
    """What is left of these shares in the canary beside the strata that only it has."""

    @property
    def behaviour(self) -> float:
        """The change of the rate inside the strata."""
        return self.at_mix - self.baseline

    @property
    def mix(self) -> float:
        """The change because the canary got other traffic."""
        return self.canary - self.at_mix

    def noise(self, *, baseline: FloatArray, canary: FloatArray) -> tuple[float, float]:
        """Counting variance of the baseline's rate and of `at_mix`, from (strata,) variances of each rate."""
        weights = self.shares**2
        return float(weights @ baseline), float(self.kept**2 * (weights @ canary))


def standardise(*, baseline: ByStratum, canary: ByStratum) -> Standardised | Refusal:
    """The canary at the baseline's mix; refused where no stratum exists in both arms."""
    under_b, under_c = baseline.under.sum(axis=1), canary.under.sum(axis=1)
    over_b, over_c = baseline.over.sum(axis=1), canary.over.sum(axis=1)
    common = (under_b > 0) & (under_c > 0)
    if not common.any():
        return Refusal(reason="no stratum exists in both arms", undetermined=Undetermined.DATA)
    total_b, total_c = float(under_b.sum()), float(under_c.sum())
    rate_b = float(over_b.sum()) / total_b
    shared = float(under_b[common].sum())
    shares = np.where(common, under_b, 0.0) / shared
    divisor = np.where(common, under_c, 1.0)
    rates = np.where(common, over_c, 0.0) / divisor
    standard = float(shares @ rates)
    new = (under_c > 0) & ~common
    new_share = float(under_c[new].sum()) / total_c
    new_rate = float(over_c[new].sum() / under_c[new].sum()) if new.any() else 0.0
    kept = 1 - new_share
    new_over, new_under = canary.over[new].sum(axis=0), canary.under[new].sum(axis=0)
    rate_c = float(over_c.sum()) / total_c
    loose_over = canary.over[under_c <= 0].sum(axis=0)
    loose_rate = float(loose_over.sum()) / total_c
    return Standardised(
        baseline=rate_b,
        canary=rate_c,
        at_mix=kept * standard + new_share * new_rate + loose_rate,
        psi_baseline=(baseline.over.sum(axis=0) - rate_b * baseline.under.sum(axis=0)) / total_b,
        psi_mix=kept * (np.where(common, rates - standard, 0.0) @ baseline.under) / shared,
        psi_canary=kept * ((shares / divisor) @ (canary.over - rates[:, np.newaxis] * canary.under))
        + (new_over - new_rate * new_under) / total_c
        + (new_rate - standard) * (new_under - new_share * canary.under.sum(axis=0)) / total_c
        + (loose_over - loose_rate * canary.under.sum(axis=0)) / total_c,
        psi_plain=(canary.over.sum(axis=0) - rate_c * canary.under.sum(axis=0)) / total_c,
        shares=shares,
        kept=kept,
    )
