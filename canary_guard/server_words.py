"""What a server says, in: one line for a person, out."""

import re
from html import unescape

_LONGEST = 300
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1[^>]*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


def one_line(text: str) -> str:
    """Foreign text as one line of at most 300 visible characters, control and direction characters taken out."""
    line = _UNSEEN.sub(" ", text).strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def is_page(text: str, content_type: str) -> bool:
    """Whether a body is an HTML page, whatever its content type says."""
    return "<html" in text.lower() or content_type.split(";")[0].strip().lower() == "text/html"


def page_words(page: str) -> str:
    """An HTML page's title; without one, its text."""
    titled = _TITLE.search(page)
    return unescape(titled[1] if titled else _TAG.sub(" ", page))
