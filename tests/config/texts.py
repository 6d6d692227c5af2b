"""Configurations for the tests of this room."""

from typing import Any

from canary_guard.config.load import load_plan
from canary_guard.errors import ConfigError
from canary_guard.model.plan import Plan

NOW = 1_795_252_266_963
"""2026-11-21T09:11:06.963Z"""

OUTSIDE = """\
service: shop-api
source: {prometheus: {url: "http://127.0.0.1:9090"}}
packs: [prometheus-client]
select:
  all: 'namespace="shop", service="shop-api"'
  baseline: 'track="stable"'
  canary: 'track="canary"'
unit: pod
strata: key_pattern
settle: 0s
"""
"""Kept by an outside user: it must load as it stands."""


def changed(old: str, new: str) -> str:
    assert old in OUTSIDE
    return OUTSIDE.replace(old, new)


def plan_of(text: str = OUTSIDE, **options: Any) -> Plan:  # noqa: ANN401 - arguments of load_plan
    return load_plan(text, **{"file": "canary-guard.yaml", "environment": {}, "now": NOW, **options})


def errors_of(text: str = OUTSIDE, **options: Any) -> list[str]:  # noqa: ANN401 - arguments of load_plan
    """The lines of the error that a configuration gives; none where it loads."""
    try:
        plan_of(text, **options)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []
