"""The projection: what the database would see if an arm's behaviour took all traffic on its worst day."""

from dataclasses import dataclass

from canary_guard.model.estimate import Interval
from canary_guard.model.plan import Capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmProjection:
    """One arm's behaviour at the peak."""

    queries_per_second: Interval
    utilisation: Interval
    """Share of the capacity; 1 is full."""
    busy_connections: Interval | None
    """None where the time per query is not known."""
    chance_to_wait: Interval | None
    """That a query finds no connection free; None without `db_pool_size` too."""
    mean_wait: Interval | None
    """s for a connection; an end is None where the queue grows without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Both arms, and where the headroom ends."""

    capacity: Capacity
    baseline: ArmProjection
    canary: ArmProjection
    headroom: Interval
    """Share of the rollout at which the capacity is reached; a point of None: never."""
