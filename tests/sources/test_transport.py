"""The client's defects are numbered as they were measured; each test fails when the layer is taken away."""

from __future__ import annotations

import gzip
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import responses
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from responses.registries import OrderedRegistry

from canary_guard.errors import ConfigError
from canary_guard.model.plan import PrometheusPlan
from canary_guard.sources.answers import Answer, AnswerError
from canary_guard.sources.transport import connect
from tests.servers.loopback import AUTHORITY, CERTIFICATE, Loopback, success
from tests.servers.prometheus_server import RawSeries

if TYPE_CHECKING:
    from pathlib import Path

    from canary_guard.model.series import Failure
    from tests.conftest import Serve
    from tests.servers.loopback import Exchange

URL = "http://prometheus:9090"
QUERY = f"{URL}/api/v1/query"


def a_plan(url: str = URL, **changes: object) -> PrometheusPlan:
    settings = {"timeout": 5_000, "retries": 2, **changes}
    return PrometheusPlan(url=url, **settings)  # type: ignore[arg-type] # tests name fields of PrometheusPlan


def ask(plan: PrometheusPlan, query: str = "up") -> Answer:
    with connect(plan) as client:
        answer = client.custom_query(query)
    assert isinstance(answer, Answer)
    return answer


def failure_of(plan: PrometheusPlan) -> Failure:
    with pytest.raises(AnswerError) as caught:
        ask(plan)
    return caught.value.failure


