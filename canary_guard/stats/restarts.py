"""Restarts: which falls of a unit's counters are one, and which are numbers that contradict each other."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from canary_guard.model.arrays import BoolArray, FloatArray
from canary_guard.stats.increments import Counts

MOST_RESTARTS = 1 / 3
"""Of a unit's intervals: with more, more is lost between scrapes than is seen."""
MOST_LOST = 3
"""So many falls of a unit may have no explanation, whatever the window's length..."""
MOST_LOST_SHARE = 0.05
"""... or in this share of its intervals; beyond, what answers is not one process that counts on."""
_BURST = 3.0
"""By how much a process may count faster than usual right after its start."""
_FEW = 20.0
"""Counts that are no sign of an old process, whatever the rate."""


def believed(counts: Mapping[str, Counts], samples: Mapping[str, FloatArray], *, slack: int) -> Mapping[str, Counts]:
    """The counts of one place's units, at least one key, without what no restart explains.

    All have the same units; `samples` are the values that they were told from, (units, edges) or (units, edges,
    buckets). `slack` is how many intervals before an edge its sample may have been taken.

    A fall is a restart if the counter that counts most fell to no more than a new process can have counted since: all
    that a unit counts begins anew at once. Any other fall is a part of a sum that got lost; it is a gap, and so is the
    rise with which the part comes back. What falls all the time (two processes behind one name, sums of whatever was
    there) is a gap altogether.

    Healthy data that this hits: one of several processes behind one name that restarts alone (one interval), a first
    rush of more than three times the usual traffic (one interval), and a crash loop with a restart in every third
    interval.
    """
    busiest = max(counts, key=lambda key: (_flat(counts[key].values).sum(), key))
    fell = np.logical_or.reduce([one.fell for one in counts.values()])
    alive = np.logical_or.reduce([one.seen for one in counts.values()])
    lost = _lost(counts[busiest], _flat(samples[busiest]), fell, slack=slack)
    length = alive.sum(axis=1)
    unsteady = (lost.sum(axis=1) > np.maximum(MOST_LOST, MOST_LOST_SHARE * length)) | (
        fell.sum(axis=1) > np.maximum(MOST_LOST, MOST_RESTARTS * length)
    )
    return {key: _without(one, _flat(samples[key]), lost, unsteady, slack=slack) for key, one in counts.items()}


def _lost(busiest: Counts, values: FloatArray, fell: BoolArray, *, slack: int) -> BoolArray:
    """(units, intervals) of the falls that are no restart."""
    most = _most(busiest, slack=slack)
    # Where the busiest has passed its old value by the next scrape, the old process was as young as the new one.
    restarted = np.where(busiest.fell, values[:, 1:] <= most, values[:, :-1] <= most)
    lost: BoolArray = fell & busiest.seen & ~restarted
    return lost


def _without(one: Counts, values: FloatArray, lost: BoolArray, unsteady: BoolArray, *, slack: int) -> Counts:
    drops = np.where(one.fell & lost, values[:, :-1] - values[:, 1:], 0.0)
    smallest = np.min(np.where(drops > 0, drops, np.inf), axis=1, keepdims=True, initial=np.inf)
    back = _flat(one.values) >= np.maximum(smallest / 2, _most(one, slack=slack))
    seen = one.seen & ~lost & ~back & ~unsteady[:, None]
    if (seen == one.seen).all():
        return one
    mask = seen if one.values.ndim == seen.ndim else seen[:, :, None]
    return replace(one, values=np.where(mask, one.values, 0.0), seen=seen, fell=one.fell & seen)


def _most(one: Counts, *, slack: int) -> FloatArray:
    """(units, 1): what a unit may count between two edges, if it is usual up to a burst."""
    steady = np.where(one.seen & ~one.fell, _flat(one.values), np.nan)
    known = ~np.isnan(steady).all(axis=1)
    usual = np.zeros(len(steady))
    if known.any():
        usual[known] = np.nanmedian(steady[known], axis=1)
    return np.maximum(_FEW, _BURST * (1 + slack) * usual)[:, None]


def _flat(values: FloatArray) -> FloatArray:
    """(units, columns): a histogram as the count of all that it has, which stands in its last bucket."""
    return values if values.ndim == 2 else values[:, :, -1]
