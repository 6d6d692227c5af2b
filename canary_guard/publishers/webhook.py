"""The run as JSON, or a report of it, posted to an address of the team's own."""

from collections.abc import Mapping

from canary_guard.model.publishing import WebhookPlan
from canary_guard.publishers.filling import filled_in, values_in
from canary_guard.publishers.publication import Publication
from canary_guard.publishers.service import Service

_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "junit": "application/xml",
    "markdown": "text/markdown; charset=utf-8",
}


def publish(plan: WebhookPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Post it; any 2xx is taken for success. Only the address's host is shown: its path is often its secret."""
    secrets = values_in(plan, environment)
    plan = filled_in(plan, environment)
    service = Service(plan.url, timeout=plan.timeout, headers=plan.headers, private=True, secrets=secrets)
    service.ask(
        "POST",
        "",
        what=f"posting the {'run' if plan.format == 'json' else 'report'} as {plan.format}",
        data=publication.render(plan.format).encode(),
        headers={"Content-Type": _TYPES[plan.format]},
    )
    return service.where
