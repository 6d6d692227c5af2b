"""What the database saw and where it came from: from the baseline's load to the canary's in two steps."""

from dataclasses import dataclass

from canary_guard.model.estimate import Estimate
from canary_guard.model.run import Run
from canary_guard.reports import numbers, sentences

WIDTH = 220
_LOAD, _PER_MISS = "db_load_per_request", "db_load_per_miss"
_REQUESTS = 1000
"""Loads are told per so many requests: fourteen queries are easier to imagine than 0.0147."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar of the picture: a side's load, or what leads from one side's to the other's."""

    kind: str
    """`baseline`, `canary`, or `more` or `less` between them"""
    name: str
    how: str
    load: str
    left: float
    right: float
    """Where the bar begins and ends, from 0 to WIDTH."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the database's load came from."""

    unit: str
    steps: tuple[Step, ...]


def origin(run: Run) -> Origin | None:
    """The load per request as misses per request times load per miss; None where one of them was not measured.

    The first step has the canary's misses at the baseline's load per miss, the second the canary's load per miss.
    """
    load, per_miss = _points(run, _LOAD), _points(run, _PER_MISS)
    if load is None or per_miss is None or min(per_miss) <= 0:
        return None
    (before, after), (cost_before, cost_after) = load, per_miss
    misses_before, misses_after = before / cost_before, after / cost_after
    between = misses_after * cost_before
    most = max(before, between, after)
    if most <= 0:
        return None
    seconds = run.plan.db_load == "db_seconds"
    what = "s in the database" if seconds else "queries"
    sides = sentences.sides(run.comparison)

    loads = [value * _REQUESTS for value in (before, between - before, after - between, after)]

    def at(value: float) -> float:
        return WIDTH * value / most

    def told(value: float) -> str:
        return numbers.level(_LOAD, value * _REQUESTS, beside=loads)

    def side(kind: str, name: str, value: float, misses: float, cost: float) -> Step:
        how = f"{_number(misses * _REQUESTS)} misses, {_number(cost)} {what} each"
        return Step(kind=kind, name=name, how=how, load=told(value), left=0, right=at(value))

    def step(name: str, how: str, start: float, end: float) -> Step:
        change = end - start
        return Step(
            kind="more" if change > 0 else "less",
            name=name,
            how=how,
            load=numbers.signed(told(abs(change)), change),
            left=at(min(start, end)),
            right=at(max(start, end)),
        )

    misses = f"{_number(misses_before * _REQUESTS)} → {_number(misses_after * _REQUESTS)}"
    costs = f"{_number(cost_before)} → {_number(cost_after)} {what}"
    return Origin(
        unit=f"{'seconds in the database' if seconds else 'database queries'} per {_REQUESTS:,} requests",
        steps=(
            side("baseline", sides[0], before, misses_before, cost_before),
            step("more misses" if between > before else "fewer misses", misses, before, between),
            step("each miss costs more" if after > between else "each miss costs less", costs, between, after),
            side("canary", sides[1], after, misses_after, cost_after),
        ),
    )


def _points(run: Run, measure: str) -> tuple[float, float] | None:
    """A measure's level on both sides in the main comparison."""
    for one in run.estimates:
        if isinstance(one, Estimate) and one.measure == measure and one.comparison is run.comparison:
            points = one.baseline.point, one.canary.point
            return None if points[0] is None or points[1] is None else (points[0], points[1])
    return None


def _number(value: float) -> str:
    return numbers.significant(value, 3)
