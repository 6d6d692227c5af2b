from __future__ import annotations

import pytest

from canary_guard.redaction import Redaction, without_credentials


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://prometheus:9090", "http://prometheus:9090"),
        ("http://prometheus:9090/", "http://prometheus:9090"),
        ("https://user:p%40ss@host/select/0/prometheus/", "https://host/select/0/prometheus"),
        ("https://host/login?token=abc#state", "https://host/login"),
        ("https://user:p@ss@[::1]:9090", "https://[::1]:9090"),
    ],
)
def test_a_url_is_shown_without_what_is_secret(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


def test_a_secret_is_hidden_in_every_form_and_the_longest_first() -> None:
    hide = Redaction(['S3cr@t/pw"', "S3cr@t"]).hide
    assert hide('S3cr@t/pw", S3cr%40t%2Fpw%22, S3cr@t, x') == "***, ***, ***, x"


def test_what_is_too_short_to_be_a_secret_is_left() -> None:
    assert Redaction(["", "1", "abc"]).hide("1 abc") == "1 abc"
