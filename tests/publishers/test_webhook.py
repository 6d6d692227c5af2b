"""The run, or a report, as it stands."""

from __future__ import annotations

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import WebhookPlan
from canary_guard.publishers import webhook
from tests.publishers.publications import SECRET, a_publication, json_of, sent

URL = "https://hooks.example/in/abcdef"


@responses.activate
def test_the_run_is_posted_as_json() -> None:
    responses.post(URL, status=204)
    plan = WebhookPlan(url="${HOOK}", headers={"Authorization": "Bearer ${TOKEN}"})
    told = webhook.publish(plan, a_publication(), {"HOOK": URL, "TOKEN": SECRET})
    assert told == "https://hooks.example"
    request = sent(responses.calls)
    assert json_of(request)["format"] == "canary-guard/run/v1"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("form", "kind", "beginning"),
    [
        ("html", "text/html", b"<!doctype html>"),
        ("junit", "application/xml", b"<?xml"),
        ("markdown", "text/markdown", b"## "),
    ],
)
@responses.activate
def test_or_a_report(form: str, kind: str, beginning: bytes) -> None:
    responses.post(URL)
    webhook.publish(WebhookPlan(url=URL, format=form), a_publication(), {})  # type: ignore[arg-type] # a format
    body = sent(responses.calls).body
    assert isinstance(body, bytes)
    assert body.lower().startswith(beginning)
    assert sent(responses.calls).headers["Content-Type"].startswith(kind)


@responses.activate
def test_an_address_is_asked_as_it_stands_and_no_part_of_a_secret_is_repeated() -> None:
    url = "https://hooks.example/in/?key=abcdef"
    responses.post(url, status=400, body="bad key abcdef, bad s3cret")
    plan = WebhookPlan(url="https://hooks.example/in/?key=${KEY}", headers={"X": "id=7;secret=${S}"})
    with pytest.raises(PublishError, match=r"answered HTTP 400: bad key \*\*\*, bad \*\*\*\. "):
        webhook.publish(plan, a_publication(), {"KEY": "abcdef", "S": "s3cret"})
    assert sent(responses.calls).url == url


@responses.activate
def test_what_is_too_large_is_told_and_the_path_is_not() -> None:
    responses.post(URL, status=413, body="Payload Too Large")
    with pytest.raises(PublishError) as caught:
        webhook.publish(WebhookPlan(url=URL), a_publication(), {})
    assert str(caught.value) == (
        "posting the run as json: https://hooks.example answered HTTP 413: Payload Too Large. "
        "Let the server take larger bodies."
    )
