"""A message with the page in its thread; or, by an incoming webhook, a message alone.

https://docs.slack.dev/reference/methods/chat.postMessage
https://docs.slack.dev/messaging/working-with-files#upload
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import json
from collections.abc import Mapping
from typing import Any

from canary_guard.errors import PublishError
from canary_guard.model.publishing import SlackPlan
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication, cut
from canary_guard.publishers.service import Service

LONGEST = 40_000
"""characters that Slack takes in a message's text"""
LONGEST_TEXT = 3_000
"""characters of one line in the message: what Slack takes in the text of most blocks"""
_MOST_ADVICE = 5
_API = "https://slack.com/api"
_ADVICE = {
    "channel_not_found": "Check `channel`; into a private one the app must be invited.",
    "not_in_channel": "Invite the app into the channel: /invite @its-name.",
    "is_archived": "Name a channel that is not archived.",
    "invalid_auth": "Give a bot's token that is valid (`token`).",
    "not_authed": "Give a bot's token (`token`).",
    "token_revoked": "Give a bot's token that is valid (`token`).",
    "missing_scope": "Give the app the scopes `chat:write` and `files:write`, and install it again.",
}


def publish(plan: SlackPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Post the message, then the page as a reply to it."""
    plan = filled_in(plan, environment)
    if plan.webhook is not None:
        hook = Service(plan.webhook, timeout=plan.timeout, private=True)
        advice = dict.fromkeys((403, 404, 410), "Check the webhook: it, its app or its channel is gone.")
        hook.ask("POST", "", what="posting a message", advice=advice, json=message(publication))
        return "the webhook's channel"
    service = Service(_API, timeout=plan.timeout, headers={"Authorization": f"Bearer {plan.token}"})
    body = {"channel": plan.channel, **message(publication)}
    posted = _call(service, "chat.postMessage", "posting a message", json=body)
    try:
        _upload(service, posted, publication)
    except PublishError as error:
        raise PublishError(f"{error} The message without the page is in {plan.channel}.") from error
    return str(plan.channel)


def message(publication: Publication) -> dict[str, Any]:
    """The verdict's sentence, what to do and the link: as rich text, and as the plain text of a notification.

    In rich text nothing is markup, a mention or a link but what says so:
    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    head = {"type": "text", "text": f"canary-guard: {publication.service}\n", "style": {"bold": True}}
    parts = [_section(head, _text(publication.sentence))]
    if publication.advice:
        items = [_section(_text(line)) for line in publication.advice[:_MOST_ADVICE]]
        parts.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    if publication.link:
        parts.append(_section({"type": "link", "url": publication.link, "text": "The job that judged"}))
    return {
        "text": cut(f"{_escaped(publication.service)}: {_escaped(publication.sentence)}", LONGEST),
        "mrkdwn": False,
        "unfurl_links": False,
        "blocks": [{"type": "rich_text", "elements": parts}],
    }


def _section(*elements: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": cut(text, LONGEST_TEXT)}


def _escaped(text: str) -> str:
    """Without `<!channel>` and its like: https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _upload(service: Service, posted: Mapping[str, Any], publication: Publication) -> None:
    page, name = publication.render("html").encode(), f"{publication.stem()}.html"
    form = {"filename": name, "length": str(len(page))}
    what = "asking where to upload the page"
    given = _call(service, "files.getUploadURLExternal", what, repeatable=True, data=form)
    match given, posted:
        case {"upload_url": str(url), "file_id": str(file)}, {"channel": str(channel), "ts": str(thread)}:
            # A service of its own, which the token is not sent to.
            target = Service(url, timeout=max(round(service.left() * 1000), 1), private=True)
            target.ask("POST", "", what="uploading the page", repeatable=True, data=page)
        case _:
            raise service.problem(what, "answered with JSON that names no place", "Publish again later.")
    share = {"files": json.dumps([{"id": file, "title": name}]), "channel_id": channel, "thread_ts": thread}
    _call(service, "files.completeUploadExternal", "sharing the page", data=share)


def _call(service: Service, method: str, what: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - requests' own
    """Slack says with status 200 that something failed, too."""
    answer: Any = service.json("POST", f"/{method}", what=what, **options)
    match answer:
        case {"ok": True}:
            return dict(answer)
        case {"ok": False, "error": str(error)}:
            words = f"{error} (needed: {answer['needed']})" if "needed" in answer else error
            advice = _ADVICE.get(error, "Look the word up in Slack's reference.")
            raise service.problem(what, f"answered {service.said(words)}", advice)
        case _:
            raise service.problem(what, "answered with JSON that is not Slack's", "See what stands between.")
