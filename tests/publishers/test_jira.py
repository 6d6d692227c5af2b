"""https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/ and -issue-attachments/"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import JiraPlan
from canary_guard.publishers import jira
from canary_guard.publishers.publication import Publication
from tests.publishers.publications import LINK, SECRET, a_publication, json_of, sent

URL = "https://shop.atlassian.net"
CLOUD = JiraPlan(url=URL, issue="SHOP-123", username="me@shop.example", token="${T}")
CENTER = JiraPlan(url="https://jira.example/jira", issue="${TICKET}", token="${T}")
ENVIRONMENT = {"T": SECRET, "TICKET": "SHOP-123"}


def answers(plan: JiraPlan = CLOUD, *, attached: int = 200, commented: int = 201, body: object = None) -> None:
    api = f"{plan.url}/rest/api/{3 if plan.username else 2}/issue/SHOP-123"
    responses.post(f"{api}/attachments", status=attached, json=[{"id": "1"}] if attached == 200 else body)
    responses.post(f"{api}/comment", status=commented, json={"id": "10001"} if commented == 201 else body)


def published(plan: JiraPlan = CLOUD, publication: Publication | None = None) -> str:
    return jira.publish(plan, publication or a_publication(), ENVIRONMENT)


def failure(plan: JiraPlan = CLOUD) -> str:
    with pytest.raises(PublishError) as caught:
        published(plan)
    assert SECRET not in str(caught.value)
    return str(caught.value)


@responses.activate
def test_cloud_gets_the_page_and_a_document() -> None:
    answers()
    assert published() == f"SHOP-123 {URL}/browse/SHOP-123?focusedCommentId=10001"
    upload, comment = (call.request for call in responses.calls)
    pair = b64encode(f"me@shop.example:{SECRET}".encode()).decode()
    assert {one.headers["Authorization"] for one in (upload, comment)} == {f"Basic {pair}"}
    assert upload.headers["X-Atlassian-Token"] == "no-check"
    name = f"{a_publication().stem()}.html"
    assert isinstance(upload.body, bytes)
    assert f'name="file"; filename="{name}"'.encode() in upload.body
    assert a_publication().render("html").encode() in upload.body
    document = json_of(comment)["body"]
    assert (document["version"], document["type"]) == (1, "doc")
    texts = [text for paragraph in document["content"] for text in paragraph["content"]]
    assert texts[0] == {"type": "text", "text": "canary-guard: shop-api", "marks": [{"type": "strong"}]}
    assert texts[1]["text"].startswith("FAIL: the canary sends")
    assert texts[-2]["text"] == f"The page is attached: {name}"
    assert texts[-1]["marks"] == [{"type": "link", "attrs": {"href": LINK}}]


@responses.activate
def test_a_data_center_gets_wiki_markup_and_a_bearers_token() -> None:
    answers(CENTER)
    told = published(CENTER)
    assert told == "SHOP-123 https://jira.example/jira/browse/SHOP-123?focusedCommentId=10001"
    assert sent(responses.calls).headers["Authorization"] == f"Bearer {SECRET}"
    body = json_of(sent(responses.calls))["body"]
    assert body.startswith("*canary\\-guard: shop\\-api*\n\nFAIL: the canary sends")
    assert body.endswith(f"[The job that judged|{LINK}]")


HOSTILE = "[~admin] {code} !x.png! *b* [a|http://evil] @everyone \\\\ h1. {{x}} &#42;"


@responses.activate
def test_what_others_wrote_is_no_wiki_markup() -> None:
    answers(CENTER)
    published(CENTER, a_publication(sentence=HOSTILE, advice=(), link=None))
    line = json_of(sent(responses.calls))["body"].split("\n\n")[1]
    assert not re.search(r"(?<!\\)[-*_?^~|%{}\[\]()!@+]", line)
    assert "\\\\" not in line
    assert line.count("&#92;") == HOSTILE.count("\\")
    assert "://" not in line
    assert re.sub(r"&#92;|\\(.)", lambda found: found[1] or "\\", line).replace("\u200b", "") == HOSTILE


@responses.activate
def test_in_a_document_it_is_a_text_as_it_stands() -> None:
    answers()
    published(CLOUD, a_publication(sentence=HOSTILE, link=None))
    assert "link" not in json.dumps(json_of(sent(responses.calls)))
    assert json_of(sent(responses.calls))["body"]["content"][1] == {
        "type": "paragraph",
        "content": [{"type": "text", "text": HOSTILE}],
    }


@pytest.mark.parametrize("plan", [CLOUD, CENTER], ids=["cloud", "center"])
@responses.activate
def test_a_comment_is_never_longer_than_jira_takes(plan: JiraPlan) -> None:
    answers(plan)
    published(plan, a_publication(sentence="-" * 50_000, advice=("-" * 50_000,) * 90, service="-" * 100))
    body: Any = json_of(sent(responses.calls))["body"]
    assert 10_000 < len(body if isinstance(body, str) else json.dumps(body)) <= jira.LONGEST


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            401,
            {"errorMessages": ["Client must be authenticated to access this resource."], "errors": {}},
            "this resource. Give the user name and API token",
        ),
        (403, {"errorMessages": ["No permission"], "errors": {}}, "No permission. Let this user add comments"),
        (
            404,
            {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}},
            "to see it. Check the issue",
        ),
        (
            400,
            {"errorMessages": [], "errors": {"comment": "The entered text is too long."}},
            "comment: The entered text is too long. Read",
        ),
    ],
)
@responses.activate
def test_what_jira_refuses_is_told_in_its_words(status: int, body: object, words: str) -> None:
    answers(attached=status, commented=status, body=body)
    told = failure()
    assert told.startswith(f"commenting on SHOP-123: {URL} answered HTTP {status}: ")
    assert words in told


@responses.activate
def test_where_only_the_page_is_refused_the_comment_is_there() -> None:
    answers(attached=413, body={"errorMessages": ["The file is too large."], "errors": {}})
    told = failure()
    assert told.startswith(f"attaching the page to SHOP-123: {URL} answered HTTP 413: The file is too large. ")
    assert told.endswith(" The comment is there without the page.")
    assert "attached" not in json.dumps(json_of(sent(responses.calls)))


@responses.activate
def test_an_answer_that_is_no_comment_is_told() -> None:
    answers(commented=200, body={"a": 1})
    assert "JSON that is no comment" in failure()


@pytest.mark.parametrize("issue", ["../x", "SHOP", "SHOP-1/../2", ""])
def test_what_is_no_issue_reaches_no_address(issue: str) -> None:
    with pytest.raises(PublishError, match=r"no issue's key|is empty"):
        jira.publish(CENTER, a_publication(), {"T": SECRET, "TICKET": issue})
