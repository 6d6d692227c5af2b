"""How errors are worded: what was found in quotes, what was meant, and how a time or a duration is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

Trail = tuple[str | int, ...]
"""Keys and indices from a section down to what is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a value."""

    what: str
    at: Trail = ()
    """Below the value: the key that is meant."""
    other: Trail = ()
    """Where two keys do not go together, the second: it is named in place of the first where a flag gave it."""
    offset: int | None = None
    """The character of the text at which it goes wrong, from 0."""
    key: bool = False
    """The key itself is wrong, rather than its value."""


class RefusedError(ValueError):
    """A value that cannot be used: one sentence, or several faults at once."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(Fault(what=fault) if isinstance(fault, str) else fault for fault in faults)
        super().__init__("; ".join(fault.what for fault in self.faults))


def quoted(value: object) -> str:
    """A value as an error shows it: in backticks, on one line, without control characters, not too long."""
    match value:
        case None:
            return "nothing"
        case bool():
            text = str(value).lower()
        case list() | tuple():
            return "a list"
        case dict():
            return "a section of keys"
        case _:
            text = str(value)
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text[:61])
    return f"`{shown[:60]}…`" if len(shown) > 60 else f"`{shown}`"


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?`, or nothing where no known word is near."""
    by_fold = {name.lower().replace("-", "_"): name for name in known}
    near = get_close_matches(word.lower().replace("-", "_"), by_fold, n=1, cutoff=0.6)
    return f"; did you mean `{by_fold[near[0]]}`?" if near else ""


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """`unknown signal `x`; did you mean `y`?`, with all that there are where none is near."""
    names = tuple(known)
    return f"unknown {kind} {quoted(word)}" + (meant(word, names) or f"; there are {listed(names)}")


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """`a`, `b` and `c`."""
    names = [f"`{word}`" for word in words]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def duration(ms: int) -> str:
    """A duration as a configuration writes it: `1h30m`, `15s`, `500ms`."""
    parts = []
    rest = ms
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def time(ms: int) -> str:
    """A time in UTC: `2026-11-21T09:11:00Z`."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    text = at.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
    return text.removesuffix("+00:00") + "Z"
