"""A measure over time as plain geometry: traces, bounds and intervals in, coordinates and labels out.

Coordinates have one decimal: a tenth of a pixel is finer than a screen, and keeps the page small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

from canary_guard.model.estimate import Interval
from canary_guard.model.measure import Shape
from canary_guard.model.run import Trace
from canary_guard.model.window import Arm
from canary_guard.reports.numbers import vague

WIDTH = 560
LEFT, RIGHT, TOP, BOTTOM = 58, 552, 26, 202
"""The edges of the field inside the picture."""
_LETTER = 4.6
"""Half of a letter's width on a narrow screen, where letters are largest."""

_NEAR = 0.1
"""So much longer, as a share of what is judged, a picture grows for a moment that lies just before."""

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
TIME_STEPS = (
    *(step * SECOND for step in (1, 5, 10, 15, 30)),
    *(step * MINUTE for step in (1, 2, 5, 10, 15, 30)),
    *(step * HOUR for step in (1, 2, 3, 6, 12)),
    *(step * DAY for step in (1, 2, 7, 14, 28)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One arm's values over time: an SVG path that breaks at gaps; a value alone between gaps is a dot."""

    arm: Arm
    path: str
    level: float | None
    """Where the level over the whole window lies."""
    band: tuple[float, float] | None
    """Top and bottom of the level's interval, cut to the field."""
    left: float
    right: float
    """Where what is judged of the arm begins and ends."""
    missing: int
    """Intervals without a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A bound as a level of the measure, and on which side of it lies harm."""

    value: float
    worse_above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bound as it is drawn, with the field beyond it."""

    at: float
    label_at: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time that is marked: the deploy, or since when a bound is exceeded."""

    at: float
    label: str
    anchor: str
    """`start`, or `end` where the label would leave the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A measure over time in both arms."""

    unit: str
    """Of the labels on the value axis, such as `%`; empty for a plain number."""
    start: int
    """ms: the time at `LEFT`"""
    end: int
    """ms: the time at `RIGHT`"""
    judged: float
    """Where the part begins that is judged, and that bounds are drawn over."""
    low: float
    """The axis' value at `BOTTOM`, in its unit"""
    high: float
    """The axis' value at `TOP`, in its unit"""
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    lines: tuple[Line, ...]
    limits: tuple[Limit, ...]
    moments: tuple[Moment, ...]


def chart(
    traces: Sequence[Trace],
    *,
    earlier: Sequence[Trace] = (),
    judged_from: int = 0,
    shape: Shape,
    from_zero: bool,
    levels: Mapping[Arm, Interval],
    bounds: Sequence[Level] = (),
    moments: Sequence[tuple[int, str]] = (),
) -> Chart | None:
    """A measure over time; None if no interval of any trace has a value, or an axis for them would leave all floats.

    `earlier` are the same arms before the deploy, which have no level of their own; nor has what lies before
    `judged_from` (ms). `from_zero` begins the value axis at 0. `levels` are the arms' levels with their intervals, in
    the measure's own unit; `bounds` are drawn as lines; `moments` are times (ms) with their labels, drawn if inside
    the picture.
    """
    points = {trace.side: present(trace) for trace in traces}
    if not any(points.values()):
        return None
    seen = [value for trace in (*earlier, *traces) for _, value in present(trace)]
    factor, unit = axis_unit(shape, max(seen))
    named = (*(bound.value for bound in bounds), *(level.point for level in levels.values()))
    low, high = value_range([*seen, *(v for v in named if v is not None)], from_zero=from_zero, shape=shape)
    if not isfinite((high - low) * factor):
        return None
    end = max(trace.start + trace.step * len(trace.values) for trace in traces)
    first = min(trace.start for trace in traces)
    near = [time for time, _ in moments if end - time <= (1 + _NEAR) * (end - first)]
    start = min([first, *(trace.start for trace in earlier), *near])

    def x(time: float) -> float:
        return LEFT + (RIGHT - LEFT) * (time - start) / (end - start)

    def y(value: float) -> float:
        return min(max(BOTTOM - (BOTTOM - TOP) * ((value - low) / (high - low)), TOP), BOTTOM)

    def drawn(trace: Trace) -> str:
        return path([(index, x(trace.start + trace.step * (index + 0.5)), y(v)) for index, v in present(trace)])

    def line(trace: Trace) -> Line:
        level = levels.get(trace.side)
        before = (drawn(one) for one in earlier if one.side is trace.side)
        return Line(
            arm=trace.side,
            path="".join((*before, drawn(trace))),
            level=None if level is None or level.point is None else y(level.point),
            band=None
            if level is None or level.low is None or level.high is None or vague(level)
            else (y(level.high), y(level.low)),
            left=x(max(trace.start, judged_from)),
            right=x(trace.start + trace.step * len(trace.values)),
            missing=len(trace.values) - len(points[trace.side]),
        )

    def limit(bound: Level) -> Limit:
        at = y(bound.value)
        top, bottom = (TOP, at) if bound.worse_above else (at, BOTTOM)
        above = bound.worse_above == (bottom - top > 16)
        return Limit(at=at, label_at=at - 5 if above else at + 13, top=top, bottom=bottom)

    return Chart(
        unit=unit,
        start=start,
        end=end,
        judged=x(max(first, judged_from)),
        low=low * factor,
        high=high * factor,
        values=tuple(Tick(at=y(value / factor), label=label) for value, label in steps(low * factor, high * factor)),
        times=tuple(Tick(at=x(time), label=label) for time, label in times(start, end) if fits(x(time), label)),
        lines=tuple(line(trace) for trace in traces if points[trace.side] or trace.side in levels),
        limits=tuple(limit(bound) for bound in bounds),
        moments=tuple(
            Moment(at=x(time), label=label, anchor="start" if x(time) < WIDTH * 0.6 else "end")
            for time, label in moments
            if start <= time < end
        ),
    )


def present(trace: Trace) -> list[tuple[int, float]]:
    """The intervals that have a value, with it."""
    missing = set(trace.missing)
    return [(index, value) for index, value in enumerate(trace.values.tolist()) if index not in missing]


def axis_unit(shape: Shape, largest: float) -> tuple[float, str]:
    """What values are multiplied by for the axis, and the unit that they then have."""
    match shape:
        case Shape.SHARE | Shape.LOAD:
            return 100.0, "%"
        case Shape.SECONDS:
            return (1000.0, "ms") if largest < 1 else (1.0, "s")
        case Shape.PER | Shape.TIMES:
            return 1.0, ""


def value_range(values: Sequence[float], *, from_zero: bool, shape: Shape) -> tuple[float, float]:
    """The ends of the value axis: all values with a little air, never below 0 where none is, never above 100 %."""
    low, high = min(values), max(values)
    if low == high == 0:
        return 0.0, 0.01 if shape in (Shape.SHARE, Shape.LOAD) else 1.0
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    air = max((high - low) * 0.08, abs(high) * 1e-3, 1e-12)
    top = high + air if isfinite((high + air) * 100) else high
    if shape is Shape.SHARE and high <= 1:
        top = min(top, max(1.0, low + air))
    return low if from_zero else max(low - air, min(low, 0.0)), top


def path(points: Sequence[tuple[int, float, float]]) -> str:
    """An SVG path through points of (index, x, y); a jump of the index breaks it, a point alone is a dot."""
    parts: list[str] = []
    for position, (index, x, y) in enumerate(points):
        joined = position > 0 and points[position - 1][0] == index - 1
        followed = position + 1 < len(points) and points[position + 1][0] == index + 1
        parts.append(f"{'L' if joined else 'M'}{short(x)},{short(y)}{'' if joined or followed else 'h0'}")
    return "".join(parts)


def short(number: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")


def steps(low: float, high: float, *, count: int = 5) -> list[tuple[float, str]]:
    """Round numbers between two values (about `count`), with the decimals that tell them apart."""
    step = round_step((high - low) / count)
    decimals = max(0, -floor(log10(step) + 1e-9))
    first = -floor(-low / step + 1e-9)
    last = floor(high / step + 1e-9)
    plain = decimals <= 6 and max(abs(low), abs(high)) < 1e6
    return [(n * step, f"{n * step:,.{decimals}f}" if plain else f"{n * step:.3g}") for n in range(first, last + 1)]


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `rough`."""
    power = 10.0 ** floor(log10(rough))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough * (1 - 1e-9))


def times(start: int, end: int, *, count: int = 6) -> list[tuple[int, str]]:
    """Round times (UTC) within a window, at most about `count`, as `hh:mm`, `hh:mm:ss` or days of the window."""
    step = next((step for step in TIME_STEPS if (end - start) / step <= count), None)
    step = step or DAY * -(-(end - start) // (DAY * count))
    return [(time, clock(time, step, start)) for time in range(-(-start // step) * step, end + 1, step)]


def fits(at: float, label: str) -> bool:
    """Whether a label centred there stays beside the axis' name on the left and inside the picture on the right."""
    half = _LETTER * len(label)
    return at - half + 8 > LEFT and at + half < WIDTH


def clock(time: int, step: int, start: int) -> str:
    """A time of day, as fine as the step asks; in steps of days: how many days after the window's first."""
    if step >= DAY:
        return f"day {time // DAY - start // DAY + 1}"
    text = f"{time % DAY // HOUR:02}:{time % HOUR // MINUTE:02}"
    return text if step >= MINUTE else f"{text}:{time % MINUTE // SECOND:02}"
