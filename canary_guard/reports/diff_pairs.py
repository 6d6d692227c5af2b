"""What merely reads otherwise in two runs, as pairs of words for every format.

Foreign text is on one line and visible, but not yet escaped for a format.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from canary_guard.model.cause import CauseStatus
from canary_guard.model.difference import Altered, Difference
from canary_guard.reports import numbers
from canary_guard.reports.escaping import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Something that reads otherwise."""

    name: str
    then: str
    now: str


def cause_pairs(found: Difference) -> tuple[Pair, ...]:
    """The causes that came, went or changed status."""
    return tuple(
        Pair(name=said(f"{one.title} ({one.id})", 160), then=_status(one.then), now=_status(one.now))
        for one in found.causes
    )


def _status(status: CauseStatus | None) -> str:
    return "not told" if status is None else status.replace("_", " ")


def pairs(altered: Iterable[Altered], limit: int = 300) -> tuple[Pair, ...]:
    """The same of what merely reads otherwise, made visible; `–` for what was not there."""
    return tuple(
        Pair(name=said(one.name, 100), then=_there(one.then, limit), now=_there(one.now, limit)) for one in altered
    )


def _there(text: str | None, limit: int) -> str:
    return numbers.UNDEFINED if text is None else said(text, limit)
