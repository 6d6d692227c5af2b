"""The comment of an earlier run is found on whatever page it is, and nothing else is taken for it."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from canary_guard.errors import PublishError
from canary_guard.publishers.comments import earlier
from canary_guard.publishers.service import Service
from tests.publishers.publications import sent

URL = "https://tracker.example"
MARKER = "<!-- canary-guard shop -->"


def comment(number: int, body: str = "words", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"id": number, "body": body, **more}


def found() -> int | None:
    service = Service(URL, timeout=5_000)
    return earlier(
        service, "/x", MARKER, advice={}, query={"sort": "asc"}, is_ours=lambda one: not one.get("system", False)
    )


@responses.activate
def test_it_is_found_on_a_later_page() -> None:
    for page, comments in enumerate(([comment(n) for n in range(100)], [comment(7, f"{MARKER}\nold")]), start=1):
        query = {"sort": "asc", "per_page": "100", "page": str(page)}
        responses.get(f"{URL}/x", json=comments, match=[responses.matchers.query_param_matcher(query)])
    assert found() == 7
    assert len(responses.calls) == 2


@responses.activate
def test_pages_end_where_one_is_not_full() -> None:
    responses.get(f"{URL}/x", json=[comment(n) for n in range(100)])
    responses.get(f"{URL}/x", json=[])
    assert found() is None
    assert "page=2" in str(sent(responses.calls).url)


@responses.activate
def test_a_quotation_another_service_and_what_is_not_ours_are_left() -> None:
    others = [
        comment(1, f"> {MARKER}"),
        comment(2, MARKER.replace("shop", "cart")),
        comment(3, MARKER, system=True),
        {"id": 4, "body": None},
        "nonsense",
    ]
    responses.get(f"{URL}/x", json=others)
    assert found() is None


@responses.activate
def test_an_answer_that_is_no_list_is_told() -> None:
    responses.get(f"{URL}/x", json={"a": 1})
    with pytest.raises(PublishError, match="JSON that is no list of comments"):
        found()
