"""Histograms: cumulative counts by upper bound in, counts by bucket out."""

import numpy as np

from canary_guard.model.arrays import frozen
from canary_guard.model.measurement import Buckets, Missing
from canary_guard.stats.absence import asked
from canary_guard.stats.cells import Cell

_SLACK = 0.01
"""The share of all counts by which wider buckets may count less than narrower ones: sums that a server extrapolates
bucket by bucket agree no better."""


def histogram(cell: Cell, key: str) -> Buckets | Missing:
    """The buckets of one side; Missing where they contradict each other."""
    counts, samples = cell.counts[key], cell.samples[key]
    parts = np.diff(counts.values, axis=2, prepend=0.0)
    if -parts[parts < 0].sum() > _SLACK * counts.values[:, :, -1].sum():
        return Missing(
            reason=f"the histogram of {samples.reading.query.signal} contradicts itself for {cell.place.name}: wider "
            f"buckets count less than narrower ones ({asked(samples.reading, cell.place)} at {samples.reading.where})"
        )
    units, alive = cell.rows(samples.reading)
    return Buckets(
        units=units,
        bounds=samples.bounds[:-1],
        values=frozen(np.maximum(parts, 0.0)),
        seen=frozen(counts.seen),
        alive=frozen(alive),
    )


def other_bounds(signal: str, *, baseline: Buckets, canary: Buckets, names: tuple[str, str]) -> Missing | None:
    """Why histograms with different buckets cannot be compared; None if they are the same."""
    if baseline.bounds == canary.bounds:
        return None
    return Missing(
        reason=f"the histogram buckets of {signal} have other bounds for {names[1]} than for {names[0]}: "
        f"{_listed(canary)} against {_listed(baseline)} s"
    )


def _listed(buckets: Buckets) -> str:
    return ", ".join(f"{bound:g}" for bound in buckets.bounds) or "none"