def good(exchange: Exchange) -> None:
    exchange.answer(success([]))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waiting between tries, noted instead of done."""
    noted: list[float] = []
    monkeypatch.setattr("canary_guard.sources.transport.time.sleep", noted.append)
    return noted


# 1 · POST put the query into the URL


def test_the_query_goes_into_the_body() -> None:
    with Loopback(good) as server:
        ask(a_plan(server.url), "sum(up)")
    (request,) = server.received
    assert (request.method, request.path, request.query) == ("POST", "/api/v1/query", "")
    assert request.form == {"query": "sum(up)"}


def test_a_real_prometheus_takes_a_query_of_a_megabyte(serve: Serve) -> None:
    with serve(series=[RawSeries(labels={"__name__": "one"}, samples=[(1_795_252_226_000, 1)])]) as server:
        answer = ask(a_plan(server.url), f'count(up{{pod!="{"x" * 1_300_000}"}}) or vector(7)')
    assert answer.result[0]["value"][1] == "7"


# 2 · the client's constructor mounted its own adapter over ours; 12 · a pool of ten


def test_our_adapter_is_the_one_that_is_used() -> None:
    with connect(a_plan("http://prometheus:9090/path/", concurrency=3)) as client:
        for url in (client.url, f"{client.url}/api/v1/query", "http://elsewhere", "https://elsewhere"):
            adapter = client._session.get_adapter(url)
            assert isinstance(adapter, HTTPAdapter)
            assert (vars(adapter)["_pool_maxsize"], adapter.max_retries.total) == (3, 0)


def test_connections_are_kept_and_none_is_thrown_away(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING),
        Loopback(good) as server,
        connect(a_plan(server.url, concurrency=16)) as client,
    ):
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(client.custom_query, ["up"] * 200))
        assert len(server.received) == 200
        assert server.connections <= 16
    assert "pool is full" not in caplog.text


# 3 · retries: not for POST, slow, without bound, and the server's words were lost


@responses.activate(registry=OrderedRegistry)
def test_a_post_is_tried_again_and_may_succeed(pauses: list[float]) -> None:
    responses.post(QUERY, status=503, body="starting")
    responses.post(QUERY, status=502, body="")
    responses.post(QUERY, json=success([]))
    assert ask(a_plan()).result == []
    assert pauses == [0.2, 0.4]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@responses.activate
def test_tries_end_and_the_servers_words_are_kept(status: int, pauses: list[float]) -> None:
    responses.post(QUERY, status=status, body="queue is full")
    assert failure_of(a_plan()).answer == f"HTTP {status}: queue is full"
    assert len(responses.calls) == 3
    assert len(pauses) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
@responses.activate
def test_what_will_not_get_better_is_asked_once(status: int, pauses: list[float]) -> None:
    responses.post(QUERY, status=status, body="no")
    assert failure_of(a_plan()).answer == f"HTTP {status}: no"
    assert len(responses.calls) == 1
    assert pauses == []


@pytest.mark.parametrize(
    ("header", "pause"), [("1", 1.0), ("7", 2.0), ("86400", 2.0), ("Wed, 21 Oct 2037 07:28:00 GMT", 0.2), ("²", 0.2)]
)
@responses.activate
def test_retry_after_is_followed_up_to_a_bound(header: str, pause: float, pauses: list[float]) -> None:
    responses.post(QUERY, status=429, body="slow down", headers={"Retry-After": header.encode().decode("latin-1")})
    assert failure_of(a_plan(retries=1)).answer == "HTTP 429: slow down"
    assert pauses == [pause]


@responses.activate
def test_no_pause_reaches_beyond_the_timeout(pauses: list[float]) -> None:
    responses.post(QUERY, status=429, body="slow down", headers={"Retry-After": "2"})
    assert failure_of(a_plan(timeout=1_000)).answer == "HTTP 429: slow down"
    assert pauses == []


def test_a_refused_connection_is_tried_again_and_told(pauses: list[float]) -> None:
    with Loopback(good) as server:
        url = server.url
    failure = failure_of(a_plan(url))
    assert failure.answer == "connection refused"
    assert failure.unreachable
    assert pauses == [0.2, 0.4]


def test_a_connection_that_the_server_dropped_is_opened_again(pauses: list[float]) -> None:
    def drop_the_first(exchange: Exchange) -> None:
        if len(server.received) == 1:
            exchange.close_connection = True
        else:
            good(exchange)

    with Loopback(drop_the_first) as server:
        assert ask(a_plan(server.url)).result == []
    assert len(pauses) == 1


# 4 · no timeout


def test_silence_ends_after_the_timeout_retries_included() -> None:
    began = time.monotonic()
    with Loopback(lambda exchange: exchange.hang()) as server:
        failure = failure_of(a_plan(server.url, timeout=300))
    assert failure.answer == "no whole answer within 0.3 s"
    assert failure.unreachable
    assert time.monotonic() - began < 3
    assert len(server.received) == 1


def test_an_answer_that_drips_ends_after_the_timeout() -> None:
    def drip(exchange: Exchange) -> None:
        exchange.begin(Content_Type="application/json", Content_Length="1000")
        while not exchange.hang(0.02):
            exchange.wfile.write(b" ")
            exchange.wfile.flush()

    began = time.monotonic()
    with Loopback(drip) as server:
        assert failure_of(a_plan(server.url, timeout=300)).answer == "no whole answer within 0.3 s"
    assert time.monotonic() - began < 3


# 5 · warnings, infos and the type of the result were dropped


@responses.activate
def test_warnings_infos_and_the_type_of_the_result_come_along() -> None:
    responses.post(QUERY, json=success([1, "3.5"], kind="scalar", warnings=["partial"], infos=["remark"]))
    assert ask(a_plan()) == Answer(result_type="scalar", result=[1, "3.5"], warnings=("partial",), infos=("remark",))


# 6 · pages, errors with HTTP 200 and megabytes of error made strange exceptions


@responses.activate
def test_a_login_page_is_a_failure_in_one_line() -> None:
    responses.post(QUERY, body="<html><title>Sign in</title></html>", content_type="text/html")
    assert failure_of(a_plan()).answer == "HTTP 200 with an HTML page instead of JSON: Sign in"


@responses.activate
def test_an_error_with_status_200_is_a_failure() -> None:
    responses.post(QUERY, json={"status": "error", "errorType": "execution", "error": "one store failed"})
    assert failure_of(a_plan()).answer == "HTTP 200: execution: one store failed"


@responses.activate
def test_a_megabyte_of_error_makes_a_short_line() -> None:
    responses.post(QUERY, status=500, body="trace " * 200_000)
    assert len(failure_of(a_plan()).answer) < 320


def test_half_a_json_is_a_failure(pauses: list[float]) -> None:
    with Loopback(lambda exchange: exchange.answer(b'{"status":"success","data":{"resu')) as server:
        assert "breaks off" in failure_of(a_plan(server.url)).answer
    assert len(pauses) == 2


def test_an_answer_shorter_than_announced_is_a_failure(pauses: list[float]) -> None:
    def cut(exchange: Exchange) -> None:
        exchange.begin(Content_Type="application/json", Content_Length="5000")
        exchange.wfile.write(b'{"status":"success"')
        exchange.close_connection = True

    with Loopback(cut) as server:
        assert failure_of(a_plan(server.url)).answer == "the answer broke off or is damaged"
    assert len(pauses) == 2


def test_damaged_compression_is_a_failure(pauses: list[float]) -> None:
    with Loopback(lambda exchange: exchange.answer(b"not gzip", Content_Encoding="gzip")) as server:
        assert failure_of(a_plan(server.url)).answer == "the answer broke off or is damaged"
    assert len(pauses) == 2


# 7 · ~/.netrc overrode a token


@pytest.mark.parametrize(
    ("plan", "sent"),
    [
        ({"token": SecretStr("t0ken")}, "Bearer t0ken"),
        ({"headers": {"Authorization": SecretStr("Custom abc")}}, "Custom abc"),
        ({}, None),
    ],
)
def test_netrc_is_not_read(
    plan: dict[str, object], sent: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Loopback(good) as server:
        ask(a_plan(server.url, **plan))
    assert server.received[0].headers.get("authorization") == sent


# 8 · redirects were followed, with the tenant's header, and POST became GET


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with Loopback(good) as other:
        target = f"http://user:s3cret@{other.url.removeprefix('http://')}/login?state=abc"
        with Loopback(lambda exchange: exchange.answer(b"", status=status, Location=target)) as server:
            failure = failure_of(a_plan(server.url, headers={"X-Scope-OrgID": SecretStr("shop")}))
    assert failure.answer == f"HTTP {status}, a redirect to {other.url}/login, which is not followed"
    assert other.received == []


@pytest.mark.parametrize(("location", "shown"), [("/graph", "URL/graph"), ("http://[", "an address"), ("", "URL/api")])
def test_a_redirect_to_anywhere_is_told(location: str, shown: str) -> None:
    with Loopback(lambda exchange: exchange.answer(b"", status=302, Location=location)) as server:
        assert f"a redirect to {shown.replace('URL', server.url)}" in failure_of(a_plan(server.url)).answer


def test_a_redirect_with_an_endless_body_ends() -> None:
    def endless(exchange: Exchange) -> None:
        exchange.begin(status=302, Location="/login", Connection="close")
        while not exchange.hang(0):
            exchange.wfile.write(b"x" * 2**16)

    with Loopback(endless) as server:
        assert failure_of(a_plan(server.url)).answer.startswith("HTTP 302, a redirect to ")


def test_a_trailing_slash_does_not_lead_to_a_redirect() -> None:
    with Loopback(good) as server:
        ask(a_plan(f"{server.url}/prometheus/"))
    assert server.received[0].path == "/prometheus/api/v1/query"


# 10 · credentials in the URL were kept and shown


def test_credentials_in_the_url_are_sent_and_never_shown(pauses: list[float]) -> None:
    with Loopback(
        lambda exchange: exchange.answer(b"bad password s3cret!", status=401, content_type="text/plain")
    ) as server:
        url = server.url.replace("//", "//ana:s3cret!@")
        with connect(a_plan(url)) as client:
            assert client.url == server.url
            assert "s3cret" not in repr([vars(client), client._session.headers])
        assert failure_of(a_plan(url)).answer == "HTTP 401: bad password ***"
        assert server.received[0].headers["authorization"] == "Basic YW5hOnMzY3JldCE="
    failure = failure_of(a_plan(url))
    assert "s3cret" not in repr(failure)
    assert failure.answer == "connection refused"
    assert len(pauses) == 2


def test_no_secret_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), Loopback(good) as server:
        ask(a_plan(server.url.replace("//", "//ana:s3cret@"), token=SecretStr("t0ken")))
    assert "POST /api/v1/query" in caplog.text
    assert "s3cret" not in caplog.text
    assert "t0ken" not in caplog.text


# An answer larger than memory


@pytest.mark.parametrize("compressed", [False, True])
def test_a_gigabyte_ends_early(*, compressed: bool) -> None:
    sent = 0
    block = b'{"status":"success"' + b" " * 2**22
    packed = gzip.compress(block) if compressed else block

    def flood(exchange: Exchange) -> None:
        nonlocal sent
        exchange.begin(Connection="close", Content_Encoding="gzip" if compressed else "identity")
        while not exchange.hang(0) and sent < 2**30:
            exchange.wfile.write(packed)
            sent += len(packed)

    with Loopback(flood) as server, pytest.raises(AnswerError) as caught:
        ask(a_plan(server.url, max_answer_bytes=2**20))
    assert caught.value.failure.answer == "an answer larger than 1 MiB, not read to its end"
    assert caught.value.too_large
    assert sent < 2**26


# TLS, proxies and further settings


def test_tls_with_the_authoritys_certificate() -> None:
    with Loopback(good, tls=True) as server:
        assert ask(a_plan(server.url, ca_file=str(AUTHORITY))).result == []


def test_an_unknown_authority_is_told_at_once(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with Loopback(good, tls=True) as server:
        failure = failure_of(a_plan(server.url))
    assert failure.answer == "TLS: unable to get local issuer certificate"
    assert "ca_file" in failure.advice
    assert failure.unreachable
    assert pauses == []


def test_the_environments_authorities_hold_where_none_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(AUTHORITY))
    with Loopback(good, tls=True) as server:
        assert ask(a_plan(server.url)).result == []


@pytest.mark.filterwarnings("error")
def test_verification_can_be_turned_off_without_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(AUTHORITY.with_name("missing.pem")))
    with Loopback(good, tls=True) as server:
        assert ask(a_plan(server.url, verify=False)).result == []


def test_a_client_certificate_is_shown() -> None:
    with Loopback(good, tls=True, mutual=True) as server:
        plan = a_plan(server.url, ca_file=str(AUTHORITY), client_certificate=str(CERTIFICATE))
        assert ask(plan).result == []
        keyed = a_plan(
            server.url, ca_file=str(AUTHORITY), client_certificate=str(CERTIFICATE), client_key=str(CERTIFICATE)
        )
        assert ask(keyed).result == []
        assert failure_of(a_plan(server.url, ca_file=str(AUTHORITY), retries=0)).unreachable


@pytest.mark.parametrize("field", ["ca_file", "client_certificate", "client_key"])
def test_a_missing_certificate_is_an_error_of_the_configuration(field: str) -> None:
    with pytest.raises(ConfigError, match=r"/nowhere/x\.pem cannot be read"):
        connect(a_plan(**{field: "/nowhere/x.pem"}))


def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(good) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert ask(a_plan("http://prometheus.invalid:9090")).result == []
    failure = failure_of(a_plan("http://prometheus.invalid:9090"))
    assert failure.answer == "the proxy: connection refused"
    assert "HTTP_PROXY" in failure.advice
