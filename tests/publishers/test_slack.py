"""https://docs.slack.dev/reference/methods"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import SlackPlan
from canary_guard.publishers import slack
from tests.publishers.publications import LINK, SECRET, a_publication, json_of, sent

API = "https://slack.com/api"
UPLOAD = "https://files.slack.com/upload/v1/abcdef"
PLAN = SlackPlan(channel="#deploys", token="${T}")
POSTED = {"ok": True, "channel": "C1", "ts": "1503435956.000247"}


def published(plan: SlackPlan = PLAN, **environment: str) -> str:
    return slack.publish(plan, a_publication(), {"T": SECRET, **environment})


def failure(plan: SlackPlan = PLAN, **environment: str) -> str:
    with pytest.raises(PublishError) as caught:
        published(plan, **environment)
    assert SECRET not in str(caught.value)
    return str(caught.value)


@responses.activate
def test_a_message_with_the_page_in_its_thread() -> None:
    responses.post(f"{API}/chat.postMessage", json=POSTED)
    responses.post(f"{API}/files.getUploadURLExternal", json={"ok": True, "upload_url": UPLOAD, "file_id": "F1"})
    responses.post(UPLOAD, body="OK - 200")
    responses.post(f"{API}/files.completeUploadExternal", json={"ok": True, "files": [{"id": "F1"}]})
    assert published() == "#deploys"
    post, ask, upload, share = (call.request for call in responses.calls)
    page = a_publication().render("html").encode()
    body = json_of(post)
    assert (body["channel"], body["unfurl_links"]) == ("#deploys", False)
    assert body["text"].startswith("shop-api: FAIL: the canary sends")
    assert form(ask) == {"filename": f"{a_publication().stem()}.html", "length": str(len(page))}
    assert upload.body == page
    assert "Authorization" not in upload.headers
    shared = form(share)
    assert (shared["channel_id"], shared["thread_ts"]) == ("C1", "1503435956.000247")
    assert json.loads(shared["files"]) == [{"id": "F1", "title": f"{a_publication().stem()}.html"}]
    assert {one.headers["Authorization"] for one in (post, ask, share)} == {f"Bearer {SECRET}"}


def form(request: Any) -> dict[str, str]:  # noqa: ANN401 - a prepared request
    return {name: values[0] for name, values in parse_qs(request.body).items()}


@responses.activate
def test_a_webhook_gets_the_message_alone() -> None:
    hook = "https://hooks.slack.com/services/T0/B0/abcdef"
    responses.post(hook, body="ok")
    assert published(SlackPlan(webhook="${HOOK}"), HOOK=hook) == "the webhook's channel"
    assert json_of(sent(responses.calls)) == slack.message(a_publication())


HOSTILE = "<!channel> @everyone <https://evil.example|click> & <@U1> *b* `c` ~d~ _e_ :tada: https://evil.example"


def test_what_others_wrote_is_text_as_it_stands_and_mentions_nobody() -> None:
    message = slack.message(a_publication(service=HOSTILE, sentence=HOSTILE, advice=(HOSTILE,), link=None))
    (block,) = message["blocks"]
    said, (_, listed) = elements(block), block["elements"]
    assert block["type"] == "rich_text"
    assert {one["type"] for one in said} == {"text"}
    assert [one["text"] for one in said] == [f"canary-guard: {HOSTILE}\n", HOSTILE, HOSTILE]
    assert (listed["type"], listed["style"]) == ("rich_text_list", "bullet")
    assert "<" not in message["text"]
    assert message["text"].startswith("&lt;!channel&gt; @everyone")
    assert (message["mrkdwn"], message["unfurl_links"]) == (False, False)


def test_the_link_is_our_own() -> None:
    link = elements(slack.message(a_publication())["blocks"][0])[-1]
    assert link == {"type": "link", "url": LINK, "text": "The job that judged"}


def test_without_advice_there_is_no_empty_list() -> None:
    (block,) = slack.message(a_publication(advice=()))["blocks"]
    assert {part["type"] for part in block["elements"]} == {"rich_text_section"}


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The innermost ones, of lists' sections as well."""
    found: list[dict[str, Any]] = []
    for part in block["elements"]:
        found += elements(part) if "elements" in part else [part]
    return found


def test_long_texts_are_cut_to_slacks_limits() -> None:
    message = slack.message(a_publication(sentence="x" * 50_000, advice=("y" * 50_000,) * 90, link=None))
    assert len(message["text"]) == slack.LONGEST
    _head, *said = elements(message["blocks"][0])
    assert {len(one["text"]) for one in said} == {slack.LONGEST_TEXT}
    assert len(said) == 6


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"ok": False, "error": "not_in_channel"}, "answered not_in_channel. Invite the app into the channel"),
        ({"ok": False, "error": "channel_not_found"}, "answered channel_not_found. Check `channel`"),
        ({"ok": False, "error": "invalid_auth"}, "answered invalid_auth. Give a bot's token"),
        (
            {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "files:read"},
            "answered missing_scope (needed: chat:write). Give the app the scopes",
        ),
        ({"ok": False, "error": f"odd {SECRET}"}, "answered odd ***. Look the word up"),
        ({"error": "x"}, "JSON that is not Slack's"),
        (["ok"], "JSON that is not Slack's"),
    ],
)
@responses.activate
def test_a_failure_with_status_200_is_one(answer: object, words: str) -> None:
    responses.post(f"{API}/chat.postMessage", json=answer)
    told = failure()
    assert told.startswith(f"posting a message: {API} ")
    assert words in told
    assert len(responses.calls) == 1


@responses.activate
def test_a_page_that_cannot_be_uploaded_leaves_the_message() -> None:
    responses.post(f"{API}/chat.postMessage", json=POSTED)
    responses.post(f"{API}/files.getUploadURLExternal", json={"ok": True, "upload_url": UPLOAD, "file_id": "F1"})
    responses.post(UPLOAD, status=413, body="Request Entity Too Large")
    told = failure()
    assert "uploading the page: https://files.slack.com answered HTTP 413" in told
    assert told.endswith(" The message without the page is in #deploys.")
    assert "abcdef" not in told
    responses.replace(responses.POST, f"{API}/files.getUploadURLExternal", json={"ok": True})
    assert "names no place" in failure()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, "no_service", "HTTP 404: no_service. Check the webhook"),
        (403, "action_prohibited", "HTTP 403: action_prohibited. Check the webhook"),
        (410, "channel_is_archived", "HTTP 410: channel_is_archived. Check the webhook"),
        (400, "invalid_payload", "HTTP 400: invalid_payload. Read the"),
    ],
)
@responses.activate
def test_what_a_webhook_refuses_is_told_without_its_address(status: int, body: str, words: str) -> None:
    hook = "https://hooks.slack.com/services/T0/B0/abcdef"
    responses.post(hook, status=status, body=body)
    told = failure(SlackPlan(webhook="${HOOK}"), HOOK=hook)
    assert f"https://hooks.slack.com answered {words}" in told
    assert "T0" not in told
