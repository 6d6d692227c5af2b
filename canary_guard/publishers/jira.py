"""A comment on an issue, with the page as an attachment.

Cloud (basic authentication with an API token, texts as documents): https://developer.atlassian.com/cloud/jira/platform/rest/v3/
Data Center (personal access token, texts as wiki markup): https://docs.atlassian.com/software/jira/docs/api/REST/latest/
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from canary_guard.errors import PublishError
from canary_guard.model.publishing import JiraPlan
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication, cut
from canary_guard.publishers.service import Service

LONGEST = 32_767
"""characters that Jira takes in a comment, its markup included"""
_ISSUE = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+|\d+", re.ASCII)
_MARKUP = re.compile(r"[-\\#*_+?^~|%{}\[\]()!@]|:(?=//)")
_LONGEST_TEXT = 3_000
_MOST_ADVICE = 5
_ADVICE = {
    401: "Give the user name and API token of Jira Cloud, or the personal access token of a Data Center.",
    403: "Let this user add comments and attachments to the issue.",
    404: "Check the issue's key; Jira answers the same where this user may not see it.",
    413: "The page is larger than Jira's limit for attachments: raise it.",
}


def publish(plan: JiraPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Attach the page, then comment; where only the attachment fails, the comment is there without it."""
    plan = filled_in(plan, environment)
    if not _ISSUE.fullmatch(plan.issue):
        raise PublishError("`issue` is no issue's key. Expected one such as SHOP-123.")
    cloud = plan.username is not None
    service = Service(
        plan.url,
        timeout=plan.timeout,
        headers={} if cloud else {"Authorization": f"Bearer {plan.token}"},
        basic=(plan.username, plan.token) if plan.username is not None else None,
    )
    api = f"/rest/api/{3 if cloud else 2}/issue/{plan.issue}"
    name = f"{publication.stem()}.html"
    failure = None
    try:
        service.ask(
            "POST",
            f"{api}/attachments",
            what=f"attaching the page to {plan.issue}",
            advice=_ADVICE,
            headers={"X-Atlassian-Token": "no-check"},
            files={"file": (name, publication.render("html").encode(), "text/html")},
        )
    except PublishError as error:
        failure = error
    lines = _lines(publication, None if failure else name)
    what = f"commenting on {plan.issue}"
    body = _document(lines, publication.link) if cloud else _wiki(lines, publication.link)
    made = service.json("POST", f"{api}/comment", what=what, advice=_ADVICE, json={"body": body})
    if failure is not None:
        raise PublishError(f"{failure} The comment is there without the page.")
    match made:
        case {"id": str(number)}:
            return f"{plan.issue} {service.where}/browse/{plan.issue}?focusedCommentId={number}"
        case _:
            raise service.problem(what, "answered with JSON that is no comment", "Check `url`.")


def _lines(publication: Publication, attached: str | None) -> Sequence[str]:
    """The first is a heading."""
    texts = (publication.sentence, *publication.advice[:_MOST_ADVICE])
    lines = [f"canary-guard: {publication.service}", *(cut(text, _LONGEST_TEXT) for text in texts)]
    return [*lines, f"The page is attached: {attached}"] if attached else lines


def _document(lines: Sequence[str], link: str | None) -> dict[str, Any]:
    """In the Atlassian Document Format, in which a text is a text whatever it holds.

    https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    """
    texts: list[dict[str, Any]] = [{"type": "text", "text": line} for line in lines]
    texts[0]["marks"] = [{"type": "strong"}]
    if link:
        texts.append(
            {"type": "text", "text": "The job that judged", "marks": [{"type": "link", "attrs": {"href": link}}]}
        )
    return {"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": [text]} for text in texts]}


def _wiki(lines: Sequence[str], link: str | None) -> str:
    """In Jira's wiki markup, with what others wrote escaped."""
    head, *rest = (_MARKUP.sub(_escaped, line) for line in lines)
    end = [f"[The job that judged|{link}]"] if link else []
    return cut("\n\n".join((f"*{head}*", *rest, *end)), LONGEST)


def _escaped(markup: re.Match[str]) -> str:
    """Two backslashes would be a line break, and a backslash before a colon is shown."""
    match markup[0]:
        case "\\":
            return "&#92;"
        case ":":
            return ":\u200b"
        case mark:
            return f"\\{mark}"
