"""Secrets taken out of whatever is shown."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, urlsplit

_SHORTEST = 4
"""Secrets shorter than this are not looked for in texts: they would be found in every second word."""


def without_credentials(url: str) -> str:
    """The URL without what may be secret in it: user, password, query and fragment; and without a trailing slash."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl().rstrip("/")


class Redaction:
    """Hides secrets of four characters and more, in every form in which a server may repeat one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        long = (secret for secret in secrets if len(secret) >= _SHORTEST)
        self._secrets = sorted({form for secret in long for form in _forms(secret)}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with `***` for every secret that stands in it."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _forms(secret: str) -> Iterator[str]:
    """As it stands, and as a URL, a form or JSON has it: a server repeats whichever it was sent."""
    yield secret
    for form in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield form
        yield re.sub("%..", lambda found: found[0].lower(), form)
    for ascii_only in (True, False):
        form = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield form
        yield form.replace("/", "\\/")
