"""What a team writes as a quantity: durations, times, shares, bounds and limits; text or number in, base units out.

Each parser takes a text or a number, as YAML gives it, and raises RefusedError with a suggestion.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite

from canary_guard.config import wording
from canary_guard.config.wording import RefusedError, quoted
from canary_guard.model.measure import BoundUnit, Shape
from canary_guard.model.rule import Bound

_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_QUANTITY = re.compile(rf"([xX]?)\s*({_NUMBER})\s*([^0-9.,\s].*)?")
_LARGEST = 1_000_000

_SIZES = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_LONGEST = 366 * _SIZES["d"]
_DURATION = re.compile("".join(rf"(?:({_NUMBER}){unit})?" for unit in _SIZES))

_WORDS = {
    "": (BoundUnit.NUMBER, Decimal(1)),
    "%": (BoundUnit.PERCENT, Decimal("0.01")),
    "x": (BoundUnit.TIMES, Decimal(1)),
    "pp": (BoundUnit.POINTS, Decimal("0.01")),
    "s": (BoundUnit.SECONDS, Decimal(1)),
    "ms": (BoundUnit.SECONDS, Decimal("0.001")),
}
"""How the unit of a bound is written, and its size in base units."""
_SHOWN = {
    BoundUnit.NUMBER: ("a plain number", "0.01"),
    BoundUnit.PERCENT: ("%", "10%"),
    BoundUnit.TIMES: ("x", "x1.2"),
    BoundUnit.POINTS: ("pp", "0.5pp"),
    BoundUnit.SECONDS: ("ms, s", "5ms"),
}
"""How an error names a unit, and an example."""
_LEVELS = {
    Shape.SHARE: (BoundUnit.PERCENT, BoundUnit.NUMBER),
    Shape.PER: (BoundUnit.NUMBER,),
    Shape.SECONDS: (BoundUnit.SECONDS,),
    Shape.LOAD: (BoundUnit.PERCENT, BoundUnit.NUMBER),
    Shape.TIMES: (BoundUnit.NUMBER,),
}
"""Units of a limit on a level. A plain number of seconds is refused: half of all readers would mean milliseconds."""
_OTHER_NAMES = {
    **dict.fromkeys(("percent", "pct"), "%"),
    **dict.fromkeys(("point", "points", "pts", "pt", "p.p."), "pp"),
    **dict.fromkeys(("times", "fold"), "x"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "m"),
    **dict.fromkeys(("second", "seconds", "sec", "secs"), "s"),
    **dict.fromkeys(("millisecond", "milliseconds", "msec", "msecs", "millis"), "ms"),
}
"""What people write, and what they mean by it."""

_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d+))?\s?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?",
    re.ASCII,
)
_UNIX = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


MAX_POINTS = 11_000
"""Prometheus answers a range query with no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time."""

    at: int
    """ms since the epoch"""
    relative: bool
    """Written relative to now."""


def parse_duration(raw: object, *, least: int = 1) -> int:
    """`10m`, `1h30m`, `500ms`, `1.5s` in ms, a whole number of them and at least `least` (0 or 1)."""
    text = _text(raw, "a duration such as `10m`")
    found = None if text == "" else _DURATION.fullmatch(text)
    if text == "0":
        ms = Decimal(0)
    elif found is None:
        raise RefusedError(f"expected a duration such as `10m`, found {quoted(text)}{_meant_duration(text)}")
    else:
        sizes = zip(found.groups(), _SIZES.values(), strict=True)
        ms = sum((Decimal(number) * size for number, size in sizes if number is not None), Decimal(0))
    if ms > _LONGEST:
        raise RefusedError(f"{quoted(text)} is longer than a year")
    if ms % 1:
        raise RefusedError(f"{quoted(text)} is not a whole number of milliseconds")
    if ms < least:
        raise RefusedError(f"expected a duration longer than 0, found {quoted(text)}")
    return int(ms)


def _meant_duration(text: str) -> str:
    if re.fullmatch(_NUMBER, text) and len(text) < 10:
        return f", without a unit; did you mean `{text}s` or `{text}m`?"
    words = re.findall(rf"({_NUMBER})\s*([A-Za-z]+)", text)
    guess = "".join(number + _OTHER_NAMES.get(unit.lower(), unit.lower()) for number, unit in words)
    return f"; did you mean `{guess}`?" if guess and guess != text and _DURATION.fullmatch(guess) else ""


def check_points(length: int, step: int) -> None:
    """Refuses a window of more points than Prometheus answers in one query; both in ms."""
    if length // step >= MAX_POINTS:
        found = f"{length // step} intervals of {wording.duration(step)} in {wording.duration(length)}"
        raise RefusedError(f"{found}, and at most {MAX_POINTS - 1} can be; choose a longer step or a shorter window")


def parse_time(raw: object, *, now: int) -> Moment:
    """RFC 3339 with an offset, Unix seconds with fractions, `now` (ms), or relative to it as `-10m`."""
    expected = "a time: RFC 3339 as `2026-11-21T09:11:00Z`, Unix seconds, `-10m` or `now`"
    text = _text(raw, expected)
    if text == "now":
        return Moment(at=now, relative=True)
    if text.startswith("-"):
        return Moment(at=now - parse_duration(text[1:]), relative=True)
    if _UNIX.fullmatch(text):
        return Moment(at=_unix(text), relative=False)
    if (found := _RFC_3339.fullmatch(text)) is not None:
        return Moment(at=_calendar(text, *found.groups()), relative=False)
    raise RefusedError(f"expected {expected}, found {quoted(text)}")


def _unix(text: str) -> int:
    seconds = Decimal(text)
    if seconds >= 10**14:
        raise RefusedError(f"{quoted(text)} is no Unix time in seconds")
    if seconds >= 10**11:
        raise RefusedError(f"{quoted(text)} is no Unix time in seconds; did you mean `{seconds / 1000:f}`?")
    if seconds < 10**8:
        raise RefusedError(f"{quoted(text)} is no recent Unix time; a time relative to now is written `-10m`")
    return round(seconds * 1000)


def _calendar(text: str, day: str, clock: str | None, fraction: str | None, offset: str | None) -> int:
    if clock is None or offset is None:
        whole = f"{day}T{clock or '00:00:00'}" + (f".{fraction}" if fraction else "")
        raise RefusedError(f"{quoted(text)} has no offset; did you mean `{whole}Z` (UTC)?")
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError as error:
        raise RefusedError(f"{quoted(text)} is no time: {error}") from None
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    ms = (since.days * 86_400 + since.seconds) * 1000 + round(Decimal(f"0.{fraction or 0}") * 1000)
    if ms < 0:
        raise RefusedError(f"{quoted(text)} is before 1970")
    return ms


def parse_share(raw: object) -> float:
    """`1%` or `0.01`, from 0 to 1."""
    expected = "a share such as `1%` or `0.01`"
    text = _text(raw, expected)
    number, word = _split(text, expected)
    if word not in ("", "%") or number * _WORDS[word][1] > 1:
        raise RefusedError(f"expected {expected}, found {quoted(text)}")
    return float(number * _WORDS[word][1])


def parse_bound(raw: object, *, measure: str, units: Sequence[BoundUnit], drops: bool = False) -> Bound:
    """A bound on the change of a measure that takes these units, the natural one first; `drops` for `drops_by`."""
    expected = f"a bound such as {_examples(units)}"
    text = _text(raw, expected)
    number, word = _split(text, expected)
    unit, size = _WORDS[word]
    if not 0 < number <= _LARGEST:
        raise RefusedError(f"{quoted(text)} is no bound: expected more than 0, and at most {_LARGEST}")
    if unit not in units:
        raise RefusedError(_misfit(text, f"a change of {measure}", units) + _converted(number, unit, units[0]))
    if unit is BoundUnit.TIMES and number <= 1:
        raise RefusedError(f"{quoted(text)} is no change: a factor is greater than 1, for `drops_by`, too; e.g. `x1.2`")
    if number >= 100 and (unit is BoundUnit.POINTS or (unit is BoundUnit.PERCENT and drops)):
        raise RefusedError(f"{quoted(text)} can never be exceeded: nothing changes by so much")
    return Bound(amount=float(number * size), unit=unit, text=text)


def parse_limit(raw: object, *, measure: str, shape: Shape) -> Bound:
    """A limit on the level of a measure: `90%` or `0.9` of a share, `50ms` or `0.05s` of a duration, else a number."""
    units = _LEVELS[shape]
    expected = f"a limit such as {_examples(units)}"
    text = _text(raw, expected)
    number, word = _split(text, expected)
    unit, size = _WORDS[word]
    if unit not in units:
        guess = f"; did you mean `{number}ms` or `{number}s`?" if unit is BoundUnit.NUMBER else ""
        raise RefusedError(_misfit(text, f"the level of {measure}", units) + guess)
    if not 0 < number * size <= (1 if shape is Shape.SHARE else _LARGEST):
        raise RefusedError(f"{quoted(text)} is no level that {measure} can have")
    return Bound(amount=float(number * size), unit=unit, text=text)


def _text(raw: object, expected: str) -> str:
    """A text or number as the team wrote it."""
    if isinstance(raw, float) and not isfinite(raw):
        raise RefusedError(f"expected {expected}, found a number that is not finite")
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise RefusedError(f"expected {expected}, found {quoted(raw)}")
    return raw.strip() if isinstance(raw, str) else f"{Decimal(str(raw)).normalize():f}"


def _split(text: str, expected: str) -> tuple[Decimal, str]:
    """A number as written, and its unit's word."""
    found = _QUANTITY.fullmatch(text)
    if found is None or (found[1] and found[3]):
        guess = text.replace(",", ".").lstrip("+")
        meant = f"; did you mean `{guess}`?" if guess != text and _QUANTITY.fullmatch(guess) else ""
        minus = "; the direction is in `rises_by` or `drops_by`, not in a sign" if text.startswith("-") else meant
        raise RefusedError(f"expected {expected}, found {quoted(text)}{minus}")
    word = found[1].lower() or found[3] or ""
    if word not in _WORDS or (word == "x" and found[3]):
        better = _OTHER_NAMES.get(word.lower(), word.lower())
        meant = f"x{found[2]}" if better == "x" else found[2] + better
        hint = f"; did you mean `{meant}`?" if better in _WORDS else ""
        raise RefusedError(f"unknown unit {quoted(found[3])} in {quoted(text)}, expected {expected}{hint}")
    return Decimal(found[2]), word


