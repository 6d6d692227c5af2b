"""Small multiples: a little picture of each key pattern over time, all on one scale, as plain geometry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canary_guard.model.measure import MEASURES
from canary_guard.model.run import Run, Trace
from canary_guard.model.window import Arm
from canary_guard.reports import numbers, sentences
from canary_guard.reports.chart import path, present, value_range

WIDTH, HEIGHT = 150, 36
_AIR = 2
"""Above the highest and below the lowest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallLine:
    """One arm's values: an SVG path that breaks at gaps."""

    arm: Arm
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallChart:
    """One key pattern, both arms."""

    lines: tuple[SmallLine, ...]
    described: str
    """What the picture shows, for who cannot see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallCharts:
    """Several key patterns on one scale."""

    by_pattern: Mapping[str, SmallChart]
    scale: str
    """`from 0.00 to 100.00 %`; empty without any picture"""


def small_charts(run: Run, measure: str, patterns: Sequence[str]) -> SmallCharts:
    """Those of the patterns that the run has values of."""
    traces = [one for one in run.traces_by_pattern if one.measure == measure and one.stratum in patterns]
    values = [value for trace in traces for _, value in present(trace)]
    if not values:
        return SmallCharts(by_pattern={}, scale="")
    low, high = value_range(values, from_zero=False, shape=MEASURES[measure].shape)
    start = min(trace.start for trace in traces)
    end = max(trace.start + trace.step * len(trace.values) for trace in traces)

    def line(trace: Trace) -> SmallLine:
        points = [
            (
                index,
                WIDTH * (trace.start + trace.step * (index + 0.5) - start) / (end - start),
                HEIGHT - _AIR - (HEIGHT - 2 * _AIR) * (value - low) / (high - low),
            )
            for index, value in present(trace)
        ]
        return SmallLine(arm=trace.side, path=path(points))

    found: dict[str, list[Trace]] = {}
    for trace in traces:
        if trace.stratum is not None and present(trace):
            found.setdefault(trace.stratum, []).append(trace)
    return SmallCharts(
        by_pattern={
            name: SmallChart(lines=tuple(map(line, own)), described=_described(name, own, run))
            for name, own in found.items()
        },
        scale=f"from {numbers.span(*(numbers.level(measure, end, beside=(low, high)) for end in (low, high)))}",
    )


def _described(name: str, traces: Sequence[Trace], run: Run) -> str:
    sides = dict(zip(Arm, sentences.sides(run.comparison), strict=True))
    return f"{sentences.pattern(name)} over time: " + "; ".join(
        f"{sides[trace.side]} from {_range(trace)}" for trace in traces
    )


def _range(trace: Trace) -> str:
    values = [value for _, value in present(trace)]
    ends = min(values), max(values)
    return numbers.span(*(numbers.level(trace.measure, end, beside=ends) for end in ends))
