"""What a caller of `judge_arrays` gives: what was counted in an arm, as plain arrays."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypeAlias, TypedDict

import numpy.typing as npt

ByPod: TypeAlias = npt.ArrayLike
"""Numbers of shape (pods, intervals): what was counted in each; NaN, None or a masked number is a gap."""


class Latency(TypedDict):
    """Seconds: a histogram has `counts` and `bounds`, a mean has `count`."""

    sum: ByPod
    """s"""
    count: NotRequired[ByPod]
    counts: NotRequired[npt.ArrayLike]
    """(pods, intervals, buckets): in each bucket alone, the last for all above the last bound (+Inf)"""
    bounds: NotRequired[Sequence[float]]
    """s: the upper bounds of all buckets but the last, ascending"""


class Stratum(TypedDict, total=False):
    """One key pattern: two of hits, misses, lookups. All strata have (pods, intervals), or all have (intervals,)."""

    hits: npt.ArrayLike
    misses: npt.ArrayLike
    lookups: npt.ArrayLike
    db_queries: npt.ArrayLike
    miss_latency: Latency
    """`sum` and `count`"""


class ArmArrays(TypedDict, total=False):
    """What was counted in one arm: two of hits, misses, lookups, and what else the rules are to judge."""

    hits: ByPod
    misses: ByPod
    lookups: ByPod
    requests: ByPod
    db_queries: ByPod
    db_seconds: ByPod
    miss_latency: Latency
    hit_latency: Latency
    evictions: ByPod
    expirations: ByPod
    sets: ByPod
    set_errors: ByPod
    coalesced: ByPod
    negative_hits: ByPod
    errors: ByPod
    timeouts: ByPod
    retries: ByPod
    db_errors: ByPod
    strata: Mapping[str, Stratum]
    """By key pattern."""


class Before(TypedDict):
    """Both arms right before the deploy; the window may have another length, and the arms other pods."""

    baseline: ArmArrays
    canary: ArmArrays