def _misfit(text: str, what: str, units: Sequence[BoundUnit]) -> str:
    names = " or ".join((", ".join(_SHOWN[unit][0] for unit in units)).rsplit(", ", 1))
    return f"{quoted(text)} does not fit: {what} takes {names}, e.g. {_examples(units)}"


def _converted(number: Decimal, unit: BoundUnit, wanted: BoundUnit) -> str:
    """The bound that was probably meant; nothing where no guess is better than the example."""
    guess = None
    if unit is BoundUnit.NUMBER and number < 1 and wanted in (BoundUnit.POINTS, BoundUnit.PERCENT):
        # Either may be meant, and the one is a hundred times the other.
        ways = (f"`{one.normalize():f}{wanted.value}` is {one.normalize():f} in 100" for one in (number, number * 100))
        return f"; `{number.normalize():f}` has no unit: {', '.join(ways)}"
    if unit is not BoundUnit.TIMES and wanted in (BoundUnit.POINTS, BoundUnit.PERCENT):
        guess = number
    if unit in (BoundUnit.PERCENT, BoundUnit.POINTS) and wanted is BoundUnit.NUMBER:
        guess = number / 100
    return "" if guess is None or guess >= 100 else f"; did you mean `{guess.normalize():f}{wanted.value}`?"


def _examples(units: Sequence[BoundUnit]) -> str:
    return wording.listed((_SHOWN[unit][1] for unit in units), last="or")
