"""https://grafana.com/docs/grafana/latest/developers/http_api/annotations/"""

from __future__ import annotations

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import GrafanaPlan
from canary_guard.publishers import grafana
from tests.builders import START
from tests.publishers.publications import LINK, SECRET, a_publication, json_of, sent

URL = "https://grafana.example/sub"
PLAN = GrafanaPlan(url=f"{URL}/", token="${T}", dashboard="abc", panel=2, tags=("deploy",))
ENVIRONMENT = {"T": SECRET}


@responses.activate
def test_an_annotation_covers_the_window() -> None:
    responses.post(f"{URL}/api/annotations", json={"message": "Annotation added", "id": 42})
    assert grafana.publish(PLAN, a_publication(), ENVIRONMENT) == f"annotation 42 at {URL}"
    annotation = json_of(sent(responses.calls))
    text = annotation.pop("text")
    assert annotation == {
        "time": START,
        "timeEnd": START + 600_000,
        "dashboardUID": "abc",
        "panelId": 2,
        "tags": ["canary-guard", "shop-api", "fail", "deploy"],
    }
    assert text.startswith("<b>canary-guard: shop-api</b><br>FAIL: the canary sends")
    assert text.endswith(f'<br><a href="{LINK}">The job that judged</a>')
    assert sent(responses.calls).headers["Authorization"] == f"Bearer {SECRET}"


@responses.activate
def test_without_a_dashboard_it_is_the_organisations() -> None:
    responses.post(f"{URL}/api/annotations", json={"message": "Annotation added", "id": 1})
    grafana.publish(GrafanaPlan(url=URL, token="${T}"), a_publication(link=None), ENVIRONMENT)
    assert {"dashboardUID", "panelId"}.isdisjoint(json_of(sent(responses.calls)))
    assert "<a " not in json_of(sent(responses.calls))["text"]


@responses.activate
def test_what_others_wrote_is_no_html_and_not_endless() -> None:
    responses.post(f"{URL}/api/annotations", json={"id": 1})
    hostile = "<script>alert(1)</script>" + "x" * 10_000
    grafana.publish(PLAN, a_publication(sentence=hostile, advice=(hostile,) * 9, service="<b>"), ENVIRONMENT)
    text = json_of(sent(responses.calls))["text"]
    assert "<script" not in text
    assert "&lt;b&gt;" in text
    assert len(text) < 10_000


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            401,
            {"message": "Unauthorized", "messageId": "api-key.invalid", "statusCode": 401, "traceID": ""},
            "Unauthorized. Give a service",
        ),
        (
            403,
            {"message": "You'll need additional permissions to perform this action."},
            "this action. Give the service account the perm",
        ),
        (404, {"message": "Dashboard not found"}, "Dashboard not found. Check the address, and the dashboard"),
        (400, {"message": "bad request data"}, "bad request data. Read the server's words."),
    ],
)
@responses.activate
def test_what_grafana_refuses_is_told_in_its_words(status: int, body: dict[str, object], words: str) -> None:
    responses.post(f"{URL}/api/annotations", status=status, json=body)
    with pytest.raises(PublishError) as caught:
        grafana.publish(PLAN, a_publication(), ENVIRONMENT)
    assert f"creating an annotation: {URL} answered HTTP {status}: " in str(caught.value)
    assert words in str(caught.value)


@responses.activate
def test_an_answer_without_an_annotation_is_none() -> None:
    responses.post(f"{URL}/api/annotations", json={"status": "ok"})
    with pytest.raises(PublishError, match="names no annotation"):
        grafana.publish(PLAN, a_publication(), ENVIRONMENT)
