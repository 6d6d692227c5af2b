"""https://docs.gitlab.com/api/notes/#merge-requests"""

from __future__ import annotations

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import GitLabPlan
from canary_guard.publishers import gitlab
from tests.publishers.publications import SECRET, a_publication, json_of, sent

ENVIRONMENT = {
    "CI_SERVER_URL": "https://gitlab.example",
    "CI_MERGE_REQUEST_PROJECT_ID": "shop/api",
    "CI_MERGE_REQUEST_IID": "7",
    "GITLAB_TOKEN": SECRET,
}
USER = "https://gitlab.example/api/v4/user"
NOTES = "https://gitlab.example/api/v4/projects/shop%2Fapi/merge_requests/7/notes"


def published(environment: dict[str, str] | None = None) -> str:
    return gitlab.publish(GitLabPlan(), a_publication(), ENVIRONMENT if environment is None else environment)


def failure() -> str:
    with pytest.raises(PublishError) as caught:
        published()
    assert SECRET not in str(caught.value)
    return str(caught.value)


@responses.activate
def test_the_first_run_creates_a_note() -> None:
    responses.get(USER, json={"id": 9})
    responses.get(NOTES, json=[])
    responses.post(NOTES, status=201, json={"id": 302, "body": "…"})
    assert published() == "note 302 on !7 of shop/api"
    assert json_of(sent(responses.calls)) == {"body": a_publication().comment()}
    assert {call.request.headers["PRIVATE-TOKEN"] for call in responses.calls} == {SECRET}


def note(number: int, author: object) -> dict[str, object]:
    return {"id": number, "body": f"{a_publication().marker()}\nold", "system": False, "author": author}


@responses.activate
def test_later_runs_update_it() -> None:
    system = {**note(1, {"id": 9}), "system": True}
    responses.get(USER, json={"id": 9})
    responses.get(NOTES, json=[system, note(302, {"id": 9})])
    responses.put(f"{NOTES}/302", json={"id": 302})
    assert published() == "note 302 on !7 of shop/api, updated"
    assert json_of(sent(responses.calls)) == {"body": a_publication().comment()}


@pytest.mark.parametrize("author", [{"id": 10}, {"id": "9"}, {}, None, "me"])
@responses.activate
def test_what_another_wrote_is_left(author: object) -> None:
    responses.get(USER, json={"id": 9})
    responses.get(NOTES, json=[note(301, author)])
    responses.post(NOTES, status=201, json={"id": 302})
    assert published() == "note 302 on !7 of shop/api"


@responses.activate
def test_an_answer_that_is_no_user_is_told() -> None:
    responses.get(USER, json={"id": "me"})
    assert "asking whose token it is: https://gitlab.example answered with JSON that is no user" in failure()


@responses.activate
def test_a_text_that_makes_no_note_is_a_failure() -> None:
    responses.get(USER, json={"id": 9})
    responses.get(NOTES, json=[])
    responses.post(NOTES, status=202, json={"commands_changes": {}, "summary": ["Approved."]})
    assert "creating a note: https://gitlab.example answered without making a note" in failure()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"message": "401 Unauthorized"}, "401 Unauthorized. Give an access token with the scope `api`"),
        (403, {"error": "insufficient_scope", "error_description": "requires api"}, "requires api. Give the token's"),
        (404, {"message": "404 Project Not Found"}, "404 Project Not Found. Check project and merge request"),
        (400, {"message": {"note": ["is too long"]}}, "note: is too long. Read the server's words."),
    ],
)
@responses.activate
def test_what_gitlab_refuses_is_told_in_its_words(status: int, body: dict[str, object], words: str) -> None:
    responses.get(USER, json={"id": 9})
    responses.get(NOTES, json=[])
    responses.post(NOTES, status=status, json=body)
    assert f"answered HTTP {status}: " in (told := failure())
    assert words in told


def test_outside_of_a_merge_request_it_is_not_tried() -> None:
    with pytest.raises(PublishError, match=r"^CI_MERGE_REQUEST_IID is not set; GITLAB_TOKEN is empty$") as caught:
        published({"CI_SERVER_URL": "https://g", "CI_MERGE_REQUEST_PROJECT_ID": "1", "GITLAB_TOKEN": ""})
    assert not caught.value.tried


def test_what_is_no_number_reaches_no_address() -> None:
    with pytest.raises(PublishError, match="`merge_request` is no number"):
        published({**ENVIRONMENT, "CI_MERGE_REQUEST_IID": "../7"})
