"""Warming: which part of a window is judged while the canary's cache warms up, and what a cold one is heading for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from canary_guard.model.estimate import Estimate, Recovery, Tail
from canary_guard.model.measure import Scale
from canary_guard.model.warm_up import WarmUp, WarmUpState
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import align
from canary_guard.stats.ends import number
from canary_guard.stats.steady_state import projection
from canary_guard.stats.trimming import between
from canary_guard.stats.warm_up import fit, warm_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canary_guard.model.estimate import Estimated, Interval, Levels
    from canary_guard.model.finding import StrataEstimates
    from canary_guard.model.measurement import Measurement
    from canary_guard.stats.alignment import Pair
    from canary_guard.stats.warm_up import Warmth

_COLD = (WarmUpState.CONVERGED, WarmUpState.RECOVERING)
_MISSES = ("misses", "lookups")
_RATES = {
    "hit_rate": _MISSES,
    "miss_rate": _MISSES,
    "origin_load": _MISSES,
    "db_load_per_request": (None, "requests"),
    "utilisation": ("db_queries", "requests"),
}
"""The measures that a cold cache moves, and the rate whose recovery is followed; None is the database's load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warming:
    """A side-by-side measurement with what is known about the canary's warm-up."""

    found: WarmUp
    whole: Measurement
    judged: Measurement
    """Without the beginning that is not judged."""

    def recovery(self, measure: str, scale: Scale, *, db_load: str, levels: Levels) -> Recovery | None:
        """What a measure is heading for; None where its window is judged as it stands."""
        if self.found.state not in _COLD or measure not in _RATES:
            return None
        events, exposure = _RATES[measure]
        heading = _heading(self.whole, events or db_load, exposure, scale=scale, alpha=levels.alpha)
        if heading is not None and measure == "hit_rate":
            heading = _negated(heading)
        return Recovery(state=self.found.state, heading=heading, eta=self.found.eta, overshoots=self.found.overshoots)

    def last_half(self) -> Measurement:
        """The measurement over the last half of the whole window."""
        return _from(self.whole, self.whole.canary.grid.intervals // 2)

    def late(self) -> Measurement:
        """What follows a cold start: the last half while the cache recovers, else what is judged."""
        return self.last_half() if self.found.state is WarmUpState.RECOVERING else self.judged

    def compared(self, miss_rates: Sequence[Estimated]) -> Warming:
        """The same, told whether what follows a cold start (`late`) misses surely less than the baseline."""
        better = any(
            isinstance(one, Estimate) and one.change_within.high is not None and one.change_within.high < 0
            for one in miss_rates
        )
        overshoots = self.found.state in _COLD and better
        return replace(self, found=replace(self.found, overshoots=overshoots))

    def still_cold(self, found: StrataEstimates, late: StrataEstimates) -> StrataEstimates:
        """The patterns of the whole window with what they are in its last half, which alone may pass.

        No pattern is a breach while the cache recovers: each has too few misses for a curve of its own.
        """
        known = {one.stratum: one.estimate for one in late.strata}
        return replace(
            found,
            strata=tuple(
                replace(one, estimate=self._recovering(one.estimate, known.get(one.stratum)))
                if isinstance(one.estimate, Estimate)
                else one
                for one in found.strata
            ),
        )

    def _recovering(self, whole: Estimate, late: Estimated | None) -> Estimate:
        grid = self.last_half().canary.grid
        half = None
        if isinstance(late, Estimate):
            half = Tail(start=grid.start, intervals=late.intervals, change=late.change, thin=late.thin)
        found = self.found
        recovery = Recovery(state=found.state, heading=None, eta=found.eta, overshoots=found.overshoots)
        return replace(whole, half=half, recovery=recovery)


def warming(
    measurement: Measurement, *, warmup: Literal["auto", "off"] | int, deploy_time: int | None, levels: Levels
) -> Warming:
    """The state of the canary's cache: found from its misses, or taken as warm `warmup` ms after the deploy.

    Before and after, nothing is paired and nothing is found: the window is judged as it stands, unless a fixed time is
    given.
    """
    as_it_stands = Warming(found=WarmUp(state=WarmUpState.WARM), whole=measurement, judged=measurement)
    grid = measurement.canary.grid
    if isinstance(warmup, int):
        first = min(grid.intervals, max(0, -(-((deploy_time or grid.start) + warmup - grid.start) // grid.step)))
        found = WarmUp(state=WarmUpState.WARM, skip=first * grid.step)
        return replace(as_it_stands, found=found, judged=_from(measurement, first))
    if warmup == "off" or measurement.comparison is not Comparison.CONCURRENT or not _have(measurement, _MISSES):
        return as_it_stands
    pair = align(measurement, _MISSES)
    warmth = _warmth(pair, step=grid.step, alpha=levels.alpha)
    first = pair.canary.at[warmth.skip] if warmth.state is WarmUpState.CONVERGED else 0
    return Warming(
        found=WarmUp(
            state=warmth.state,
            skip=first * grid.step,
            # The curve may be over while the misses still fall: then nobody knows.
            eta=round(1000 * warmth.eta) if warmth.eta else None,
            level=None if warmth.fit is None else number(warmth.fit.level),
            began=None if warmth.fit is None else number(_began(warmth, grid.step)),
        ),
        whole=measurement,
        judged=_from(measurement, first),
    )


def _began(warmth: Warmth, step: int) -> float | None:
    """The rate of the first interval, where the curve of a recovery is more than noise."""
    curve = warmth.fit
    if curve is None or warmth.state is WarmUpState.WARM:
        return None if curve is None else curve.level
    return curve.level + curve.amplitude * math.exp(-((step / 2000 / curve.tau) ** curve.beta))


def _have(measurement: Measurement, keys: Sequence[str]) -> bool:
    return all(key in side.signals for side in (measurement.baseline, measurement.canary) for key in keys)


def _warmth(pair: Pair, *, step: int, alpha: float) -> Warmth:
    return warm_up(
        events_canary=pair.canary.values["misses"].sum(axis=0),
        exposure_canary=pair.canary.values["lookups"].sum(axis=0),
        events_baseline=pair.baseline.values["misses"].sum(axis=0),
        exposure_baseline=pair.baseline.values["lookups"].sum(axis=0),
        step=step / 1000,
        alpha=alpha,
    )


def _heading(measurement: Measurement, events: str, exposure: str, *, scale: Scale, alpha: float) -> Interval | None:
    """The change of a rate once the cache is warm; None where no curve can be fitted to it."""
    keys = (events, exposure)
    if not _have(measurement, keys):
        return None
    pair = align(measurement, keys)
    baseline, canary = ({key: arm.values[key].sum(axis=0) for key in keys} for arm in (pair.baseline, pair.canary))
    found = fit(
        events_canary=canary[events],
        exposure_canary=canary[exposure],
        events_baseline=baseline[events],
        exposure_baseline=baseline[exposure],
        step=measurement.canary.grid.step / 1000,
        alpha=alpha,
    )
    if found is None:
        return None
    return projection(
        found, events_baseline=baseline[events], exposure_baseline=baseline[exposure], scale=scale, alpha=alpha
    )


def _negated(change: Interval) -> Interval:
    """A share's change from that of its complement."""
    flipped = [None if end is None else -end for end in (change.point, change.high, change.low)]
    return replace(change, point=flipped[0], low=flipped[1], high=flipped[2])


def _from(measurement: Measurement, first: int) -> Measurement:
    """A side-by-side measurement from one interval on; before and after, only the side after loses its beginning."""
    if first == 0:
        return measurement
    paired = measurement.comparison is Comparison.CONCURRENT
    return replace(
        measurement,
        baseline=between(measurement.baseline, first, measurement.baseline.grid.intervals)
        if paired
        else measurement.baseline,
        canary=between(measurement.canary, first, measurement.canary.grid.intervals),
    )
