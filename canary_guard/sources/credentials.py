"""A plan's secrets in, request headers out; and the same secrets taken out of whatever is shown."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from canary_guard.errors import ConfigError, Problem
from canary_guard.model.plan import PrometheusPlan

_SHORTEST = 4
"""Secrets shorter than this are not looked for in texts: they would be found in every second word."""


def without_credentials(url: str) -> str:
    """The URL without what may be secret in it: user, password, query and fragment; and without a trailing slash."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl().rstrip("/")


class Credentials(AuthBase):
    """Sets the headers that the plan asks for.

    As an object of `requests`' own kind it comes after all other headers and keeps ~/.netrc out.
    """

    def __init__(self, plan: PrometheusPlan) -> None:
        headers = {name: value.get_secret_value() for name, value in plan.headers.items()}
        secrets = [*headers.values()]
        in_url = urlsplit(plan.url)
        username, password = plan.username, plan.password.get_secret_value() if plan.password else ""
        if username is None and in_url.username is not None:
            username, password = unquote(in_url.username), unquote(in_url.password or "")
            secrets.append(in_url.password or "")
        if username is not None:
            pair = b64encode(f"{username}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
            secrets += [password, pair]
        if plan.token is not None:
            token = plan.token.get_secret_value().strip()
            headers["Authorization"] = f"Bearer {token}"
            secrets.append(token)
        for name, value in headers.items():
            if not (name.isascii() and value.isascii() and (name + value).isprintable()):
                what = (
                    f"the value for the header {name!r} has a character that no header can carry, such as a line break"
                )
                raise ConfigError(Problem(what=what))
        self._headers = headers
        long = (secret for secret in secrets if len(secret) >= _SHORTEST)
        self._secrets = sorted({form for secret in long for form in _forms(secret)}, key=len, reverse=True)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the headers."""
        request.headers.update(self._headers)
        return request

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
