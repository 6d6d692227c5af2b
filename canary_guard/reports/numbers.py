"""How the levels and changes of measures are written for people."""

import math
from collections.abc import Iterable, Sequence

from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.measure import MEASURES, Scale, Shape

UNDEFINED = "–"
VAGUE = "very uncertain"
_TEN = math.log(10)
_MINUS = "−"
_TIMES_FROM = 2.0
"""From this factor on a rise is written `x2.11`, below it `+21 %`."""
_LONG = 1e15
"""From here on a number is written with an exponent."""
_BEYOND = 308
"""The magnitude of what is beyond all floats once it is in percent or in microseconds."""
_ALWAYS_TIMES_FROM = 10.0
"""From here on also the end of an interval whose point is written in percent."""


def level(measure: str, value: float | None, *, beside: Iterable[float | None] = ()) -> str:
    """A level of a measure with its unit: `99.15 %`, `4.6 ms`, `0.0147`; with the decimals that `beside` needs, too."""
    if value is None:
        return UNDEFINED
    factor, unit, decimals = _style(measure, (value, *beside))
    return _with_unit(_fixed(value * factor, decimals), unit)


def levels(estimate: Estimate) -> str:
    """Both levels of an estimate: `99.15 → 98.08 %`."""
    return from_to(estimate.measure, estimate.baseline.point, estimate.canary.point)


def from_to(measure: str, *points: float | None) -> str:
    """Both levels of a measure: `99.15 → 98.08 %`."""
    factor, unit, decimals = _style(measure, points)
    first, second = (UNDEFINED if one is None else _fixed(one * factor, decimals) for one in points)
    return _with_unit(f"{first} → {second}", unit)


def change(estimate: Estimate, theta: float | None) -> str:
    """A change of an estimate's measure: `−1.07 pp`, `x2.11`, `+21 %`, `+5.2 ms`.

    `theta` as in the estimate: log ratio, or difference; a difference has the decimals of the levels.
    """
    if theta is None:
        return UNDEFINED
    return moved(estimate.measure, estimate.scale, (estimate.baseline.point, estimate.canary.point), theta)


def moved(measure: str, scale: Scale, points: Sequence[float | None], theta: float) -> str:
    """A change of a measure between two levels: `−1.07 pp`, `x2.11`; `theta` is on the scale."""
    return ratio(theta) if scale is Scale.RATIO else _difference(measure, points, theta)


def ratio(theta: float) -> str:
    """A change on the log scale: `x2.11`, `+21 %`."""
    return _relative(theta, _told_as_factor(theta))


def change_interval(estimate: Estimate, interval: Interval) -> str:
    """The interval of a change: `−1.27 to −0.87 pp`, `x1.87 to x2.38`, `at least x1.87`; empty where unbounded.

    Written as its point is: `x1.87` and not `+87 %` where the point is `x2.11`.
    """
    return moved_between(estimate.measure, estimate.scale, (estimate.baseline.point, estimate.canary.point), interval)


def moved_between(measure: str, scale: Scale, points: Sequence[float | None], interval: Interval) -> str:
    """The same of a change of a measure between two levels."""
    if scale is Scale.RATIO and vague_change(interval):
        interval = _told(interval)
        if interval.low is None and interval.high is None:
            return VAGUE
    known = [theta for theta in (interval.point, interval.low, interval.high) if theta is not None]
    as_factor = bool(known) and _told_as_factor(known[0])
    ends = [abs(theta) for theta in (interval.low, interval.high) if theta is not None]

    def end(theta: float | None) -> str:
        if theta is None:
            return UNDEFINED
        if scale is Scale.DIFFERENCE:
            return _difference(measure, points, theta, largest=max(ends))
        return _relative(theta, as_factor)

    low, high = end(interval.low), end(interval.high)
    return _range(low, high, open_low=interval.low is None, open_high=interval.high is None)


def level_interval(measure: str, interval: Interval) -> str:
    """The interval of a level: `98.9 to 99.3 %`, `at most 0.016`; empty where unbounded, a share never above 100 %."""
    if vague(interval):
        return VAGUE
    ends = (interval.low, interval.high)
    if MEASURES[measure].shape is Shape.SHARE:
        ends = (interval.low, None if interval.high is None else min(interval.high, 1.0))
    low, high = (level(measure, end, beside=ends) for end in ends)
    return _range(low, high, open_low=interval.low is None, open_high=interval.high is None)


def vague(interval: Interval) -> bool:
    """Whether an end of a level's interval is more than ten times away from the point."""
    point, low, high = interval.point, interval.low, interval.high
    if point is None or point <= 0:
        return False
    return (high is not None and high > 10 * point) or (low is not None and 0 < low < point / 10)


def vague_change(interval: Interval) -> bool:
    """The same of a change on the log scale."""
    point, low, high = interval.point, interval.low, interval.high
    if point is None:
        return False
    return (high is not None and high - point > _TEN) or (low is not None and point - low > _TEN)


def _told(interval: Interval) -> Interval:
    """What is worth telling of a vague interval: the end that excludes `no change`, if one does."""
    low = interval.low if interval.low is not None and interval.low > 0 else None
    high = interval.high if interval.high is not None and interval.high < 0 else None
    return Interval(point=interval.point, low=low, high=high)


