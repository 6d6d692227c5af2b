"""https://github.com/prometheus/pushgateway#api"""

from __future__ import annotations

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import PushgatewayPlan
from canary_guard.publishers import pushgateway
from canary_guard.publishers.exposition import metrics
from tests.builders import a_run
from tests.publishers.publications import a_publication, named, sent

URL = "http://gateway:9091"
PLAN = PushgatewayPlan(url=URL)


@responses.activate
def test_the_group_of_the_service_is_replaced() -> None:
    responses.put(f"{URL}/metrics/job/canary-guard/service/shop-api/team/shop", status=200)
    plan = PushgatewayPlan(url=URL, labels={"team": "${TEAM}"})
    told = pushgateway.publish(plan, a_publication(), {"TEAM": "shop"})
    assert told == f"{URL}/metrics/job/canary-guard/service/shop-api/team/shop"
    assert sent(responses.calls).body == metrics(a_run()).encode()
    assert sent(responses.calls).headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("a/b", "service@base64/YS9i"),
        ("..", "service@base64/Li4"),
        ("", "service@base64/="),
        ("a b?#ü", "service/a%20b%3F%23%C3%BC"),
    ],
)
@responses.activate
def test_a_label_that_no_path_can_hold_is_in_base64(service: str, path: str) -> None:
    responses.put(f"{URL}/metrics/job/canary-guard/{path}", status=202)
    pushgateway.publish(PLAN, named(service), {})
    assert sent(responses.calls).url == f"{URL}/metrics/job/canary-guard/{path}"


@responses.activate
def test_what_the_gateway_refuses_is_told_in_its_words() -> None:
    words = "pushed metrics are invalid or inconsistent with existing metrics: collected metric x has help y"
    responses.put(f"{URL}/metrics/job/canary-guard/service/shop-api", status=400, body=words)
    with pytest.raises(PublishError, match="answered HTTP 400: pushed metrics are invalid or inconsistent"):
        pushgateway.publish(PLAN, a_publication(), {})


@responses.activate
def test_a_password_in_the_address_is_sent_and_not_shown() -> None:
    responses.put(f"{URL}/metrics/job/canary-guard/service/shop-api", status=401, body="Unauthorized")
    plan = PushgatewayPlan(url="http://me:${PASSWORD}@gateway:9091")
    with pytest.raises(PublishError, match=r"HTTP 401: Unauthorized\. Put the credentials into the URL") as caught:
        pushgateway.publish(plan, a_publication(), {"PASSWORD": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert sent(responses.calls).headers["Authorization"].startswith("Basic ")
