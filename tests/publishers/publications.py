"""What the tests of this room publish, and how they look at what was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from canary_guard.publishers.publication import Publication
from canary_guard.reports import REPORTS, github
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import said
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from tests.builders import a_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from requests import PreparedRequest
    from responses import Call

    from canary_guard.model.run import Run

LINK = "https://ci.example/job/7"
SECRET = "t0ken/s3cret"


def a_publication(run: Run | None = None, **changes: Any) -> Publication:  # noqa: ANN401 - fields of Publication
    """As the hallway makes it."""
    run = run or a_run()
    publication = Publication(
        run=run,
        service=said(run.plan.service, 100),
        sentence=verdict_sentence(run),
        advice=what_to_do(run),
        outputs=github.outputs(run),
        link=LINK,
        render=lambda form: REPORTS[form](run, Look()),
    )
    return replace(publication, **changes)


def named(service: str) -> Publication:
    """Of a service with this name."""
    run = a_run()
    return a_publication(replace(run, plan=replace(run.plan, service=service)))


def sent(calls: Sequence[Call], index: int = -1) -> PreparedRequest:
    """The request of a call."""
    return calls[index].request


def json_of(request: PreparedRequest) -> Any:  # noqa: ANN401 - JSON
    """What a request says."""
    assert request.body is not None
    return json.loads(request.body)
