"""Query and window in, series out. Each source is one module here and one line below."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from canary_guard.model.plan import Plan
from canary_guard.sources.base import Source


def _prometheus(plan: Plan) -> Source:
    from canary_guard.sources.prometheus import PrometheusSource

    return PrometheusSource.open(plan)


def _recording(plan: Plan) -> Source:
    from canary_guard.sources.recording import RecordingSource

    return RecordingSource.open(plan)


SOURCES: Mapping[str, Callable[[Plan], Source]] = MappingProxyType({"prometheus": _prometheus, "recording": _recording})
"""By the kind of the plan's source; each is imported when it is opened, so that a recording costs no HTTP client."""


def open_source(plan: Plan) -> Source:
    """The source that the plan names, ready to be asked."""
    return SOURCES[plan.source.kind](plan)
