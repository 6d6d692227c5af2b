"""The job's summary, the step's outputs, and one comment on the pull request, which later runs update.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
https://docs.github.com/en/rest/issues/comments
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from canary_guard.errors import PublishError
from canary_guard.model.publishing import GitHubPlan
from canary_guard.publishers import step_files
from canary_guard.publishers.comments import earlier, user_of_token
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication, cut
from canary_guard.publishers.service import Service

LONGEST = 65_536
"""characters that GitHub takes in a comment"""
_REPOSITORY = re.compile(r"[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)
_ADVICE = {
    401: "Give a token that is valid: `GITHUB_TOKEN: ${{ github.token }}` in the step's `env`.",
    403: "Give the job `permissions: {pull-requests: write}`; pull requests from forks have none.",
    404: "Check repository and pull request, and whether this token may see them.",
}
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_TOKEN_OF_AN_APP = "ghs_"
"""Begins the token of a workflow or another app, whose comments are a bot's."""


def publish(plan: GitHubPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Whatever of the three there is a place for."""
    done = step_files.append(publication, environment)
    number = _pull_request(plan, environment) if plan.comment else None
    if number is None:
        if not done:
            nowhere = "GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set, and no pull request is known"
            raise PublishError(nowhere, tried=False)
        return ", ".join(done)
    try:
        done.append(_comment(filled_in(plan, environment), number, publication, environment))
    except PublishError as error:
        written = f". Written: {', '.join(done)}." if done else ""
        raise PublishError(f"{str(error).rstrip('.')}{written}", tried=error.tried) from error
    return ", ".join(done)


def _pull_request(plan: GitHubPlan, environment: Mapping[str, str]) -> str | None:
    """Its number; None where the workflow's event is about none."""
    if plan.pull_request is not None:
        return plan.pull_request
    try:
        event = json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    match event:
        case {"pull_request": {"number": int(number)}} | {"issue": {"number": int(number), "pull_request": _}}:
            return str(number)
        case {"workflow_run": {"pull_requests": [{"number": int(number)}, *_]}}:
            return str(number)
        case _:
            return None


def _comment(plan: GitHubPlan, event: str, publication: Publication, environment: Mapping[str, str]) -> str:
    """Update the comment that an earlier run of this service left, or create it; its address."""
    number = plan.pull_request or event
    if not number.isdecimal() or not _REPOSITORY.fullmatch(plan.repository):
        raise PublishError("expected `repository` as `owner/name`, and `pull_request` as a number.")
    url = plan.api_url or environment.get("GITHUB_API_URL") or "https://api.github.com"
    service = Service(url, timeout=plan.timeout, headers={"Authorization": f"Bearer {plan.token}"}, further=_HEADERS)
    comments = f"/repos/{plan.repository}/issues/{number}/comments"
    # An app's token is no user's and may not ask, but no person writes as a bot.
    mine = None if plan.token.startswith(_TOKEN_OF_AN_APP) else user_of_token(service, "/user")
    found = earlier(
        service,
        comments,
        publication.marker(),
        advice=_ADVICE,
        query={},
        is_ours=lambda comment: _is_ours(comment.get("user"), mine),
    )
    body = {"body": cut(publication.comment(), LONGEST)}
    method, path, what = "POST", comments, "creating a comment"
    if found is not None:
        method, path, what = "PATCH", f"/repos/{plan.repository}/issues/comments/{found}", "updating the comment"
    match service.json(method, path, what=what, advice=_ADVICE, json=body):
        case {"html_url": str(address)}:
            return f"comment {address}"
        case _:
            raise service.problem(what, "answered with JSON that is no comment", "Check `api_url`.")


def _is_ours(author: object, mine: int | None) -> bool:
    """Nobody shall have us write into a comment of their own, which they may edit."""
    match author:
        case {"id": int(number)} if mine is not None:
            return number == mine
        case {"type": "Bot"}:
            return mine is None
        case _:
            return False
