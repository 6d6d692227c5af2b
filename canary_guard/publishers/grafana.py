"""An annotation over the window, on a dashboard or for the whole organisation.

https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
"""

from collections.abc import Mapping
from html import escape

from canary_guard.model.publishing import GrafanaPlan
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication, cut
from canary_guard.publishers.service import Service

_ADVICE = {
    401: "Give a service account's token that is valid there (`token`).",
    403: "Give the service account the permission `annotations:create`.",
    404: "Check the address, and the dashboard's UID.",
}
_LONGEST = 2_000
"""characters of the sentence and of each piece of advice: Grafana shows it all in a small box"""


def publish(plan: GrafanaPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Create it. Grafana shows its text as HTML, so whatever others wrote is escaped."""
    plan = filled_in(plan, environment)
    window = publication.run.windows.after
    lines = [f"<b>canary-guard: {escape(publication.service)}</b>"]
    lines += [escape(cut(text, _LONGEST)) for text in (publication.sentence, *publication.advice[:3])]
    if publication.link:
        lines.append(f'<a href="{escape(publication.link)}">The job that judged</a>')
    annotation: dict[str, object] = {
        "time": window.start,
        "timeEnd": window.end,
        "tags": ["canary-guard", publication.service, publication.run.verdict.value, *plan.tags],
        "text": "<br>".join(lines),
    }
    if plan.dashboard is not None:
        annotation["dashboardUID"] = plan.dashboard
    if plan.panel is not None:
        annotation["panelId"] = plan.panel
    service = Service(plan.url, timeout=plan.timeout, headers={"Authorization": f"Bearer {plan.token}"})
    what = "creating an annotation"
    match service.json("POST", "/api/annotations", what=what, advice=_ADVICE, json=annotation):
        case {"id": int(number)}:
            return f"annotation {number} at {service.where}"
        case _:
            raise service.problem(what, "answered with JSON that names no annotation", "Check the address.")
