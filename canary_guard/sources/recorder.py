"""The other way round: raw series in, the bytes of a recording out (`canary-guard record`)."""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from canary_guard.model.plan import Plan
from canary_guard.model.signal import Scope, Selector
from canary_guard.sources.queries import parts
from canary_guard.sources.recording_file import RECORDING_FORMAT, Header

RawAnswer = Mapping[str, Any]
"""One series as Prometheus answers a raw range selector: `{"metric": {…}, "values": [[seconds, "value"], …]}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSelector:
    """Which raw series to pull."""

    metric: str
    selector: Selector


def raw_selectors(plan: Plan) -> tuple[RawSelector, ...]:
    """All that the plan's signals read, each metric whole: under every value of the labels that tell signals apart."""
    select = plan.select
    selectors = {Scope.ARM: select.everything, Scope.SHARED: select.shared or ()}
    found = sorted({(part.metric, part.signal.scope) for part in parts(plan) if part.metric})
    return tuple(RawSelector(metric=metric, selector=selectors[scope]) for metric, scope in found)


def recording_bytes(header: Header, series: Iterable[RawAnswer], *, packed: bool) -> bytes:
    """A whole recording: its header, then its series sorted by labels, each once; the same ones give the same bytes."""
    known = {
        "format": RECORDING_FORMAT,
        "title": header.title,
        "start": header.start / 1000,
        "end": header.end / 1000,
        "deploy_time": None if header.deploy_time is None else header.deploy_time / 1000,
    }
    by_labels = {tuple(sorted(one["metric"].items())): one for one in series}
    lines = [{key: value for key, value in known.items() if value is not None}]
    lines += ({"metric": one["metric"], "values": one["values"]} for _, one in sorted(by_labels.items()))
    plain = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode(
        errors="replace"
    )
    return gzip.compress(plain, mtime=0) if packed else plain
