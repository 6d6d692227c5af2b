"""The comments of a pull or merge request in, the one that an earlier run of this service left out."""

from collections.abc import Callable, Mapping
from typing import Any

from canary_guard.publishers.service import Service

_PAGE = 100
"""comments; GitHub and GitLab give no more at once"""


def user_of_token(service: Service, path: str) -> int:
    """The number of the user whose token it is: whose comments are ours."""
    what = "asking whose token it is"
    advice = dict.fromkeys((403, 404), "Let the token read its own user: only that one's comment is updated.")
    match service.json("GET", path, what=what, advice=advice):
        case {"id": int(number)}:
            return number
        case _:
            raise service.problem(what, "answered with JSON that is no user", "Check the address.")


def earlier(
    service: Service,
    path: str,
    marker: str,
    *,
    advice: Mapping[int, str],
    query: Mapping[str, str],
    is_ours: Callable[[Mapping[str, Any]], bool],
) -> int | None:
    """The number of the first that begins with the marker and is ours, from whatever page of them; None without one."""
    what, page = "looking for an earlier comment", 1
    while True:
        paged = {**query, "per_page": _PAGE, "page": page}
        found = service.json("GET", path, what=what, advice=advice, params=paged)
        if not isinstance(found, list):
            raise service.problem(what, "answered with JSON that is no list of comments", "Check the address.")
        for comment in found:
            match comment:
                case {"id": int(number), "body": str(body)} if body.startswith(marker) and is_ours(comment):
                    return number
                case _:
                    pass
        if len(found) < _PAGE:
            return None
        page += 1
