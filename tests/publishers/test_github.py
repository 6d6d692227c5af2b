"""https://docs.github.com/en/rest/issues/comments"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.model.publishing import GitHubPlan
from canary_guard.publishers import github
from tests.publishers.publications import SECRET, a_publication, json_of, sent

if TYPE_CHECKING:
    from pathlib import Path

API = "https://api.github.com"
COMMENTS = f"{API}/repos/shop/api/issues/12/comments"
PLAN = GitHubPlan(pull_request="12")
ENVIRONMENT = {"GITHUB_REPOSITORY": "shop/api", "GITHUB_TOKEN": f"ghs_{SECRET}"}
MADE = {"id": 5, "html_url": "https://github.com/shop/api/pull/12#issuecomment-5"}


def published(plan: GitHubPlan = PLAN, **environment: str) -> str:
    return github.publish(plan, a_publication(), {**ENVIRONMENT, **environment})


def failure(plan: GitHubPlan = PLAN, **environment: str) -> PublishError:
    with pytest.raises(PublishError) as caught:
        published(plan, **environment)
    assert SECRET not in str(caught.value)
    return caught.value


@responses.activate
def test_the_first_run_creates_a_comment() -> None:
    responses.get(COMMENTS, json=[])
    responses.post(COMMENTS, status=201, json=MADE)
    assert published() == f"comment {MADE['html_url']}"
    request = sent(responses.calls)
    assert json_of(request) == {"body": a_publication().comment()}
    assert request.headers["Authorization"] == f"Bearer ghs_{SECRET}"
    assert request.headers["Accept"] == "application/vnd.github+json"
    assert request.headers["X-GitHub-Api-Version"] == "2022-11-28"


def earlier(number: int, kind: str = "Bot") -> dict[str, Any]:
    return {"id": number, "body": f"{a_publication().marker()}\nold", "user": {"type": kind}}


@responses.activate
def test_later_runs_update_it_and_nobody_elses() -> None:
    responses.get(COMMENTS, json=[earlier(3, "User"), {**earlier(4), "user": None}, earlier(5)])
    responses.patch(f"{API}/repos/shop/api/issues/comments/5", json=MADE)
    assert published() == f"comment {MADE['html_url']}"


PERSON = f"ghp_{SECRET}"


@responses.activate
def test_a_persons_token_updates_that_persons_comment() -> None:
    responses.get(f"{API}/user", json={"login": "me", "id": 9})
    mine = {**earlier(4), "user": {"type": "User", "id": 9}}
    others = [{**earlier(3), "user": user} for user in ({"type": "User", "id": 10}, {"type": "Bot", "id": 8}, {}, "me")]
    responses.get(COMMENTS, json=[*others, mine])
    responses.patch(f"{API}/repos/shop/api/issues/comments/4", json=MADE)
    published(GITHUB_TOKEN=PERSON)


@responses.activate
def test_whose_token_it_is_must_be_known_before_a_comment_is_written() -> None:
    responses.get(f"{API}/user", status=403, json={"message": "Resource not accessible"})
    assert "asking whose token it is: https://api.github.com answered HTTP 403" in str(failure(GITHUB_TOKEN=PERSON))


@pytest.mark.parametrize(
    "event",
    [
        {"pull_request": {"number": 12}},
        {"issue": {"number": 12, "pull_request": {}}},
        {"workflow_run": {"pull_requests": [{"number": 12}]}},
    ],
)
@responses.activate
def test_the_pull_request_is_that_of_the_event(tmp_path: Path, event: object) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    url = COMMENTS.replace(API, "https://ghe.example/api/v3")
    responses.get(url, json=[])
    responses.post(url, json=MADE)
    more = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_API_URL": "https://ghe.example/api/v3"}
    assert published(GitHubPlan(), **more).startswith("comment ")


@pytest.mark.parametrize("event", [{"issue": {"number": 12}}, {"ref": "main"}, {"workflow_run": {"pull_requests": []}}])
def test_other_events_get_the_summary_alone(tmp_path: Path, event: object) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    summary = tmp_path / "summary"
    more = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_STEP_SUMMARY": str(summary)}
    assert published(GitHubPlan(), **more) == "the job's summary"
    assert summary.read_text() == a_publication().render("markdown")


def test_without_a_comment_no_token_is_needed(tmp_path: Path) -> None:
    more = {"GITHUB_OUTPUT": str(tmp_path / "outputs"), "GITHUB_TOKEN": ""}
    assert published(GitHubPlan(comment=False, pull_request="12"), **more) == "the step's outputs"


def test_outside_of_a_workflow_it_is_not_tried() -> None:
    error = failure(GitHubPlan())
    assert not error.tried
    assert str(error) == "GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set, and no pull request is known"
    error = failure(GITHUB_TOKEN="")
    assert (str(error), error.tried) == ("GITHUB_TOKEN is empty", False)


def test_a_comment_that_needs_a_token_leaves_the_summary(tmp_path: Path) -> None:
    error = failure(GITHUB_TOKEN="", GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))
    assert (str(error), error.tried) == ("GITHUB_TOKEN is empty. Written: the job's summary.", False)


@pytest.mark.parametrize("plan", [GitHubPlan(pull_request="x"), GitHubPlan(pull_request="1", repository="a/../b")])
def test_what_is_no_repository_reaches_no_address(plan: GitHubPlan) -> None:
    assert "expected `repository` as `owner/name`" in str(failure(plan))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            401,
            {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"},
            "Bad credentials. Give a token",
        ),
        (
            403,
            {"message": "Resource not accessible by integration", "documentation_url": "https://x"},
            "by integration. Give the job",
        ),
        (
            404,
            {"message": "Not Found", "documentation_url": "https://x"},
            "Not Found. Check repository and pull request",
        ),
        (
            422,
            {
                "message": "Validation Failed",
                "errors": [
                    {
                        "resource": "IssueComment",
                        "code": "unprocessable",
                        "field": "data",
                        "message": "Body is too long (maximum is 65536 characters)",
                    }
                ],
            },
            "Validation Failed; Body is too long (maximum is 65536 characters). ",
        ),
    ],
)
@responses.activate
def test_what_github_refuses_is_told_in_its_words(
    tmp_path: Path, status: int, body: dict[str, object], words: str
) -> None:
    responses.get(COMMENTS, json=[])
    responses.post(COMMENTS, status=status, json=body)
    told = str(failure(GITHUB_STEP_SUMMARY=str(tmp_path / "summary")))
    assert f"creating a comment: {API} answered HTTP {status}: " in told
    assert words in told
    assert told.endswith(" Written: the job's summary.")


@responses.activate
def test_a_comment_is_never_longer_than_github_takes() -> None:
    responses.get(COMMENTS, json=[])
    responses.post(COMMENTS, json=MADE)
    github.publish(PLAN, a_publication(render=lambda form: "x" * 100_000), ENVIRONMENT)
    assert len(json_of(sent(responses.calls))["body"]) == github.LONGEST


@responses.activate
def test_an_answer_that_is_no_comment_is_told() -> None:
    responses.get(COMMENTS, json=[])
    responses.post(COMMENTS, json={"id": 5})
    assert "JSON that is no comment" in str(failure())
