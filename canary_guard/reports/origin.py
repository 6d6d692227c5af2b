"""What the database saw and where it came from: each side's load, stacked by what sent it."""

from dataclasses import dataclass

from canary_guard.model.estimate import Estimate
from canary_guard.model.run import Run
from canary_guard.reports import numbers, sentences

WIDTH = 400
_LOAD, _PER_MISS, _RETRIES = "db_load_per_request", "db_load_per_miss", "retry_rate"
_REQUESTS = 1000
"""Loads are told per so many requests: fourteen queries are easier to imagine than 0.0147."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a side's bar."""

    kind: str
    """`first`, `further` or `retries`"""
    left: float
    right: float
    """From 0 to WIDTH."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One side's load."""

    name: str
    load: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part of the load is, on both sides."""

    kind: str
    name: str
    baseline: str
    canary: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the database's load came from."""

    unit: str
    why: str
    """What made the difference, in a sentence."""
    bars: tuple[Bar, Bar]
    parts: tuple[Part, ...]
    """Those of the bars, from left to right; the whole last."""

    @property
    def described(self) -> str:
        """The picture in words."""
        return "; ".join(f"{bar.name}: {bar.load} {self.unit}" for bar in self.bars)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """One side's load per so many requests, and what it is made of."""

    whole: float
    misses: float
    per_miss: float
    parts: tuple[float, ...]


def origin(run: Run) -> Origin | None:
    """The load per request as misses, what each of them costs beyond one query, and retries.

    None where the load, or the load per miss, was not measured. Where time in the database stands for its load, a
    miss at the baseline's cost stands for one query, and retries cannot be told apart.
    """
    load, per_miss = _points(run, _LOAD), _points(run, _PER_MISS)
    if load is None or per_miss is None or min(per_miss) <= 0 or max(load) <= 0:
        return None
    seconds = run.plan.db_load == "db_seconds"
    one = per_miss[0] if seconds else 1.0
    retries = None if seconds else _points(run, _RETRIES)
    sides = tuple(_load(load[at], per_miss[at], one, None if retries is None else retries[at]) for at in (0, 1))
    names = sentences.sides(run.comparison)
    unit = "seconds in the database" if seconds else "queries"
    return Origin(
        unit=f"{'seconds in the database' if seconds else 'database queries'} per {_REQUESTS:,} requests",
        why=_why(*sides, unit=unit),
        bars=(_bar(names[0], sides[0], sides), _bar(names[1], sides[1], sides)),
        parts=tuple(_parts(*sides, seconds=seconds)),
    )


def _load(load: float, per_miss: float, one: float, retries: float | None) -> _Load:
    whole, misses = load * _REQUESTS, load / per_miss * _REQUESTS
    first = min(misses * one, whole)
    parts = [first, whole - first]
    if retries is not None:
        again = min(retries * _REQUESTS, whole - first)
        parts = [first, whole - first - again, again]
    return _Load(whole=whole, misses=misses, per_miss=per_miss, parts=tuple(parts))


_KINDS = ("first", "further", "retries")


def _bar(name: str, side: _Load, sides: tuple[_Load, ...]) -> Bar:
    most = max(one.whole for one in sides)
    segments, at = [], 0.0
    for kind, part in zip(_KINDS, side.parts, strict=False):
        if part > 0:
            segments.append(Segment(kind=kind, left=WIDTH * at / most, right=WIDTH * (at + part) / most))
        at += part
    return Bar(name=name, load=_told(side.whole, sides), segments=tuple(segments))


def _parts(baseline: _Load, canary: _Load, *, seconds: bool) -> list[Part]:
    first = "misses, at the baseline's cost" if seconds else "misses, one query each"
    further = "what each miss costs more" if seconds else "further queries of these misses"
    both = (baseline, canary)

    def part(kind: str, name: str, before: float, after: float) -> Part:
        change = numbers.signed(_told(abs(after - before), both), after - before)
        return Part(kind=kind, name=name, baseline=_told(before, both), canary=_told(after, both), change=change)

    named = zip(_KINDS, (first, further, "retries, one query each"), baseline.parts, canary.parts, strict=False)
    return [*(part(*one) for one in named), part("whole", "all", baseline.whole, canary.whole)]


def _why(baseline: _Load, canary: _Load, *, unit: str) -> str:
    """With the canary's misses at the baseline's load per miss first, then with the canary's load per miss."""
    both = (baseline, canary)
    between = canary.misses * baseline.per_miss
    steps = (
        ("more misses" if between > baseline.whole else "fewer misses", between - baseline.whole),
        ("each costs more" if canary.whole > between else "each costs less", canary.whole - between),
    )
    told = ", ".join(f"{name} {numbers.signed(_told(abs(change), both), change)}" for name, change in steps)
    made = (f"{_number(side.misses)} misses at {_number(side.per_miss)} {unit} each" for side in both)
    return f"{' → '.join(made)}: {told}."


def _points(run: Run, measure: str) -> tuple[float, float] | None:
    """A measure's level on both sides in the main comparison."""
    for one in run.estimates:
        if isinstance(one, Estimate) and one.measure == measure and one.comparison is run.comparison:
            points = one.baseline.point, one.canary.point
            return None if points[0] is None or points[1] is None else (points[0], points[1])
    return None


def _told(value: float, sides: tuple[_Load, ...]) -> str:
    """With the decimals that both sides' loads need."""
    return numbers.level(_LOAD, value, beside=[side.whole for side in sides])


def _number(value: float) -> str:
    return numbers.significant(value, 3)