def estimate_levels(estimate: Estimate) -> tuple[str, str]:
    """The levels of both sides, written with the same unit and decimals."""
    points = (estimate.baseline.point, estimate.canary.point)
    return level(estimate.measure, points[0], beside=points), level(estimate.measure, points[1], beside=points)


def factor(theta: float) -> float:
    """The ratio of a change on the log scale; the largest float where it is beyond all floats."""
    return math.exp(min(theta, 709.0))


def signed(text: str, value: float) -> str:
    """A number's text with the sign of its value; none where the text shows nothing but zeros."""
    if not any(digit in text for digit in "123456789"):
        return text
    return (_MINUS if value < 0 else "+") + text


def times(value: float) -> str:
    """A factor to three significant digits: `2.11`, `12.3`, `140`."""
    return significant(value, 3)


def significant(value: float, digits: int) -> str:
    """To `digits` significant digits without an exponent; beyond 1e-6 and 1e9 with one."""
    if value and not 1e-6 <= abs(value) < 1e9:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.replace('-', _MINUS)}e{int(exponent)}"
    return _fixed(value, _decimals(value, digits))


def count(value: float) -> str:
    """A number of things: `1,236`."""
    return f"{value:,.0f}"


def amount(value: float) -> str:
    """A number that somebody stated: `3,000`, `0.5`."""
    return count(value) if float(value).is_integer() else times(value)


def percent(share: float) -> str:
    """A share of a whole, roughly: `2.5 %`, `under 0.1 %`."""
    return "under 0.1 %" if 0 < share < 0.001 else f"{_fixed(share * 100, 0 if share >= 0.1 or share == 0 else 1)} %"


def _told_as_factor(theta: float) -> bool:
    return factor(theta) >= _TIMES_FROM


def _relative(theta: float, as_factor: bool) -> str:
    if as_factor or factor(theta) >= _ALWAYS_TIMES_FROM:
        return f"x{times(factor(theta))}"
    part = math.expm1(theta) * 100
    size = abs(part)
    decimals = 2 if 99.9 <= size < 99.995 else 1 if size < 9.95 or 99 <= size < 99.9 else 0
    return f"{signed(_fixed(size, decimals), part)} %"


def _difference(measure: str, points: Iterable[float | None], theta: float, *, largest: float = 0.0) -> str:
    """With the decimals of the levels; of an interval with those that show its `largest` end, too."""
    scale, unit, decimals = _style(measure, points)
    size = abs(theta)
    if MEASURES[measure].shape in (Shape.PER, Shape.TIMES):
        return signed(_fixed(size, _decimals(largest or size, 2)), theta)
    decimals = max(decimals, min(6, _decimals(largest * scale, 1)))
    return f"{signed(_fixed(size * scale, decimals), theta)} {'pp' if unit == '%' else unit}"


def _style(measure: str, values: Iterable[float | None]) -> tuple[float, str, int]:
    """By what a level is multiplied, its unit, and the decimals that all of `values` need."""
    known = [abs(value) for value in values if value is not None]
    match MEASURES[measure].shape:
        case Shape.LOAD:
            return 100, "%", _decimals(max(known, default=0.0) * 100, 3)
        case Shape.SHARE:
            smaller = [min(value, 1 - value) * 100 for value in known if 0 < value < 1]
            return 100, "%", max([2, *(min(6, 1 - _magnitude(value)) for value in smaller)])
        case Shape.SECONDS:
            return _seconds(known)
        case Shape.PER | Shape.TIMES:
            some = [value for value in known if value]
            return 1, "", max(_decimals(max(some), 3), _decimals(min(some), 2)) if some else 0


def _seconds(values: Iterable[float]) -> tuple[float, str, int]:
    known = [value for value in values if value > 0]
    largest = max(known, default=0.0)
    scale, unit = (1, "s") if largest >= 1 else (1e3, "ms") if largest >= 1e-3 else (1e6, "µs")
    smallest = min(known, default=1.0) * scale
    return scale, unit, 0 if smallest >= 100 else 1 if smallest >= 2 else 2


def _decimals(value: float, digits: int) -> int:
    """How many decimals show `digits` significant digits."""
    return 0 if value == 0 else min(9, max(0, digits - 1 - _magnitude(value)))


def _magnitude(value: float) -> int:
    """The power of ten of the leading digit; of 0.0099999 that of 0.01, which is what binary fractions make of it."""
    return int(f"{value:.2e}".partition("e")[2]) if math.isfinite(value) else _BEYOND


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}" if abs(value) < _LONG else f"{value:.1e}"
    return text.replace("-", _MINUS) if any(digit in text for digit in "123456789") else text.lstrip("-")


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def span(low: str | None, high: str | None) -> str:
    """From one written number to another, None for an end that is open: `84.1 to 101`, `at most 9 %`."""
    return _range(low or "", high or "", open_low=low is None, open_high=high is None)


def _range(low: str, high: str, *, open_low: bool, open_high: bool) -> str:
    if open_low and open_high:
        return ""
    if open_low:
        return f"at most {high}"
    if open_high:
        return f"at least {low}"
    number, _, unit = low.rpartition(" ")
    return f"{number} to {high}" if number and high.endswith(f" {unit}") else f"{low} to {high}"
