"""The words are shown with real servers in test_transport.py; here is what cannot be had on loopback."""

from __future__ import annotations

import socket
import ssl

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ProxyError, ReadTimeoutError
from urllib3.exceptions import SSLError as PoolSSLError

from canary_guard.outages import Outage, outage, silence


def caused(cause: BaseException) -> requests.ConnectionError:
    """As requests gives it: around urllib3's error, around the system's."""
    refused = NewConnectionError(None, "Failed to establish a new connection")  # type: ignore[arg-type] # only its words
    refused.__cause__ = cause
    return requests.ConnectionError(MaxRetryError(None, "/api/v1/query", refused))  # type: ignore[arg-type] # likewise


def answer_to(error: Exception) -> Outage:
    return outage(error, 10_000, hide=lambda text: text.replace("s3cret", "***"))


@pytest.mark.parametrize(
    ("cause", "answer"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "no such host (Name or service not known)"),
        (OSError(113, "No route to host"), "no route to host"),
    ],
)
def test_the_systems_own_words(cause: OSError, answer: str) -> None:
    error = answer_to(caused(cause))
    assert error.answer == answer
    assert error.again
    assert not error.arrived


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectTimeout(),
        requests.ReadTimeout(),
        ReadTimeoutError(None, "/", "read timed out"),  # type: ignore[arg-type] # only its kind counts
        caused(TimeoutError(110, "Connection timed out")),
    ],
)
def test_whatever_took_too_long(error: Exception) -> None:
    assert answer_to(error) == silence(10_000)
    assert answer_to(error).answer == "no whole answer within 10 s"
    assert not answer_to(error).again


def test_tls_that_has_no_words_of_verification() -> None:
    broken = requests.exceptions.SSLError(PoolSSLError(ssl.SSLError(1, "[SSL] PEM lib (_ssl.c:3900)")))
    assert answer_to(broken).answer == "TLS: [SSL] PEM lib (_ssl.c:3900)"


def test_a_proxy_is_named_as_such() -> None:
    wrapped = ProxyError("Unable to connect to proxy", ConnectionResetError(104, "Connection reset by peer"))
    error = answer_to(requests.exceptions.ProxyError(MaxRetryError(None, "/", wrapped)))  # type: ignore[arg-type] # only its words
    assert error.answer == "the proxy: connection reset by peer"


def test_other_errors_are_told_by_their_name_without_secrets() -> None:
    assert answer_to(requests.exceptions.InvalidURL("bad s3cret")).answer == "InvalidURL: bad ***"


def test_what_broke_off_may_have_arrived() -> None:
    broken = requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer")))
    assert answer_to(broken).answer == "reset by peer"
    assert answer_to(broken).again
    assert answer_to(broken).arrived
