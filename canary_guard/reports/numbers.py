"""How the levels and changes of measures are written for people."""

import math
from collections.abc import Iterable

from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.measure import MEASURES, Scale, Shape

UNDEFINED = "–"
_MINUS = "−"
_TIMES_FROM = 2.0
"""From this factor on a rise is written `x2.11`, below it `+21 %`."""
_ALWAYS_TIMES_FROM = 10.0
"""From here on also the end of an interval whose point is written in percent."""


def level(measure: str, value: float | None, *, beside: Iterable[float | None] = ()) -> str:
    """A level of a measure with its unit: `99.15 %`, `4.6 ms`, `0.0147`; with the decimals that `beside` needs, too."""
    if value is None:
        return UNDEFINED
    factor, unit, decimals = _style(measure, (value, *beside))
    return _with_unit(_fixed(value * factor, decimals), unit)


def levels(measure: str, baseline: float | None, canary: float | None, *, rough: bool = False) -> str:
    """Both levels: `99.15 → 98.08 %`; `rough`: with just the decimals that show the difference, for a sentence."""
    factor, unit, decimals = _style(measure, (baseline, canary))
    if rough and baseline is not None and canary is not None and MEASURES[measure].shape is Shape.SHARE:
        difference = abs(canary - baseline) * factor
        decimals = min(decimals, max(1, 1 - _magnitude(difference))) if difference else decimals
    first, second = (UNDEFINED if one is None else _fixed(one * factor, decimals) for one in (baseline, canary))
    return _with_unit(f"{first} → {second}", unit)


def change(measure: str, scale: Scale, theta: float | None) -> str:
    """A change: `−1.07 pp`, `x2.11`, `+21 %`, `+5.2 ms`. `theta` as in an estimate: log ratio, or difference."""
    if theta is None:
        return UNDEFINED
    return _relative(theta, _told_as_factor(theta)) if scale is Scale.RATIO else _difference(measure, theta)


def change_interval(measure: str, scale: Scale, interval: Interval) -> str:
    """The interval of a change: `−1.27 to −0.87 pp`, `x1.87 to x2.38`, `at least x1.87`; empty where unbounded.

    Written as its point is: `x1.87` and not `+87 %` where the point is `x2.11`.
    """
    known = [theta for theta in (interval.point, interval.low, interval.high) if theta is not None]
    as_factor = bool(known) and _told_as_factor(known[0])

    def end(theta: float | None) -> str:
        if theta is None or scale is Scale.DIFFERENCE:
            return change(measure, scale, theta)
        return _relative(theta, as_factor)

    low, high = end(interval.low), end(interval.high)
    return _range(low, high, open_low=interval.low is None, open_high=interval.high is None)


def level_interval(measure: str, interval: Interval) -> str:
    """The interval of a level: `98.9 to 99.3 %`, `at most 0.016`; empty where unbounded."""
    ends = (interval.low, interval.high)
    low, high = (level(measure, end, beside=ends) for end in ends)
    return _range(low, high, open_low=interval.low is None, open_high=interval.high is None)


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


def _difference(measure: str, theta: float) -> str:
    size = abs(theta)
    match MEASURES[measure].shape:
        case Shape.SHARE:
            points = size * 100
            decimals = min(6, 1 - _magnitude(points)) if 1e-6 <= points < 0.01 else 2
            return f"{signed(_fixed(points, decimals), theta)} pp"
        case Shape.SECONDS:
            scale, unit, decimals = _seconds((size,))
            return f"{signed(_fixed(size * scale, decimals), theta)} {unit}"
        case Shape.PER | Shape.TIMES:
            return signed(significant(size, 2), theta)


def _style(measure: str, values: Iterable[float | None]) -> tuple[float, str, int]:
    """By what a level is multiplied, its unit, and the decimals that all of `values` need."""
    known = [abs(value) for value in values if value is not None]
    match MEASURES[measure].shape:
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
    return int(f"{value:.2e}".partition("e")[2])


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.replace("-", _MINUS) if any(digit in text for digit in "123456789") else text.lstrip("-")


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def _range(low: str, high: str, *, open_low: bool, open_high: bool) -> str:
    if open_low and open_high:
        return ""
    if open_low:
        return f"at most {high}"
    if open_high:
        return f"at least {low}"
    number, _, unit = low.rpartition(" ")
    return f"{number} to {high}" if number and high.endswith(f" {unit}") else f"{low} to {high}"
