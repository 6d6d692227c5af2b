"""The projection: what the database would see at the peak, and where in the rollout its headroom ends.

In words, and as the picture of the load against the share of the rollout: a projection in, coordinates out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite

from canary_guard.model.estimate import Interval
from canary_guard.model.projection import ArmProjection, Projection
from canary_guard.model.run import Run
from canary_guard.reports import numbers, sentences
from canary_guard.reports.chart import BOTTOM, LEFT, RIGHT, TOP, Tick, short, steps


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionRow:
    """A quantity at the peak, on both sides: `92.3 (84.1 to 101)`."""

    title: str
    baseline: str
    canary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutChart:
    """The database's load at the peak, from no rollout (left) to all of it (right)."""

    values: tuple[Tick, ...]
    shares: tuple[Tick, ...]
    capacity: float
    line: str
    """An SVG path."""
    band: str
    """An SVG path around the interval; empty where an end is unbounded."""
    ends: float | None
    """Where the headroom ends; None where it does not."""
    ends_label: str
    ends_anchor: str
    """`start`, or `end` where the label would leave the picture."""
    ends_from: float | None
    """Where it ends at the earliest."""
    label_at: float
    """Of the capacity's line: above it, or below where there is no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionTable:
    """Both arms at the peak."""

    peak: str
    """At how many requests, against how much capacity"""
    rows: tuple[ProjectionRow, ...]
    headroom: str
    """A sentence: where the headroom ends."""
    lines: tuple[str, ...]
    """All of it in two or three lines."""
    chart: RolloutChart | None
    described: str
    """What the picture shows."""


def projection(run: Run) -> ProjectionTable | None:
    """None where there is nothing to project."""
    found = run.projection
    if found is None:
        return None
    rows = tuple(_rows(found))
    peak, capacity = found.capacity.peak_requests_per_second, found.capacity.db_queries_per_second
    ends = headroom(found)
    first, second = sentences.sides(run.comparison)
    points = (_points(row) for row in rows)
    return ProjectionTable(
        peak=f"at {numbers.amount(peak)} requests/s, with room for {numbers.amount(capacity)} queries/s",
        rows=rows,
        headroom=ends,
        lines=(f"{first} → {second}: {'; '.join(points)}", ends),
        chart=rollout_chart(found),
        described=f"Queries per second at the peak from {first} alone (left) to {second} alone (right). {ends}",
    )


def _points(row: ProjectionRow) -> str:
    """`utilisation 55 % → 115 %`, without the intervals."""
    baseline, canary = (text.partition(" (")[0] for text in (row.baseline, row.canary))
    return f"{row.title} {baseline}" if baseline == canary else f"{row.title} {baseline} → {canary}"


_QUEUES = "Beyond it queries wait for each other, and hold their connections for longer than is projected here."


def headroom(found: Projection) -> str:
    """`Headroom ends at 75 % of the rollout (at the earliest 42 %).`"""
    point, low, high = found.headroom.point, found.headroom.low, found.headroom.high
    earliest = "" if low is None else f"at the earliest at {_share(low)} of the rollout"
    if point is None:
        return f"Headroom never ends, as far as measured{f'; {earliest}' if earliest else ''}."
    if is_full(found):
        return f"There is no headroom: the baseline alone takes more than the database can. {_QUEUES}"
    latest = f"; at the latest {_share(high)}" if high is not None else ""
    interval = f" (at the earliest {_share(low)}{latest})" if low is not None else ""
    return f"Headroom ends at {_share(point)} of the rollout{interval}. {_QUEUES}"


def is_full(found: Projection) -> bool:
    """Whether the baseline alone takes more than the database can."""
    return found.headroom.point is not None and found.headroom.point <= 0


def _rows(found: Projection) -> Iterator[ProjectionRow]:
    pool = found.capacity.db_pool_size
    told: tuple[tuple[str, Callable[[ArmProjection], Interval | None], Callable[[float], str]], ...] = (
        ("queries/s", lambda arm: arm.queries_per_second, numbers.times),
        ("utilisation", lambda arm: arm.utilisation, _share),
        (
            "busy connections" + (f" (of {pool:,})" if pool is not None else ""),
            lambda arm: arm.busy_connections,
            numbers.times,
        ),
        ("chance to wait for a connection", lambda arm: arm.chance_to_wait, _share),
    )
    for title, of, write in told:
        baseline, canary = of(found.baseline), of(found.canary)
        if baseline is not None and canary is not None:
            yield ProjectionRow(title=title, baseline=_level(baseline, write), canary=_level(canary, write))


def _level(interval: Interval, write: Callable[[float], str]) -> str:
    """`92.3 (84.1 to 101)`."""
    point = numbers.UNDEFINED if interval.point is None else write(interval.point)
    low, high = (None if end is None else write(end) for end in (interval.low, interval.high))
    if low == high == point:
        return point
    if low is None and high is None:
        return point
    return f"{point} ({numbers.span(low, high)})"


def _share(value: float) -> str:
    return numbers.percent(value)


def rollout_chart(found: Projection) -> RolloutChart | None:
    """None where a point is not known, or beyond all floats. The canary's share moves the load along a line."""
    first, last = found.baseline.queries_per_second, found.canary.queries_per_second
    if first.point is None or last.point is None:
        return None
    capacity = found.capacity.db_queries_per_second
    ends = (first.low, last.low, first.high, last.high)
    high = max(capacity, *(one for one in (first.point, last.point, *ends) if one is not None)) * 1.08

    if not isfinite(high):
        return None

    def x(share: float) -> float:
        return LEFT + (RIGHT - LEFT) * share

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * value / high

    band = ""
    if first.low is not None and last.low is not None and first.high is not None and last.high is not None:
        corners = ((0, first.high), (1, last.high), (1, last.low), (0, first.low))
        band = "M" + "L".join(f"{short(x(share))},{short(y(value))}" for share, value in corners) + "Z"
    at = y(capacity)
    reached, earliest = (None if end is None or end <= 0 else end for end in (found.headroom.point, found.headroom.low))
    return RolloutChart(
        values=tuple(Tick(at=y(value), label=label) for value, label in steps(0, high)),
        shares=tuple(Tick(at=x(share / 4), label=f"{share * 25} %") for share in range(5)),
        capacity=at,
        line=f"M{short(x(0))},{short(y(first.point))}L{short(x(1))},{short(y(last.point))}",
        band=band,
        ends=None if reached is None else x(reached),
        ends_label="" if reached is None else f"full at {_share(reached)}",
        ends_anchor="start" if reached is not None and reached < 0.6 else "end",
        ends_from=None if earliest is None else x(earliest),
        label_at=at - 5 if at > TOP + 16 else at + 14,
    )
