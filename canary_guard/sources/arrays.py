"""Arrays as a source: what was counted by pod and interval in, the answers of a source out."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from canary_guard.model.arm_arrays import ArmArrays, Latency, Stratum
from canary_guard.model.arrays import FloatArray, frozen
from canary_guard.model.measure import QUANTILE_SIGNAL
from canary_guard.model.plan import Plan
from canary_guard.model.series import Content, Reading, Series, SeriesQuery
from canary_guard.model.signal import Scope
from canary_guard.model.window import Arm, Grid, Period
from canary_guard.sources.queries import BY_STRATUM

_LATENCIES: Final = frozenset({"miss_latency", "hit_latency"})
_LOOKUPS: Final = ("hits", "misses", "lookups")
_MEAN: Final = ("sum", "count")
_WHERE: Final = "the arrays"
_LARGEST: Final = 1e18
"""No counter gets there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One array of the caller's, with what it counts."""

    name: str
    """As an error names it."""
    arm: Arm
    key: str
    signal: str
    values: FloatArray
    """(pods, intervals), (intervals,) or (pods, intervals, buckets), cumulative over the buckets"""
    bounds: tuple[float, ...] = ()
    """Of all buckets, +Inf included."""
    pattern: str | None = None

    @property
    def by_pod(self) -> bool:
        """Whether it tells pods apart."""
        return self.values.ndim > 1

    def series(self) -> Iterator[tuple[tuple[str, ...], FloatArray]]:
        """Labels and values of each series."""
        pattern = () if self.pattern is None else (self.pattern,)
        if not self.by_pod:
            yield pattern, self.values
            return
        digits = len(str(len(self.values)))
        for row, values in enumerate(self.values, start=1):
            pod = (f"{self.arm}-{row:0{digits}}", *pattern)
            if self.bounds:
                yield from (((*pod, f"{bound!r}"), values[:, at]) for at, bound in enumerate(self.bounds))
            else:
                yield pod, values


def arm_blocks(name: str, arm: Arm, given: object) -> Iterator[Block]:
    """The arrays of one arm, which all have the same pods; `name` is the argument. ValueError where they are wrong."""
    arrays = section(name, given, tuple(ArmArrays.__annotations__))
    pods = None
    for block in _blocks(name, arm, arrays):
        if block.by_pod:
            pods = len(block.values) if pods is None else pods
            if len(block.values) != pods:
                raise ValueError(
                    f"{block.name}: expected {pods} pods, as the other arrays have, not {len(block.values)}"
                )
        yield block


def _blocks(name: str, arm: Arm, arrays: Mapping[str, Any]) -> Iterator[Block]:
    for key, given in arrays.items():
        if key in _LATENCIES:
            yield from _latency(f"{name}.{key}", arm, key, given)
        elif key != "strata":
            path = f"{name}.{key}"
            yield Block(name=path, arm=arm, key=key, signal=key, values=_numbers(path, given, "pods, intervals"))
    if "strata" in arrays:
        strata = arrays["strata"]
        if not isinstance(strata, Mapping):
            raise ValueError(f"{name}.strata: expected a mapping, not {type(strata).__name__}")
        for pattern, given in strata.items():
            yield from _stratum(f"{name}.strata[{pattern!r}]", arm, pattern, given)


def _latency(name: str, arm: Arm, signal: str, given: object) -> Iterator[Block]:
    arrays = section(name, given, tuple(Latency.__annotations__))
    if set(arrays) not in ({"sum", "count"}, {"sum", "counts", "bounds"}):
        raise ValueError(f"{name}: expected `sum` and `count`, or `sum`, `counts` and `bounds`, not {_listed(arrays)}")
    timed = Block(
        name=f"{name}.sum",
        arm=arm,
        key=f"{signal}_sum",
        signal=signal,
        values=_numbers(f"{name}.sum", arrays["sum"], "pods, intervals"),
    )
    yield timed
    if "count" in arrays:
        count = _numbers(f"{name}.count", arrays["count"], "pods, intervals")
        yield replace(timed, name=f"{name}.count", key=f"{signal}_count", values=count)
        return
    bounds = _bounds(f"{name}.bounds", arrays["bounds"])
    counts = _numbers(f"{name}.counts", arrays["counts"], "pods, intervals, buckets")
    if counts.shape[2] != len(bounds):
        raise ValueError(
            f"{name}.counts: expected {len(bounds)} buckets, those of `bounds` and one for all above them (+Inf), not "
            f"{counts.shape[2]}"
        )
    # A histogram is counted as a whole or not at all: NaN in one bucket is NaN in its sum, and in all of them.
    whole = counts.sum(axis=2)
    counts = frozen(np.where(np.isnan(whole)[:, :, np.newaxis], np.nan, counts.cumsum(axis=2)))
    yield replace(timed, name=f"{name}.counts", key=f"{signal}_count", values=frozen(whole))
    if signal == QUANTILE_SIGNAL:
        yield replace(timed, name=f"{name}.counts", key=f"{signal}_bucket", values=counts, bounds=bounds)


