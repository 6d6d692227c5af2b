"""Sparklines: the measures that decided, over time and for both sides, as rows of letters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from canary_guard.model.estimate import Estimate
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.run import Run, Trace
from canary_guard.model.window import Arm
from canary_guard.reports import numbers, sentences
from canary_guard.reports.chart import present
from canary_guard.reports.figures import NOT_DRAWN, deciders

MOST = 3
"""So many measures are drawn."""
_WIDEST = 60
"""letters: more of them show noise"""
_BLOCKS, _ASCII = "▁▂▃▄▅▆▇█", "_.-:=+*#"


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkRow:
    """One side."""

    name: str
    picture: str
    """A letter for each stretch of time, a space where it has no value."""
    level: str
    """Over what was judged; empty without an estimate"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """One measure."""

    title: str
    """With the ends of its scale: `hit rate, 96.8 to 100.0 %`"""
    rows: tuple[SparkRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparks:
    """All on one axis of time."""

    found: tuple[Spark, ...]
    deploy: int | None
    """The letter at which the deploy lies; None where it lies outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Times (ms) as letters."""

    start: int
    end: int
    columns: int

    def column(self, time: float) -> int:
        return int(self.columns * (time - self.start) / (self.end - self.start))


def sparks(run: Run, *, columns: int, unicode: bool) -> Sparks:
    """The first few measures that decided, in at most so many letters a row; none without values."""
    traces = {
        measure: [one for one in (*run.traces_before, *run.traces) if one.measure == measure and present(one)]
        for measure in [name for name in deciders(run) if name not in NOT_DRAWN][:MOST]
    }
    every = [one for some in traces.values() for one in some]
    if not every:
        return Sparks(found=(), deploy=None)
    start = min(one.start for one in every)
    end = max(one.start + one.step * len(one.values) for one in every)
    room = min(columns, _WIDEST, (end - start) // max(one.step for one in every))
    axis = _Axis(start=start, end=end, columns=max(1, room))
    deploy = run.windows.deploy_time
    return Sparks(
        found=tuple(_spark(measure, some, axis, run, unicode=unicode) for measure, some in traces.items() if some),
        deploy=axis.column(deploy) if deploy is not None and start <= deploy < end else None,
    )


def _spark(measure: str, traces: Sequence[Trace], axis: _Axis, run: Run, *, unicode: bool) -> Spark:
    seen = {arm: _means([one for one in traces if one.side is arm], axis) for arm in Arm}
    values = [value for means in seen.values() for value in means.values()]
    low = 0.0 if MEASURES[measure].scale is Scale.RATIO else min(values)
    high = max(values)
    letters = _BLOCKS if unicode else _ASCII

    def letter(value: float | None) -> str:
        if value is None:
            return " "
        share = (value - low) / (high - low) if high > low else 0.0
        return letters[round(share * (len(letters) - 1))]

    levels = _levels(measure, run)
    rows = (
        SparkRow(
            name=name,
            picture="".join(letter(seen[arm].get(at)) for at in range(axis.columns)),
            level=level,
        )
        for arm, name, level in zip(Arm, sentences.sides(run.comparison), levels, strict=True)
    )
    first = numbers.level(measure, low, beside=(low, high)) if low else "0"
    scale = numbers.span(first, numbers.level(measure, high, beside=(low, high)))
    return Spark(title=f"{MEASURES[measure].title}, {scale}", rows=tuple(rows))


def _means(traces: Iterable[Trace], axis: _Axis) -> dict[int, float]:
    """By letter, the mean of what falls into it."""
    found: dict[int, list[float]] = {}
    for trace in traces:
        for index, value in present(trace):
            found.setdefault(axis.column(trace.start + trace.step * (index + 0.5)), []).append(value)
    return {at: fsum(value / len(values) for value in values) for at, values in found.items()}


def _levels(measure: str, run: Run) -> tuple[str, str]:
    for one in run.estimates:
        if isinstance(one, Estimate) and one.measure == measure and one.comparison is run.comparison:
            return numbers.estimate_levels(one)
    return "", ""
