"""A recorded incident as a source: a recording in, the answers out that a Prometheus would give."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import Self

import numpy as np
import numpy.typing as npt

from canary_guard.model.arrays import BoolArray, FloatArray
from canary_guard.model.plan import Plan, RecordingPlan
from canary_guard.model.series import Content, Failure, Reading, Series, SeriesQuery, SourceFacts
from canary_guard.model.signal import Scope, Selection, Selector
from canary_guard.model.window import Arm
from canary_guard.sources.matching import arm_of, matches
from canary_guard.sources.merging import Part, merged, part
from canary_guard.sources.promql import grouping, promql_text
from canary_guard.sources.queries import parts
from canary_guard.sources.recording_file import RawSeries, Recording, read_recording


class RecordingSource:
    """Answers from a recording in memory; the file is read at the first question."""

    def __init__(self, path: str, metrics: Iterable[str]) -> None:
        self._path = path
        self._metrics = frozenset(metrics)
        self._read: Recording | None = None

    @classmethod
    def open(cls, plan: Plan) -> Self:
        """The recording that a plan names."""
        if not isinstance(plan.source, RecordingPlan):
            raise TypeError(f"not a recording: {plan.source.kind}")
        return cls(plan.source.path, (part.metric for part in parts(plan)))

    def facts(self, plan: Plan) -> SourceFacts:
        """Its times and the spacing of its samples; RecordingError where the file cannot be read."""
        header = self._recording.header
        spacings = [
            np.diff(series.times)
            for part in parts(plan)
            if part.content is Content.CUMULATIVE
            for series in self._recording.series[part.metric]
            if matches(_selected(part.signal.scope, plan.select), series.labels)
        ]
        pooled = np.concatenate([np.empty(0), *spacings])
        return SourceFacts(
            description=f"recording {PurePath(self._path).name}" if self._path != "-" else "recording (standard input)",
            scrape_interval=int(float(f"{np.median(pooled):.3g}")) if pooled.size else None,
            earliest=header.start,
            now=header.end,
            deploy_time=header.deploy_time,
            details={} if header.title is None else {"title": header.title},
        )

    def read(self, queries: Sequence[SeriesQuery], progress: Callable[[int, int], None]) -> tuple[Reading, ...]:
        """The answer to every query, in their order."""
        answers = []
        for done, query in enumerate(queries, start=1):
            answers.append(self._answer(query))
            progress(done, len(queries))
        return tuple(answers)

    def close(self) -> None:
        """Forget the series."""
        self._read = None

    @property
    def _recording(self) -> Recording:
        if self._read is None:
            self._read = read_recording(self._path, self._metrics)
        return self._read

    def _answer(self, query: SeriesQuery) -> Reading:
        failure = None
        series: tuple[Series, ...] = ()
        if query.promql is None:
            series = _evaluated(query, self._recording.series[query.metric])
        else:
            failure = Failure(
                answer=f"a recording cannot evaluate the PromQL of `{query.signal}`",
                advice="Write the signal as a counter or a histogram, or ask a Prometheus.",
                unreachable=False,
            )
        return Reading(
            query=query,
            text=promql_text(query),
            where=self._path,
            series=series,
            content=query.content,
            split=query.split,
            failure=failure,
        )


def _selected(scope: Scope, select: Selection) -> Selector:
    return select.everything if scope is Scope.ARM else select.shared or ()


def _evaluated(query: SeriesQuery, recorded: Iterable[RawSeries]) -> tuple[Series, ...]:
    """`sum by (split, arm labels) (last_over_time(metric{…}[reach - 1ms]))` at every edge."""
    by = grouping(query)
    selector = (*_selected(query.scope, query.select), *query.where)
    groups: dict[tuple[str, ...], list[RawSeries]] = {}
    for series in recorded:
        if matches(selector, series.labels):
            groups.setdefault(tuple(series.labels.get(label, "") for label in by), []).append(series)
    edges = np.array(query.grid.edges, dtype=np.int64)
    parts_of: dict[tuple[Arm | None, tuple[str, ...]], list[Part]] = {}
    for values, group in sorted(groups.items()):
        total, present = _summed(group, edges, query.reach)
        if present.any():
            arm = arm_of(query.select, dict(zip(by, values, strict=True))) if query.scope is Scope.ARM else None
            parts_of.setdefault((arm, values[: len(query.split)]), []).append(part(total, present))
    return merged(parts_of)


def _summed(group: Sequence[RawSeries], edges: npt.NDArray[np.int64], reach: int) -> tuple[FloatArray, BoolArray]:
    """The sum over series of the last sample within reach of each edge, and whether any series had one.

    One after the other in the order of their labels, as Prometheus adds: the same sum to the last bit.
    """
    total = np.zeros(len(edges))
    present = np.zeros(len(edges), dtype=np.bool_)
    for series in group:
        last = np.searchsorted(series.times, edges, side="right") - 1
        fresh = (last >= 0) & (series.times[last] > edges - reach)
        with np.errstate(over="ignore", invalid="ignore"):
            total += np.where(fresh, series.values[last], 0.0)
        present |= fresh
    return total, present
