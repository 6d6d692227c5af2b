"""Warm-up: whether a cold cache's misses have converged, and to where they are heading (statistics.md, section 10)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from canary_guard.model.warm_up import WarmUpState
from canary_guard.stats.alignment import FEWEST_INTERVALS
from canary_guard.stats.degrees import student_quantile
from canary_guard.stats.long_run_variance import autocorrelation

if TYPE_CHECKING:
    from canary_guard.model.arrays import FloatArray

BETAS = (1.0, 0.5, 0.25)
"""Below 1 the recovery is stretched: a cache of Zipf-distributed keys recovers with a long tail."""
_TAUS = 20
_LONGEST = 1800.0
_SHRINK = 5.0
_LEAST = 1e-6
"""Less of a lookup in an interval is what extrapolation left of none."""
DECAYING, DECAYED = 14.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The recovery curve `m + A exp(-(u / tau)^beta)` that fits the canary's rate best."""

    level: float
    """m: where the rate is heading"""
    level_low: float
    level_high: float
    amplitude: float
    """A: how much higher it began; 0 if nothing recovers"""
    tau: float
    """s"""
    beta: float
    decay: float
    """How much better the curve fits than a constant: a likelihood ratio"""
    warm_at: float
    """s from the beginning: when what is left of A is a twentieth of the level"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmth:
    """The state of the canary's cache."""

    state: WarmUpState
    skip: int
    """How many intervals to leave out; 0 unless converged."""
    eta: float | None
    """s from the window's end until it is warm; None unless recovering"""
    fit: Fit | None
    """None where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Points:
    """What a curve is fitted to: (intervals,) rates, their weights, and how long the cache had been up (s)."""

    rates: FloatArray
    weights: FloatArray
    age: FloatArray


def warm_up(
    *,
    events_canary: FloatArray,
    exposure_canary: FloatArray,
    events_baseline: FloatArray,
    exposure_baseline: FloatArray,
    step: float,
    alpha: float,
) -> Warmth:
    """From (intervals,) misses and lookups of both arms, paired by time; `step` in seconds."""

    def fitted(skip: int) -> Fit | None:
        return fit(
            events_canary=events_canary[skip:],
            exposure_canary=exposure_canary[skip:],
            events_baseline=events_baseline[skip:],
            exposure_baseline=exposure_baseline[skip:],
            step=step,
            alpha=alpha,
        )

    whole = fitted(0)
    if whole is None:
        return Warmth(state=WarmUpState.UNKNOWN, skip=0, eta=None, fit=None)
    if whole.decay < DECAYING or whole.amplitude == 0:
        return Warmth(state=WarmUpState.WARM, skip=0, eta=None, fit=whole)
    first = _first(exposure_canary)
    skip = first + max(1, math.ceil(whole.warm_at / step))
    rest = fitted(skip) if len(events_canary) - skip >= FEWEST_INTERVALS else None
    if rest is not None and (rest.decay < DECAYED or rest.amplitude == 0):
        return Warmth(state=WarmUpState.CONVERGED, skip=skip, eta=None, fit=whole)
    eta = max(0.0, whole.warm_at - (len(events_canary) - first) * step)
    return Warmth(state=WarmUpState.RECOVERING, skip=0, eta=eta, fit=whole)


def fit(
    *,
    events_canary: FloatArray,
    exposure_canary: FloatArray,
    events_baseline: FloatArray,
    exposure_baseline: FloatArray,
    step: float,
    alpha: float,
) -> Fit | None:
    """The recovery curve of the canary's rate, from its first interval with exposure on.

    Variable projection (Golub and Pereyra 1973). The baseline's own fluctuation is taken out where that makes the fit
    better. None with too few intervals or without an event in the baseline.
    """
    first = _first(exposure_canary)
    n, d = events_canary[first:], exposure_canary[first:]
    d = np.where(d >= _LEAST, d, 0.0)
    n_b, d_b = events_baseline[first:], exposure_baseline[first:]
    if len(n) < FEWEST_INTERVALS or not n_b.sum() > 0 or not d_b.sum() > 0:
        return None
    rate = float(n_b.sum() / d_b.sum())
    shared = (n_b + _SHRINK) / (rate * d_b + _SHRINK)
    fits = [_best(_points(n, d * scale, step), rate=rate, step=step, alpha=alpha) for scale in (shared, 1.0)]
    found = [one for one in fits if one is not None]
    return min(found, key=lambda one: one[0])[1] if found else None


def _first(exposure: FloatArray) -> int:
    """The first interval with exposure; their number if there is none."""
    there = np.flatnonzero(exposure >= _LEAST)
    return int(there[0]) if len(there) else len(exposure)


def _points(events: FloatArray, exposure: FloatArray, step: float) -> _Points:
    """Weights are the inverse variance of a Poisson rate, itself taken over five intervals."""
    around = np.ones(5)
    near, near_exposure = (np.convolve(values, around, mode="same") for values in (events, exposure))
    safe = np.where(exposure > 0, exposure, 1.0)
    near_exposure = np.where(near_exposure > 0, near_exposure, 1.0)
    weights = exposure / np.maximum(near / near_exposure, 1 / near_exposure)
    return _Points(
        rates=np.where(exposure > 0, events / safe, 0.0),
        weights=weights,
        age=(np.arange(len(events), dtype=np.float64) + 0.5) * step,
    )


def _best(points: _Points, *, rate: float, step: float, alpha: float) -> tuple[float, Fit] | None:
    """The best curve with its weighted sum of squares; None where every curve heads below 0."""
    y, w = points.rates, points.weights
    length = len(y)
    taus = np.geomspace(step, max(3 * length * step, _LONGEST), _TAUS)
    beta, tau = (grid.ravel() for grid in np.meshgrid(BETAS, taus, indexing="ij"))
    g = np.exp(-((points.age / tau[:, np.newaxis]) ** beta[:, np.newaxis]))
    s, sg, sgg, sy, sgy = w.sum(), g @ w, (g * g) @ w, w @ y, g @ (w * y)
    determinant = s * sgg - sg * sg
    solvable = determinant > 1e-9 * s * sgg
    divisor = np.where(solvable, determinant, 1.0)
    amplitude = (s * sgy - sg * sy) / divisor
    falling = amplitude > 0
    amplitude = np.where(falling, amplitude, 0.0)
    level = np.where(falling, (sgg * sy - sg * sgy) / divisor, sy / s)
    variance = np.where(falling, sgg / divisor, 1 / s)
    residuals = y - level[:, np.newaxis] - amplitude[:, np.newaxis] * g
    rss = np.where(solvable, (residuals * residuals) @ w, np.inf)
    best = int(np.argmin(np.where(level >= 0, rss, np.inf)))
    if not math.isfinite(rss[best]) or level[best] < 0:
        return None
    flat = float(((y - sy / s) ** 2) @ w)
    phi = autocorrelation(np.sqrt(w) * residuals[best])
    noise = max(1.0, float(rss[best]) / max(1, length - 3)) * (1 + phi) / (1 - phi)
    limit = float(rss[best]) + 1.6 * noise * student_quantile(max(1, length - 4), 1 - alpha) ** 2
    near = rss <= limit
    half = np.sqrt(variance[near] * (limit - rss[near]))
    m, a = float(level[best]), float(amplitude[best])
    target = 0.05 * max(m, rate)
    return float(rss[best]), Fit(
        level=m,
        level_low=max(0.0, min(m, float((level[near] - half).min()))),
        level_high=max(m, float((level[near] + half).max())),
        amplitude=a,
        tau=float(tau[best]),
        beta=float(beta[best]),
        decay=(flat - float(rss[best])) / noise,
        warm_at=0.0 if a <= target else float(tau[best]) * math.log(a / target) ** (1 / float(beta[best])),
    )
