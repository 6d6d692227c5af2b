from __future__ import annotations

from base64 import b64encode

import pytest
import requests
from pydantic import SecretStr

from canary_guard.errors import ConfigError
from canary_guard.model.plan import PrometheusPlan
from canary_guard.sources.credentials import Credentials

URL = "http://prometheus:9090"


def headers_of(plan: PrometheusPlan) -> dict[str, str]:
    request = requests.Request("POST", plan.url, auth=Credentials(plan)).prepare()
    return {name: value for name, value in request.headers.items() if name != "Content-Length"}


def test_nothing_is_sent_where_nothing_is_given() -> None:
    assert headers_of(PrometheusPlan(url=URL)) == {}


def test_a_token_is_a_bearers_and_loses_its_line_break() -> None:
    assert headers_of(PrometheusPlan(url=URL, token=SecretStr("t0ken\n"))) == {"Authorization": "Bearer t0ken"}


def test_a_username_and_a_password_are_basic_in_utf_8() -> None:
    plan = PrometheusPlan(url=URL, username="ana", password=SecretStr("pä:ß"))
    assert headers_of(plan) == {"Authorization": f"Basic {b64encode('ana:pä:ß'.encode()).decode()}"}


def test_credentials_in_the_url_are_used() -> None:
    plan = PrometheusPlan(url="http://ana:p%40ss@prometheus:9090")
    assert headers_of(plan) == {"Authorization": f"Basic {b64encode(b'ana:p@ss').decode()}"}


def test_those_stated_apart_win_over_the_urls() -> None:
    plan = PrometheusPlan(url="http://ana:old@prometheus:9090", username="bob", password=SecretStr("new"))
    assert headers_of(plan) == {"Authorization": f"Basic {b64encode(b'bob:new').decode()}"}


def test_further_headers_go_along() -> None:
    plan = PrometheusPlan(url=URL, token=SecretStr("t0ken"), headers={"X-Scope-OrgID": SecretStr("shop")})
    assert headers_of(plan) == {"Authorization": "Bearer t0ken", "X-Scope-OrgID": "shop"}


@pytest.mark.parametrize("value", ["two\nlines", "tab\t", "nul\0", "smörgås"])
def test_a_header_that_cannot_be_sent_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Credentials(PrometheusPlan(url=URL, headers={"X-Api-Key": SecretStr(value)}))
    assert "'X-Api-Key'" in str(caught.value)
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    "plan",
    [
        PrometheusPlan(url="http://me:S3cr%40t%2fpw%22@prometheus"),
        PrometheusPlan(url=URL, username="me", password=SecretStr('S3cr@t/pw"')),
        PrometheusPlan(url=URL, token=SecretStr('S3cr@t/pw"')),
        PrometheusPlan(url=URL, headers={"X-Api-Key": SecretStr('S3cr@t/pw"')}),
    ],
)
def test_a_secret_is_hidden_in_every_form_in_which_a_server_may_repeat_it(plan: PrometheusPlan) -> None:
    credentials = Credentials(plan)
    for form in (
        'S3cr@t/pw"',
        "S3cr%40t%2Fpw%22",
        "S3cr%40t%2fpw%22",
        "S3cr%40t/pw%22",
        'S3cr@t/pw\\"',
        'S3cr@t\\/pw\\"',
    ):
        assert credentials.hide(f"denied for {form}.") == "denied for ***."


def test_a_password_is_hidden_as_the_url_has_it() -> None:
    credentials = Credentials(PrometheusPlan(url="http://me:S%33cr%40t@prometheus"))
    assert credentials.hide("S%33cr%40t, S3cr@t") == "***, ***"


def test_a_secret_beyond_ascii_is_hidden_in_json_too() -> None:
    credentials = Credentials(PrometheusPlan(url=URL, username="me", password=SecretStr("pä ßwort")))
    assert credentials.hide("p\\u00e4 \\u00dfwort, pä ßwort, p%C3%A4+%C3%9Fwort") == "***, ***, ***"


def test_every_secret_is_hidden_and_short_words_are_left() -> None:
    credentials = Credentials(
        PrometheusPlan(
            url=URL,
            username="ana",
            password=SecretStr("pass word"),
            headers={"X-Api-Key": SecretStr("pass"), "X-Scope-OrgID": SecretStr("1")},
        )
    )
    pair = b64encode(b"ana:pass word").decode()
    assert credentials.hide(f"1 ana said 'pass word' or 'pass', {pair}") == "1 ana said '***' or '***', ***"
