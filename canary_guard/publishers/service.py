"""A server that is published to: what is asked of it in, its answer or a PublishError for people out.

What every publisher needs: one deadline for all its requests, further tries where nothing can happen twice, no
redirects, no ~/.netrc, and the server's own words without secrets.
"""

import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

import requests
import urllib3
from pydantic_core import from_json
from requests import PreparedRequest
from requests.auth import AuthBase

from canary_guard import __version__
from canary_guard.errors import PublishError
from canary_guard.outages import Outage, outage, silence
from canary_guard.redaction import Redaction, without_credentials
from canary_guard.server_words import is_page, one_line, page_words

_CHUNK = 2**16
_LARGEST = 2**24
"""bytes that are read of an answer"""
_BEGINNING = 20_000
"""bytes in which words are looked for"""
_TRIES = 3
_FIRST_PAUSE = 0.5
"""s before the second try, doubled with each further one"""
_LONGEST_PAUSE = 10.0
"""s; a server's Retry-After is followed up to this"""
_REFUSED = frozenset({429, 503})
"""Nothing was done, so that anything may be asked again."""
_SECRET = 8
"""characters from which on a part of a private address is hidden wherever it stands: shorter ones are often words"""
_FORBIDDEN = 403
"""With Retry-After it is GitHub's other way to say 429."""
_UNSURE = frozenset({502, 504})
"""Something between us and the server lost the answer."""
_ADVICE: Mapping[int, str] = {
    400: "Read the server's words.",
    401: "Give a token that is valid there.",
    403: "Let this token write there, or give another.",
    404: "Check the address, and whether this token may see what is there.",
    413: "Let the server take larger bodies.",
    429: "Publish again later.",
}
_KEYS = ("message", "error", "error_description", "errorMessages", "errors", "detail")
"""Under which servers say what is wrong: GitHub, GitLab and Grafana, OAuth, Jira, others."""
_DOUBT = "It may have arrived all the same: look before you publish again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    """By name, whatever its case."""
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is an HTML page."""
        return is_page(self.beginning, self.headers.get("Content-Type", ""))

    @property
    def beginning(self) -> str:
        """As text."""
        return self.body[:_BEGINNING].decode("utf-8", "replace")


class _Headers(AuthBase):
    """As an object of `requests`' own kind it comes after all other headers and keeps ~/.netrc out."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers.update(self._headers)
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: a redirect would take a token to another host, and make a POST a GET."""


