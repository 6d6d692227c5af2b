"""Text in, the outside world changed: after the verdict, and never changing it.

Each publisher is one module here and one line below.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from canary_guard.publishers.publication import Publication

Publish = Callable[[Any, Publication, Mapping[str, str]], str]
"""A publisher's record, what is published and the environment in; where it went, in few words, out; or OutputError."""

PUBLISHERS: Mapping[str, str] = MappingProxyType(
    {
        "files": "archive",
        "github": "github",
        "gitlab": "gitlab",
        "grafana": "grafana",
        "jira": "jira",
        "pushgateway": "pushgateway",
        "slack": "slack",
        "textfile": "textfile",
        "webhook": "webhook",
    }
)
"""By the kind of a publisher's record, the module whose `publish` does it; imported when it is asked for."""


def publisher(kind: str) -> Publish:
    """What publishes a record of this kind."""
    publish: Publish = import_module(f"{__name__}.{PUBLISHERS[kind]}").publish
    return publish
