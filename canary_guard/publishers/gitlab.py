"""One note on the merge request, which later runs update.

https://docs.gitlab.com/api/notes/#merge-requests
"""

from collections.abc import Mapping
from urllib.parse import quote

from canary_guard.errors import PublishError
from canary_guard.model.publishing import GitLabPlan
from canary_guard.publishers.comments import earlier, user_of_token
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication, cut
from canary_guard.publishers.service import Service

LONGEST = 1_000_000
"""characters that GitLab takes in a note"""
_ADVICE = {
    401: "Give an access token with the scope `api` (`token`); a job's own token may not write notes.",
    403: "Give the token's user at least the role Reporter, and the token the scope `api`.",
    404: "Check project and merge request, and whether this token may see them.",
}


def publish(plan: GitLabPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Update the note that an earlier run of this service left, or create it."""
    plan = filled_in(plan, environment)
    if not plan.merge_request.isdecimal():
        raise PublishError("`merge_request` is no number. Give the one that the merge request's address ends in.")
    service = Service(plan.url, timeout=plan.timeout, headers={"PRIVATE-TOKEN": plan.token})
    notes = f"/api/v4/projects/{quote(plan.project, safe='')}/merge_requests/{plan.merge_request}/notes"
    body = {"body": cut(publication.comment(), LONGEST)}
    mine = user_of_token(service, "/api/v4/user")
    found = earlier(
        service,
        notes,
        publication.marker(),
        advice=_ADVICE,
        query={"sort": "asc", "order_by": "created_at"},
        is_ours=lambda note: not note.get("system") and _is_by(note.get("author"), mine),
    )
    if found is not None:
        service.ask("PUT", f"{notes}/{found}", what="updating the note", advice=_ADVICE, json=body)
        return f"note {found} on !{plan.merge_request} of {plan.project}, updated"
    what = "creating a note"
    match service.json("POST", notes, what=what, advice=_ADVICE, json=body):
        case {"id": int(number)}:
            return f"note {number} on !{plan.merge_request} of {plan.project}"
        case _:  # with status 202: a text that is quick actions alone is obeyed, and makes no note
            raise service.problem(what, "answered without making a note", "Check the address.")


def _is_by(author: object, mine: int) -> bool:
    """Nobody shall have us write into a note of their own, which they may edit."""
    match author:
        case {"id": int(number)}:
            return number == mine
        case _:
            return False
