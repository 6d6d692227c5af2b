"""The demonstration: a recorded incident that comes with the package, judged as `check` would have judged it."""

from pathlib import Path

from canary_guard.check import check
from canary_guard.config.load import load_plan
from canary_guard.model.plan import RecordingPlan
from canary_guard.model.run import Run
from canary_guard.sources import open_source

CONFIG = """\
service: shop-api
packs: [prometheus-client]
select:
  all: 'namespace="shop", service="shop-api"'
  baseline: 'track="stable"'
  canary: 'track="canary"'
strata: key_pattern
settle: 0s
"""
"""What a team would have written for the service that was recorded."""

_RECORDING = "02-key-prefix.jsonl.gz"
_PLACES = (Path(__file__).parent / "recordings", Path(__file__).parents[1] / "examples" / "recordings")
"""In an installed wheel, and in a checkout."""


def demonstrate(*, now: int) -> Run:
    """Judge the incident: a key prefix that was changed for 1.1 % of the canary's reads."""
    path = next(place / _RECORDING for place in _PLACES if (place / _RECORDING).exists())
    plan = load_plan(CONFIG, file="demo", environment={}, now=now, source=RecordingPlan(path=str(path)))
    source = open_source(plan)
    try:
        return check(plan, source, progress=lambda _done, _total: None)
    finally:
        source.close()
