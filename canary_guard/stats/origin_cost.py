"""The unit in which origin load is read: one hit of the baseline, in both arms alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from canary_guard.model.measure import Cost, CostKind
from canary_guard.stats.alignment import align_side, recorded

if TYPE_CHECKING:
    from canary_guard.model.measurement import Side

_HITS = ("hit_latency_sum", "hit_latency_count")


def factor(measure: str, *, baseline: Side, cost: Cost | None) -> float | None:
    """By what a measure's plain value is multiplied to give its level; 1 for all measures but origin load.

    Cost in latency: one over the baseline's mean hit latency, so that a slower hit path cannot hide a costlier miss.
    Fixed: the stated amplification. Database time or queries are read per lookup. None where hits were not timed.
    """
    if measure != "origin_load" or cost is None:
        return 1.0
    match cost.kind:
        case CostKind.FIXED:
            return cost.value
        case CostKind.LATENCY:
            return _per_hit(baseline)
        case CostKind.DB_SECONDS | CostKind.DB_QUERIES:
            return 1.0
        case _ as never:
            assert_never(never)


def _per_hit(baseline: Side) -> float | None:
    if any(recorded(baseline, key) is None for key in _HITS):
        return None
    hits = align_side(baseline, _HITS)
    seconds, count = (hits.total(key) for key in _HITS)
    return count / seconds if seconds > 0 and count > 0 else None