def _stratum(name: str, arm: Arm, pattern: object, given: object) -> Iterator[Block]:
    if not isinstance(pattern, str):
        raise ValueError(f"{name}: expected a text as the name of a key pattern")
    arrays = section(name, given, tuple(Stratum.__annotations__))
    if sum(key in arrays for key in _LOOKUPS) < 2:
        raise ValueError(f"{name}: expected two of {_listed(_LOOKUPS)}")
    for key, given_one in arrays.items():
        parts = {key: (f"{name}.{key}", given_one)}
        if key in _LATENCIES:
            timed = section(f"{name}.{key}", given_one, _MEAN)
            if len(timed) < len(_MEAN):
                raise ValueError(f"{name}.{key}: expected `sum` and `count`")
            parts = {f"{key}_{part}": (f"{name}.{key}.{part}", timed[part]) for part in _MEAN}
        for part, (path, array) in parts.items():
            values = _numbers(path, array, "pods, intervals", "intervals,")
            yield Block(name=path, arm=arm, key=f"{part}{BY_STRATUM}", signal=key, values=values, pattern=pattern)


def section(name: str, given: object, known: Sequence[str]) -> Mapping[str, Any]:
    """A mapping with no other keys than the known; `name` is the argument. ValueError else."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{name}: expected a mapping, not {type(given).__name__}")
    for key in given:
        if key not in known:
            raise ValueError(f"{name}: unknown key {key!r}; there are {_listed(known)}")
    return given


def _numbers(name: str, given: object, *shapes: str) -> FloatArray:
    """A read-only copy, with NaN for what no counter can have counted."""
    expected = f"{name}: expected numbers of shape {' or '.join(f'({shape})' for shape in shapes)}"
    try:
        found = np.ma.filled(given.astype(np.float64), np.nan) if isinstance(given, np.ma.MaskedArray) else given
        if np.asarray(found).dtype.kind not in "biufO":
            raise ValueError(f"{expected}, not {np.asarray(found).dtype}")
        array = np.array(found, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{expected} ({' '.join(str(error).split())})") from None
    if array.ndim not in [len(shape.rstrip(",").split(",")) for shape in shapes] or 0 in array.shape:
        raise ValueError(f"{expected}, not {array.shape}")
    array[~((array >= 0) & (array <= _LARGEST))] = np.nan
    read_only: FloatArray = frozen(array)
    return read_only


def _bounds(name: str, given: Any) -> tuple[float, ...]:  # noqa: ANN401 - whatever can be gone through
    """The upper bounds of all buckets, with +Inf where the caller left it out."""
    expected = f"{name}: expected ascending numbers of seconds"
    try:
        found = tuple(float(bound) for bound in given)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(expected) from None
    bounds = found if found and found[-1] == math.inf else (*found, math.inf)
    if not all(low < high for low, high in pairwise((-math.inf, *bounds))):
        raise ValueError(f"{expected}, not {_listed(found)}")
    return bounds


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "nothing"


def intervals_of(blocks: Sequence[Block]) -> int:
    """How many intervals all arrays of a window have. ValueError where they differ, or there are none."""
    if not blocks:
        raise ValueError("baseline, canary: there are no arrays")
    first = blocks[0]
    for block in blocks:
        own, expected = (one.values.shape[int(one.by_pod)] for one in (block, first))
        if own != expected:
            raise ValueError(f"{block.name}: expected {expected} intervals, as {first.name} has, not {own}")
    patterned = [block for block in blocks if block.pattern is not None]
    for block in patterned:
        if block.by_pod is not patterned[0].by_pod:
            raise ValueError(f"{block.name}: expected a shape like {patterned[0].name}: all by pod, or none")
    return int(first.values.shape[int(first.by_pod)])


def signals_of(blocks: Iterable[Block]) -> dict[str, dict[str, str]]:
    """What was counted, as a configuration writes signals."""
    found: dict[str, dict[str, str]] = {}
    for block in blocks:
        if block.pattern is not None:
            continue
        instrument = "counter"
        if block.signal in _LATENCIES:
            instrument = (
                "histogram"
                if block.key.endswith("_bucket") or "histogram" in found.get(block.signal, {})
                else "summary"
            )
        found[block.signal] = {instrument: block.signal}
    return found


def readings_of(blocks: Sequence[Block], plan: Plan, period: Period, grid: Grid) -> Iterator[Reading]:
    """A reading per key, sorted by key."""
    by_key: dict[str, list[Block]] = {}
    for block in blocks:
        by_key.setdefault(block.key, []).append(block)
    for key, own in sorted(by_key.items()):
        yield _reading(key, own, plan, period, grid)


def _reading(key: str, blocks: Sequence[Block], plan: Plan, period: Period, grid: Grid) -> Reading:
    first = blocks[0]
    stratum = None if first.pattern is None else plan.strata
    labels = (plan.unit if first.by_pod else None, stratum, "le" if first.bounds else None)
    split = tuple(label for label in labels if label is not None)
    query = SeriesQuery(
        key=key,
        signal=first.signal,
        metric="",
        promql=key,
        content=Content.INCREASE,
        scope=Scope.ARM,
        select=plan.select,
        split=split,
        stratum=stratum,
        period=period,
        grid=grid,
        reach=2 * grid.step,
    )
    return Reading(
        query=query,
        text=key,
        where=_WHERE,
        series=tuple(_series(block.arm, labels, values) for block in blocks for labels, values in block.series()),
        content=Content.INCREASE,
        split=split,
    )


def _series(arm: Arm, labels: tuple[str, ...], values: FloatArray) -> Series:
    gaps = np.isnan(values)
    missing = tuple(np.flatnonzero(gaps).tolist())
    # A gap that is told so is none of the kind that a counter has before it counts for the first time.
    return Series(
        arm=arm, labels=labels, values=frozen(np.where(gaps, 0.0, values)), missing=missing, unusable=len(missing)
    )
