"""What the database would see if the canary's behaviour took all traffic at its peak (statistics.md, section 13).

Each quantity rises with the one number that is estimated, so that the ends of its interval are those of that number,
transformed. Loads are per request, peaks requests per second, capacities per second, durations seconds.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.projection import ArmProjection, Projection

if TYPE_CHECKING:
    from collections.abc import Callable

    from canary_guard.model.estimate import Estimated
    from canary_guard.model.plan import Capacity


def project(load: Estimate, capacity: Capacity, seconds_per_query: Estimated | None) -> Projection:
    """Both arms at the peak, from their database queries per request, and seconds per query where they are known."""

    def arm(level: Interval, seconds: float | None) -> ArmProjection:
        peak, pool = capacity.peak_requests_per_second, capacity.db_pool_size
        busy = None if seconds is None else busy_connections(level, peak=peak, seconds_per_query=seconds)
        return ArmProjection(
            queries_per_second=load_at_peak(level, peak=peak),
            utilisation=utilisation(level, peak=peak, capacity=capacity.db_queries_per_second),
            busy_connections=busy,
            chance_to_wait=None if busy is None or pool is None else chance_to_wait(busy, pool=pool),
            mean_wait=None
            if busy is None or pool is None or seconds is None
            else mean_wait(busy, pool=pool, seconds_per_query=seconds),
        )

    known = seconds_per_query if isinstance(seconds_per_query, Estimate) else None
    return Projection(
        capacity=capacity,
        baseline=arm(load.baseline, None if known is None else known.baseline.point),
        canary=arm(load.canary, None if known is None else known.canary.point),
        headroom=headroom(
            load.baseline.point or 0.0,
            load.change,
            peak=capacity.peak_requests_per_second,
            capacity=capacity.db_queries_per_second,
        ),
    )


def at_peak(estimated: Estimated, projection: Projection | None) -> Estimated:
    """The estimate of the utilisation with its levels as shares of the capacity; any other as it is."""
    if projection is None or estimated.measure != "utilisation" or not isinstance(estimated, Estimate):
        return estimated
    return replace(estimated, baseline=projection.baseline.utilisation, canary=projection.canary.utilisation)


def load_at_peak(load: Interval, *, peak: float) -> Interval:
    """Per second: an arm's database load per request times the requests of the worst day."""
    return _transformed(load, lambda value: peak * value)


def utilisation(load: Interval, *, peak: float, capacity: float) -> Interval:
    """The share of the capacity, which is above 0, that this load takes at the peak."""
    return _transformed(load, lambda value: peak * value / capacity)


def busy_connections(load: Interval, *, peak: float, seconds_per_query: float) -> Interval:
    """How many connections are busy on average at the peak (Little 1961)."""
    return _transformed(load, lambda value: peak * value * seconds_per_query)


def chance_to_wait(busy: Interval, *, pool: int) -> Interval:
    """The probability that a query finds all of `pool` connections busy; without an upper bound on busy, up to 1."""
    found = _transformed(busy, lambda value: erlang_c(pool, value))
    return Interval(point=found.point, low=found.low, high=1.0 if busy.high is None else found.high)


def mean_wait(busy: Interval, *, pool: int, seconds_per_query: float) -> Interval:
    """Seconds that a query waits for a connection on average; None where the queue grows without end."""

    def wait(value: float) -> float | None:
        return erlang_c(pool, value) * seconds_per_query / (pool - value) if value < pool else None

    return _transformed(busy, wait)


def erlang_c(servers: int, load: float) -> float:
    """The probability that an arrival has to wait, for `load` erlangs on at least one server (Erlang 1917).

    By the recursion of Erlang B, which neither overflows nor cancels for thousands of servers.
    """
    if load <= 0:
        return 0.0
    if load >= servers:
        return 1.0
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def headroom(baseline: float, change: Interval, *, peak: float, capacity: float) -> Interval:
    """The share of the rollout at which the capacity is reached, from the change of the load on the log scale.

    The baseline's load is held; the more load the canary adds, the earlier. None: never, for all that is known.
    """

    def share(theta: float | None) -> float | None:
        if theta is None:
            return None
        return headroom_share(baseline, baseline * _exponential(theta), peak=peak, capacity=capacity)

    soonest = 0.0 if change.high is None else share(change.high)
    return Interval(point=share(change.point), low=soonest, high=share(change.low))


def headroom_share(baseline: float, canary: float, *, peak: float, capacity: float) -> float | None:
    """The share `s` with `peak * (baseline + s * (canary - baseline)) = capacity`.

    0 if the baseline alone exceeds the capacity, None (never) if the canary's load on all traffic does not.
    """
    if peak * baseline > capacity:
        return 0.0
    if peak * canary <= capacity:
        return None
    return (capacity / peak - baseline) / (canary - baseline)


def _transformed(interval: Interval, rising: Callable[[float], float | None]) -> Interval:
    def at(value: float | None) -> float | None:
        return None if value is None else rising(value)

    return Interval(point=at(interval.point), low=at(interval.low), high=at(interval.high))


def _exponential(theta: float) -> float:
    return math.exp(min(theta, _LARGEST_EXPONENT))


_LARGEST_EXPONENT = 700.0
