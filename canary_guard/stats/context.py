"""Context: numbers that explain a change without being one to judge, as estimates without error."""

import math

from canary_guard.model.estimate import Estimate, Estimated, Interval, Method, NoEstimate, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.model.measurement import Measurement
from canary_guard.model.warm_up import WarmUp
from canary_guard.model.window import Comparison
from canary_guard.stats.ends import number
from canary_guard.stats.exposure import per_second


def traffic(measurement: Measurement) -> Estimated:
    """Requests per second on both sides."""
    return _rates("requests_per_second", measurement, "requests")


def cache_exposure(measurement: Measurement, *, shared: bool) -> Estimated:
    """Lookups per second that the cache of each side sees: as many on both where it is one cache."""
    if shared:
        return _exact("cache_exposure", measurement.comparison, baseline=1.0, canary=1.0)
    return _rates("cache_exposure", measurement, "lookups")


def mix(miss_rate: Estimated) -> Estimated:
    """The factor by which other traffic moves the misses per lookup; NoEstimate where no patterns were compared."""
    if not isinstance(miss_rate, Estimate) or miss_rate.mix is None:
        return _nothing("mix", miss_rate.comparison, "no key patterns were compared")
    return _exact("mix", miss_rate.comparison, baseline=1.0, canary=math.exp(miss_rate.mix.mix))


def cold_start(found: WarmUp, comparison: Comparison) -> Estimated:
    """How many times as much the canary missed in the first interval as it will once it is warm."""
    if found.level is None or found.began is None:
        return _nothing("cold_start", comparison, "no curve could be fitted to the misses")
    return _exact("cold_start", comparison, baseline=found.level, canary=found.began)


def _rates(measure: str, measurement: Measurement, key: str) -> Estimated:
    rates = [per_second(side, key) for side in (measurement.baseline, measurement.canary)]
    if rates[0] is None or rates[1] is None:
        return _nothing(measure, measurement.comparison, f"{key} were not counted on both sides")
    return _exact(measure, measurement.comparison, baseline=rates[0], canary=rates[1])


def _exact(measure: str, comparison: Comparison, *, baseline: float, canary: float) -> Estimated:
    if not (baseline > 0 and canary > 0):
        return _nothing(measure, comparison, "it is 0 on one side")
    theta = number(math.log(canary / baseline))
    change = Interval(point=theta, low=theta, high=theta)
    return Estimate(
        measure=measure,
        comparison=comparison,
        scale=Scale.RATIO,
        baseline=Interval(point=number(baseline), low=number(baseline), high=number(baseline)),
        canary=Interval(point=number(canary), low=number(canary), high=number(canary)),
        change=change,
        change_within=change,
        half=None,
        quarter=None,
        thin=False,
        method=Method.TIME,
        candidates=(),
        intervals=0,
        events_baseline=0.0,
        events_canary=0.0,
    )


def _nothing(measure: str, comparison: Comparison, reason: str) -> NoEstimate:
    return NoEstimate(
        measure=measure,
        comparison=comparison,
        scale=Scale.RATIO,
        reason=reason,
        undetermined=Undetermined.DATA,
    )
