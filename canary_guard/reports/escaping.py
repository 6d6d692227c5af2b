"""Foreign text (a label, a query, an error) made harmless for every format, and fitted to a space."""

import re
import unicodedata

ELLIPSIS = "…"

HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U0001fffe-\U0001ffff\U0002fffe-\U0002ffff\U0003fffe-\U0010ffff]"
)
"""Control characters, line breaks, lone surrogates, what is no character (HTML allows none) or has no meaning that all
know, and what turns the text around or takes no room."""

_COMMAND = re.compile(r"(?<!\S)::(?=[A-Za-z])|##\[")
"""What a CI system takes for a workflow command: `::error::` at the start of a line, `##[error]` anywhere."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_ASCII = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "→": "->",
        "…": "...",
        "×": "x",
        "µ": "u",
        "·": "-",
        "≤": "<=",
        "≥": ">=",
        "±": "+/-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "∞": "inf",
    }
)


def visible(text: str) -> str:
    r"""On one line, with everything that a person cannot see, or a terminal or CI would obey, written as `\x1b`."""
    return _COMMAND.sub(_escape, HIDDEN.sub(_escape, text))


def _escape(match: re.Match[str]) -> str:
    head, tail = match[0][0], match[0][1:]
    if head in _SHORT:
        return _SHORT[head] + tail
    code = ord(head)
    escaped = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return escaped + tail


def said(text: str, limit: int = 300) -> str:
    """Foreign text as it may stand in a sentence: visible, and at most `limit` characters long."""
    return shorten(visible(text[: limit + 1]), limit)


def shorten(text: str, limit: int, ellipsis: str = ELLIPSIS) -> str:
    """The text within `limit` columns, with an ellipsis where something was cut."""
    if columns(text) <= limit:
        return text
    room, end = limit - columns(ellipsis), 0
    while (room := room - columns(text[end])) >= 0:
        end += 1
    return text[:end].rstrip() + ellipsis


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def plain(text: str) -> str:
    """In ASCII: our own signs spelt out, every other character as an escape."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