class Service:
    """All requests to it together end within the timeout."""

    def __init__(
        self,
        url: str,
        *,
        timeout: int,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        further: Mapping[str, str] | None = None,
        private: bool = False,
        secrets: Iterable[str] = (),
    ) -> None:
        """`timeout` in ms; `headers` hold secrets, `further` ones do not; `basic`: user and password.

        `private`: the URL's path is a secret, too; `secrets`: further ones that the server may repeat.
        """
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable or not url.isprintable() or " " in url:
            raise PublishError("its address is no URL with http or https and a host. Check the variable's value.")
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self.where = host if private else without_credentials(url)
        sent = dict(headers or {})
        hidden = [*secrets, *(word for value in sent.values() for word in (value, *value.split()[-1:]))]
        if parts.username is not None:
            basic = (unquote(parts.username), unquote(parts.password or ""))
            # without a password, the user is a token
            hidden += [parts.password] if parts.password else [parts.username, basic[0]]
        if basic is not None:
            pair = b64encode(":".join(basic).encode()).decode()
            sent["Authorization"] = f"Basic {pair}"
            hidden += [basic[1], pair]
        if private:
            hidden += _secrets_in(parts)
        for name, value in sent.items():
            if not (value.isascii() and value.isprintable()):
                raise PublishError(f"the value for the header {name} has a character that no header can carry.")
        self.hide = Redaction(hidden).hide
        self._url = f"{host}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout / 1000
        self._headers = _Headers(sent)
        self._session = _Session()
        self._session.headers.update({"User-Agent": f"canary-guard/{__version__}", **(further or {})})

    def ask(
        self,
        method: str,
        path: str,
        *,
        what: str,
        repeatable: bool | None = None,
        advice: Mapping[int, str] | None = None,
        **options: Any,  # noqa: ANN401 - requests' own
    ) -> Reply:
        """A good answer. `what` was asked for, for errors; `repeatable`: it may happen twice."""
        twice = method != "POST" if repeatable is None else repeatable
        tries = 0
        while True:
            pause = _FIRST_PAUSE * 2**tries
            try:
                reply = self._send(method, path, options)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                found = outage(error, self._timeout, hide=self.hide)
                problem = self._unanswered(what, found, twice=twice)
                again = found.again and (twice or not found.arrived)
            else:
                if reply.status < 300:
                    return reply
                problem = self._refusal(what, reply, {**_ADVICE, **(advice or {})}, twice=twice)
                wanted = _wanted_pause(reply)
                pause = min(pause if wanted is None else wanted, _LONGEST_PAUSE)
                again = reply.status in _REFUSED or (reply.status in _UNSURE and twice)
                again = again or (reply.status == _FORBIDDEN and wanted is not None)
            tries += 1
            if not again or tries == _TRIES or pause > self.left():
                raise problem
            time.sleep(pause)

    def json(self, method: str, path: str, *, what: str, **options: Any) -> Any:  # noqa: ANN401 - JSON
        """What a good answer says; PublishError where it is no JSON."""
        reply = self.ask(method, path, what=what, **options)
        try:
            return from_json(reply.body)
        except ValueError:
            kind = "an HTML page" if reply.is_page else "something else"
            answer = f"answered HTTP {reply.status} with {kind} instead of JSON: {self._words(reply) or 'nothing'}"
            raise self.problem(what, answer, "Check the address: another service or a login page answers.") from None

    def problem(self, what: str, answer: str, advice: str) -> PublishError:
        """The error of an answer that is none."""
        return PublishError(f"{what}: {self.where} {answer}. {advice}")

    def said(self, text: str) -> str:
        """A server's words as they may stand in an error."""
        return one_line(self.hide(text))

    def left(self) -> float:
        """s until the deadline."""
        return self._deadline - time.monotonic()

    def _send(self, method: str, path: str, options: Mapping[str, Any]) -> Reply:
        if self.left() <= 0:
            raise requests.Timeout
        url = f"{self._url.rstrip('/')}{path}" if path else self._url
        with self._session.request(
            method, url, auth=self._headers, timeout=self.left(), stream=True, **options
        ) as response:
            body = bytearray()
            while len(body) <= _LARGEST and (chunk := response.raw.read1(_CHUNK, decode_content=True)):
                body += chunk
                if self.left() <= 0:
                    raise requests.Timeout
        return Reply(status=response.status_code, headers=response.headers, body=bytes(body))

    def _unanswered(self, what: str, found: Outage, *, twice: bool) -> PublishError:
        late = found == silence(self._timeout)
        advice = "See whether it is overloaded, or give it a longer `timeout`." if late else found.advice
        doubt = f" {_DOUBT}" if found.arrived and not twice else ""
        return self.problem(what, f"gave no answer ({found.answer})", f"{advice}{doubt}")

    def _refusal(self, what: str, reply: Reply, advice: Mapping[int, str], *, twice: bool) -> PublishError:
        if reply.status < 400:
            answer = f"answered HTTP {reply.status}, a redirect to {self._target(reply)}, which is not followed"
            return self.problem(what, answer, "Give the address that answers itself.")
        default = "Check the address." if reply.status < 500 else "See the server's log, or publish again later."
        doubt = f" {_DOUBT}" if reply.status in _UNSURE and not twice else ""
        answer = f"answered HTTP {reply.status}: {self._words(reply) or 'nothing said'}"
        return self.problem(what, answer, f"{advice.get(reply.status, default)}{doubt}")

    def _target(self, reply: Reply) -> str:
        try:
            return self.said(without_credentials(reply.headers.get("Location", ""))) or "nowhere"
        except ValueError:
            return "an address that cannot be read"

    def _words(self, reply: Reply) -> str:
        if reply.is_page:
            text = page_words(reply.beginning)
        else:
            try:
                text = "; ".join(dict.fromkeys(_said(from_json(reply.body))))
            except ValueError:
                text = reply.beginning
        return self.said(text).rstrip(".")


def _secrets_in(url: SplitResult) -> Iterator[str]:
    """Its path and its query, and what in them is long enough for a secret: a server may repeat one of them alone."""
    yield from (url.path, url.path.strip("/"), url.query)
    values = [pair.partition("=")[2] or pair for pair in url.query.split("&")]
    segments = url.path.split("/")
    forms = (*segments, *map(unquote, segments), *values, *map(unquote_plus, values))
    yield from (form for form in forms if len(form) >= _SECRET)


def _said(message: object) -> Iterator[str]:
    """The words in an error's JSON, of whichever shape."""
    match message:
        case str():
            if message:
                yield message
        case list():
            for one in message:
                yield from _said(one)
        case dict():
            known = [message[key] for key in _KEYS if key in message]
            if known:
                yield from _said(known)
            else:
                yield from (f"{key}: {', '.join(_said(value)) or value}" for key, value in message.items())
        case _:
            pass


def _wanted_pause(reply: Reply) -> float | None:
    """s, as Retry-After says: a number, or a date."""
    text = reply.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
