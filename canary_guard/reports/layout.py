"""Text fitted to the columns of a terminal: wrapped lines and tables, whatever alphabet they are in."""

import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from canary_guard.reports.escaping import columns

_GAP = 2
_BREAKS = re.compile(r" (?!(?:%|pp|ms|µs|us|s|min|UTC)(?:[\s,;:.)]|$))")
"""Spaces, but not those between a number and its unit."""
_NARROWEST = 5
_LONGEST_WORD = 16
"""A word up to this long is not broken while another column can give way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a cell is coloured where there is colour."""

    color: str | None = None
    bold: bool = False
    dim: bool = False

    def on(self, text: str) -> str:
        """The text in this style."""
        return click.style(text, fg=self.color, bold=self.bold or None, dim=self.dim or None)


PLAIN = Style()
Cell = tuple[str, Style]


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `width` columns, broken at spaces, and inside a word only where it fits no line."""
    lines, line = [], first
    empty = True
    for word in _BREAKS.split(text):
        for piece in _pieces(word, max(1, width - max(columns(first), columns(rest)))):
            if not empty and columns(line) + 1 + columns(piece) > width:
                lines.append(line)
                line, empty = rest, True
            line += piece if empty else f" {piece}"
            empty = False
    return [*lines, line]


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word cut to pieces of at most `width` columns; none begins with a colon, which a CI system might obey."""
    while columns(word) > width:
        end = len(word)
        while end > 1 and columns(word[:end]) > width:
            end = width if end > 2 * width else end - 1
        cut = end
        while cut > 1 and word[cut] == ":":
            cut -= 1
        yield word[:cut]
        word = word[cut:]
    yield word


def table(rows: Sequence[Sequence[Cell]], *, width: int, indent: int, color: bool) -> list[str]:
    """Lines of columns that are as wide as their cells; where they do not fit, the widest give way and wrap."""
    widths = column_widths(rows, width=width, indent=indent)
    return [line for row in rows for line in row_lines(row, widths, indent=indent, color=color)]


def column_widths(rows: Sequence[Sequence[Cell]], *, width: int, indent: int) -> list[int]:
    """How wide each column is, so that all fit into `width`."""
    widths = [max((columns(row[index][0]) for row in rows), default=0) for index in range(len(rows[0]) if rows else 0)]
    words = [
        max((columns(word) for row in rows for word in row[index][0].split(" ")), default=0)
        for index in range(len(widths))
    ]
    room = width - indent - _GAP * (len(widths) - 1)
    for floors in ([min(word, _LONGEST_WORD) for word in words], [_NARROWEST] * len(widths)):
        while sum(widths) > room and any(map(operator.gt, widths, floors)):
            wide = [index for index, floor in enumerate(floors) if widths[index] > floor]
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def row_lines(row: Sequence[Cell], widths: Sequence[int], *, indent: int, color: bool) -> Iterator[str]:
    """The lines of one row; several where a cell wraps."""
    cells = [wrap(text, width) for (text, _), width in zip(row, widths, strict=True)]
    for height in range(max(map(len, cells))):
        line = ""
        for (_, style), lines, width in zip(row, cells, widths, strict=True):
            text = lines[height] if height < len(lines) else ""
            padding = " " * (width - columns(text) + _GAP)
            line += (style.on(text) if color and text and style != PLAIN else text) + padding
        yield " " * indent + line.rstrip()
