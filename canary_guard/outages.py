"""What went wrong on the way to a server, from the exceptions of requests, urllib3 and the system, in plain words."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests
from urllib3.exceptions import ConnectTimeoutError, DecodeError, NewConnectionError, ProtocolError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from canary_guard.server_words import one_line

_TIMEOUTS = (requests.Timeout, PoolTimeoutError, TimeoutError)
_BROKEN = (ProtocolError, DecodeError)
_NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, ssl.SSLError, requests.exceptions.ProxyError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Why no whole answer came, and what to do."""

    answer: str
    advice: str
    again: bool = False
    """The same request may fare better in a moment."""
    arrived: bool = True
    """The request may have arrived: only what may happen twice is sent again."""


def silence(timeout: int) -> Outage:
    """No answer, or not the whole of it, within `timeout` ms."""
    return Outage(
        answer=f"no whole answer within {timeout / 1000:g} s",
        advice="See whether the server is overloaded, or give it a longer timeout.",
    )


def outage(error: Exception, timeout: int, *, hide: Callable[[str], str]) -> Outage:
    """Of a request that got no whole answer within `timeout` ms; `hide` takes secrets out of its words."""
    causes = list(_causes(error))
    arrived = not any(isinstance(cause, _NEVER_CONNECTED) for cause in causes)
    # To urllib3 a refused connection is a kind of timeout.
    if any(isinstance(cause, _TIMEOUTS) and not isinstance(cause, NewConnectionError) for cause in causes):
        return silence(timeout)
    if isinstance(error, requests.exceptions.ProxyError):
        where = f"the proxy: {_words(causes)}"
        return Outage(
            answer=one_line(hide(where)), advice="Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.", arrived=arrived
        )
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        words = getattr(tls, "verify_message", None) or tls.strerror or tls
        return Outage(
            answer=one_line(hide(f"TLS: {words}")),
            advice="Name the authority's certificate (`ca_file`, or REQUESTS_CA_BUNDLE), and check the URL and the "
            "client certificate.",
            arrived=arrived,
        )
    return Outage(
        answer=one_line(hide(_words(causes))),
        advice="Check the URL, and that the server runs.",
        again=True,
        arrived=arrived,
    )


def _words(causes: list[BaseException]) -> str:
    for cause in reversed(causes):
        if isinstance(cause, socket.gaierror):
            return f"no such host ({cause.strerror})"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        if isinstance(cause, _BROKEN):
            return "the answer broke off or is damaged"
    return f"{type(causes[-1]).__name__}: {causes[-1]}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it wraps, from the outside in: requests keeps urllib3's in `args`, urllib3 in `reason`."""
    while error is not None:
        yield error
        inner = [getattr(error, "reason", None), *error.args, error.__cause__, error.__context__]
        error = next((one for one in inner if isinstance(one, BaseException)), None)
