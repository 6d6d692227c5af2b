"""One deadline, further tries where nothing happens twice, no redirect, no netrc, and errors without secrets."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses

from canary_guard.errors import PublishError
from canary_guard.publishers.service import Service
from tests.publishers.publications import SECRET, sent
from tests.servers.loopback import Exchange, Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://tracker.example/base"


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have slept."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def a_service(url: str = URL, **changes: Any) -> Service:  # noqa: ANN401 - arguments of Service
    return Service(url, **{"timeout": 30_000, "headers": {"Authorization": f"Bearer {SECRET}"}, **changes})


def failure(service: Service, method: str = "GET", **options: Any) -> str:  # noqa: ANN401 - arguments of ask
    with pytest.raises(PublishError) as caught:
        service.ask(method, "/x", what="asking", **options)
    assert caught.value.tried
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_the_headers_go_along_and_the_answer_is_read(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{URL}/x", json={"a": 1})
    assert a_service(further={"Accept": "text/x"}).json("GET", "/x", what="asking") == {"a": 1}
    headers = sent(mocked.calls).headers
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["Accept"] == "text/x"
    assert headers["User-Agent"].startswith("canary-guard/")


def test_credentials_in_the_url_become_a_header_and_are_not_shown(mocked: responses.RequestsMock) -> None:
    mocked.get("https://h.example/p/x", status=401, body="no S3cr%40t, no S3cr@t")
    service = Service("https://me:S3cr%40t@h.example/p/", timeout=1000)
    assert service.where == "https://h.example/p"
    assert "answered HTTP 401: no ***, no ***. " in failure(service)
    pair = b64encode(b"me:S3cr@t").decode()
    assert sent(mocked.calls).headers["Authorization"] == f"Basic {pair}"


def test_a_user_without_a_password_is_a_secret(mocked: responses.RequestsMock) -> None:
    mocked.get("https://h.example/x", status=401, body="no glsa%40T, no glsa@T")
    for url in ("https://glsa%40T@h.example", "https://glsa%40T:@h.example"):
        assert "answered HTTP 401: no ***, no ***. " in failure(Service(url, timeout=1000))


@pytest.mark.parametrize("url", ["ftp://h", "h.example", "http://", "http://[", "http://a b", "http://h\n.example"])
def test_what_is_no_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(PublishError, match="its address is no URL") as caught:
        Service(url, timeout=1000)
    assert url not in str(caught.value)


@pytest.mark.parametrize("value", ["two\nlines", "smörgås"])
def test_a_header_that_cannot_be_sent_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(PublishError, match="header X-Key has a character that no header can carry") as caught:
        a_service(headers={"X-Key": value})
    assert value not in str(caught.value)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_was_refused_is_asked_again(
    mocked: responses.RequestsMock, pauses: list[float], method: str, status: int
) -> None:
    mocked.add(method, f"{URL}/x", status=status)
    mocked.add(method, f"{URL}/x", status=status)
    mocked.add(method, f"{URL}/x", body="done")
    assert a_service().ask(method, "/x", what="asking").body == b"done"
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize("status", [502, 504])
def test_where_the_answer_was_lost_only_what_may_happen_twice_is_asked_again(
    mocked: responses.RequestsMock, pauses: list[float], status: int
) -> None:
    for method in ("PUT", "POST"):
        mocked.add(method, f"{URL}/x", status=status, body="<html><title>Bad Gateway</title>")
    assert failure(a_service(), "PUT").endswith(
        f"answered HTTP {status}: Bad Gateway. See the server's log, or publish again later."
    )
    assert (len(mocked.calls), pauses) == (3, [0.5, 1.0])
    assert "It may have arrived all the same: look before you publish again." in failure(a_service(), "POST")
    assert len(mocked.calls) == 4
    failure(a_service(), "POST", repeatable=True)
    assert len(mocked.calls) == 7


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 500])
def test_what_will_not_change_is_asked_once(mocked: responses.RequestsMock, status: int) -> None:
    mocked.get(f"{URL}/x", status=status, body="words")
    assert f"asking: {URL} answered HTTP {status}: words. " in failure(a_service())
    assert len(mocked.calls) == 1


def test_a_connection_that_broke_is_tried_again_unless_it_may_have_arrived(
    mocked: responses.RequestsMock, pauses: list[float]
) -> None:
    broken = requests.ConnectionError(ConnectionResetError(104, "Connection reset by peer"))
    for method in ("PUT", "POST"):
        mocked.add(method, f"{URL}/x", body=broken)
    assert "gave no answer (connection reset by peer). Check the URL" in failure(a_service(), "PUT")
    assert len(pauses) == 2
    assert "It may have arrived" in failure(a_service(), "POST")
    assert len(pauses) == 2


def test_a_refused_connection_is_tried_again_whatever_was_asked(pauses: list[float]) -> None:
    assert "127.0.0.1:1 gave no answer (connection refused)" in failure(a_service("http://127.0.0.1:1"), "POST")
    assert len(pauses) == 2


@pytest.mark.parametrize(("wanted", "slept"), [("3", 3.0), ("99", 10.0), ("soon", 0.5), ("-1", 0.5)])
def test_the_server_says_when_up_to_a_limit(
    mocked: responses.RequestsMock, pauses: list[float], wanted: str, slept: float
) -> None:
    mocked.get(f"{URL}/x", status=429, headers={"Retry-After": wanted})
    mocked.get(f"{URL}/x", body="done")
    a_service().ask("GET", "/x", what="asking")
    assert pauses == [slept]


def test_the_server_may_say_when_as_a_date(mocked: responses.RequestsMock, pauses: list[float]) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)
    mocked.get(f"{URL}/x", status=403, headers={"Retry-After": at})
    mocked.get(f"{URL}/x", body="done")
    a_service().ask("GET", "/x", what="asking")
    assert 3 < pauses[0] <= 5


def test_no_try_begins_beyond_the_deadline(mocked: responses.RequestsMock, pauses: list[float]) -> None:
    mocked.get(f"{URL}/x", status=429, headers={"Retry-After": "8"}, json={"message": "slow down"})
    assert "answered HTTP 429: slow down. Publish again later." in failure(a_service(timeout=5_000))
    assert (len(mocked.calls), pauses) == (1, [])


def test_a_server_that_hangs_or_drips_ends_with_the_deadline() -> None:
    def drip(exchange: Exchange) -> None:
        exchange.begin(Content_Length="1000000")
        while not exchange.hang(0.05):
            exchange.wfile.write(b"x")
            exchange.wfile.flush()

    for respond in (Exchange.hang, drip):
        with Loopback(respond) as server:
            began = time.monotonic()
            assert "no whole answer within 0.3 s" in failure(a_service(server.url, timeout=300), "POST")
            assert time.monotonic() - began < 2


def test_the_deadline_is_that_of_all_requests_together(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{URL}/x")
    service = a_service(timeout=1)
    time.sleep(0.002)
    assert "no whole answer within 0.001 s). See whether it is overloaded" in failure(service)
    assert len(mocked.calls) == 0


def test_a_redirect_is_not_followed(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{URL}/x", status=302, headers={"Location": f"https://evil.example/?token={SECRET}"})
    assert "answered HTTP 302, a redirect to https://evil.example, which is not followed." in failure(a_service())
    assert len(mocked.calls) == 1
    mocked.put(f"{URL}/x", status=307, headers={"Location": "http://["})
    assert "a redirect to an address that cannot be read" in failure(a_service(), "PUT")


def test_netrc_stays_out(mocked: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine tracker.example login me password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    mocked.get(f"{URL}/x")
    a_service().ask("GET", "/x", what="asking")
    assert sent(mocked.calls).headers["Authorization"] == f"Bearer {SECRET}"
    Service(URL, timeout=1000).ask("GET", "/x", what="asking")
    assert "Authorization" not in sent(mocked.calls).headers


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            '{"message": "Validation Failed", "errors": [{"message": "Body is too long"}]}',
            "Validation Failed; Body is too long",
        ),
        ('{"message": {"body": ["can\'t be blank"]}}', "body: can't be blank"),
        ('{"errorMessages": ["No such issue."], "errors": {}}', "No such issue"),
        (
            '{"errorMessages": [], "errors": {"comment": "Comment body can not be empty!"}}',
            "comment: Comment body can not be empty!",
        ),
        ('{"error": "insufficient_scope", "error_description": "needs api"}', "insufficient_scope; needs api"),
        ('["a", 1, null]', "a"),
        ("{}", "nothing said"),
        ("", "nothing said"),
        (f"no: {SECRET}\n\x1b[31m::error::x", "no: *** [31m::error::x"),
        (f'{{"message": "no: {SECRET}"}}', "no: ***"),
        ("<html><body><p>Sign <b>in</b></body></html>", "Sign in"),
        ("x" * 100_000, "x" * 299 + "…"),
    ],
)
def test_the_servers_words_are_found_in_every_shape(mocked: responses.RequestsMock, body: str, words: str) -> None:
    mocked.get(f"{URL}/x", status=422, body=body)
    assert f"answered HTTP 422: {words}. " in failure(a_service())


def test_advice_may_be_the_publishers(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{URL}/x", status=401)
    assert failure(a_service(), advice={401: "Do this."}).endswith("nothing said. Do this.")
    assert failure(a_service()).endswith("Give a token that is valid there.")


@pytest.mark.parametrize(("body", "what"), [("<html>Sign in", "an HTML page"), ("ok", "something else")])
def test_an_answer_that_is_no_json_is_told(mocked: responses.RequestsMock, body: str, what: str) -> None:
    mocked.get(f"{URL}/x", body=body)
    with pytest.raises(PublishError, match=f"answered HTTP 200 with {what} instead of JSON"):
        a_service().json("GET", "/x", what="asking")


def test_a_private_address_shows_its_host_alone(mocked: responses.RequestsMock) -> None:
    url = "https://hooks.example/services/T0/B0/abcdef?key=s3cretkey"
    mocked.post(url, status=404, body="no /services/T0/B0/abcdef with key=s3cretkey")
    service = Service(url, timeout=1000, private=True)
    with pytest.raises(PublishError) as caught:
        service.ask("POST", "", what="posting")
    assert str(caught.value).startswith("posting: https://hooks.example answered HTTP 404: no *** with ***. ")


def test_nor_is_a_part_of_it_shown_that_may_be_a_secret(mocked: responses.RequestsMock) -> None:
    url = "https://hooks.example/in/S3cr%40tPath?n=7&key=S3cr%2BtKey&S3cretPair"
    mocked.post(url, status=404, body="in 7: no S3cr%40tPath, S3cr@tPath, S3cr%2BtKey, S3cr+tKey, S3cretPair")
    with pytest.raises(PublishError, match=r"in 7: no \*\*\*, \*\*\*, \*\*\*, \*\*\*, \*\*\*\. "):
        Service(url, timeout=1000, private=True).ask("POST", "", what="posting")
