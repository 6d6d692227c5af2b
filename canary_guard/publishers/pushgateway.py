"""The verdict as metrics, into a Pushgateway.

https://github.com/prometheus/pushgateway#api
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import quote

from canary_guard.model.publishing import PushgatewayPlan
from canary_guard.publishers.exposition import metrics
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication
from canary_guard.publishers.service import Service

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ADVICE = {
    400: "Read its words; metrics of the same name that others have pushed may not agree with these.",
    401: "Put the credentials into the URL: `https://user:${PASSWORD}@host`.",
}


def publish(plan: PushgatewayPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Replace the group of this job and service, and leave those of other services alone."""
    plan = filled_in(plan, environment)
    group = {"job": plan.job, "service": publication.run.plan.service, **plan.labels}
    path = "".join(_pair(name, value) for name, value in group.items())
    service = Service(plan.url, timeout=plan.timeout)
    service.ask(
        "PUT",
        f"/metrics{path}",
        what="replacing the metrics of the group",
        advice=_ADVICE,
        data=metrics(publication.run).encode(),
        headers={"Content-Type": _TYPE},
    )
    return f"{service.where}/metrics{path}"


def _pair(name: str, value: str) -> str:
    """A label of the group, in base64 where a path cannot hold it as it is."""
    data = value.encode("utf-8", "replace")
    if value and "/" not in value and value not in (".", ".."):
        return f"/{name}/{quote(data)}"
    return f"/{name}@base64/{urlsafe_b64encode(data).decode().rstrip('=') or '='}"
