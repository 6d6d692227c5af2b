"""How times and durations are written for people: in UTC, and on the reader's clock where that differs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from canary_guard.model.window import Grid
from canary_guard.reports.look import Look

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_LAST = 253_402_300_799_999


def duration(ms: int) -> str:
    """`15 s`, `90 s`, `4 min`, `2 h 10 min`, `3 days`: to the part that matters."""
    if ms < _SECOND:
        return f"{ms} ms"
    if ms <= 90 * _SECOND and ms % _MINUTE:
        return f"{ms / _SECOND:g} s"
    if ms < _HOUR and ms % _MINUTE:
        return f"{ms // _MINUTE} min {ms % _MINUTE / _SECOND:.3g} s"
    if ms < 2 * _HOUR:
        return f"{round(ms / _MINUTE)} min"
    if ms < 48 * _HOUR:
        hours, minutes = divmod(round(ms / _MINUTE), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{round(ms / (24 * _HOUR))} days"


def wait(ms: int) -> str:
    """A duration to wait, rounded up to what a person would say: `40 s`, `12 min`, `3 h`."""
    for step, until in ((10 * _SECOND, 2 * _MINUTE), (_MINUTE, 2 * _HOUR), (_HOUR, 48 * _HOUR)):
        rounded = -(-ms // step) * step
        if rounded < until:
            return duration(rounded)
    return duration(-(-ms // (24 * _HOUR)) * 24 * _HOUR)


def setting(ms: int) -> str:
    """A duration as the command line takes it, rounded up to a minute: `22m`."""
    return f"{-(-ms // _MINUTE)}m"


def clock(ms: int, look: Look) -> str:
    """A time of day: `09:16 UTC`, `09:16 UTC (10:16 CET)`; with seconds where there are any."""
    return _both(look, lambda offset: _clock(ms + offset, seconds=bool(ms % _MINUTE)))


def moment(ms: int, look: Look) -> str:
    """A time with its day: `2026-11-21 09:16 UTC (10:16 CET)`."""
    return f"{_at(ms):%Y-%m-%d} {clock(ms, look)}"


def span(grid: Grid, look: Look) -> str:
    """A window: `2026-11-21 09:11 to 09:21 UTC (10:11 to 10:21 CET)`."""
    seconds = bool(grid.start % _MINUTE or grid.end % _MINUTE)
    first, last = f"{_at(grid.start):%Y-%m-%d}", f"{_at(grid.end):%Y-%m-%d}"
    later = "" if first == last else f"{last} "

    def part(offset: int) -> str:
        start, end = _clock(grid.start + offset, seconds=seconds), _clock(grid.end + offset, seconds=seconds)
        return f"{start} to {later}{end}" if not offset else f"{start} to {end}"

    return f"{first} {_both(look, part)}"


def iso(ms: int) -> str:
    """RFC 3339 in UTC, as machines read it: `2026-11-21T09:11:00Z`."""
    text = _at(ms).isoformat(timespec="milliseconds" if ms % _SECOND else "seconds")
    return text.removesuffix("+00:00") + "Z"


def _both(look: Look, text: Callable[[int], str]) -> str:
    """In UTC, and on the reader's clock where it differs."""
    utc = f"{text(0)} UTC"
    return f"{utc} ({text(look.utc_offset)} {look.zone})" if look.utc_offset else utc


def _clock(ms: int, *, seconds: bool) -> str:
    return f"{_at(ms):%H:%M:%S}" if seconds else f"{_at(ms):%H:%M}"


def _at(ms: int) -> datetime:
    """As far as the calendar reaches: to the year 9999."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=min(ms, _LAST))
