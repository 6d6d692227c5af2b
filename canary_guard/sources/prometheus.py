"""A Prometheus, or what speaks its API, as a source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Self

from canary_guard.errors import SourceError
from canary_guard.model.plan import Plan, PrometheusPlan
from canary_guard.model.series import Content, Failure, Reading, Series, SeriesQuery, SourceFacts
from canary_guard.model.signal import Scope, Selector
from canary_guard.model.window import Arm
from canary_guard.outages import silence
from canary_guard.sources import promql
from canary_guard.sources.answers import Answer, AnswerError, unanswered
from canary_guard.sources.api import PrometheusApi
from canary_guard.sources.matching import arm_of, overlapping
from canary_guard.sources.matrix import ShiftedError, samples, series_of, vector
from canary_guard.sources.queries import UP
from canary_guard.sources.recorder import RawAnswer, RawSelector
from canary_guard.sources.survey import survey
from canary_guard.workers import results

_PATIENCE = 3
"""All queries of a run together may take this many times the timeout of one request."""
_SCRAPES_PER_SUM = 4
"""Over fewer scrape intervals than this the server's `increase()` is too far off."""

_ArmOf = Callable[[Mapping[str, str]], Arm | None]


class PrometheusSource:
    """Asks one grouped range query per signal, from which arms and units come back together."""

    def __init__(self, plan: PrometheusPlan) -> None:
        self._plan = plan
        self._api = PrometheusApi(plan)
        self._sizes: Mapping[str, int] = {}
        self._warnings: tuple[str, ...] = ()

    @classmethod
    def open(cls, plan: Plan) -> Self:
        """The Prometheus that a plan names; nothing is sent yet. ConfigError for unusable credentials or files."""
        if not isinstance(plan.source, PrometheusPlan):
            raise TypeError(f"not a Prometheus: {plan.source.kind}")
        return cls(plan.source)

    def facts(self, plan: Plan) -> SourceFacts:
        """Asks how many series the plan's metrics have and, unless that is stated, how often they are scraped.

        SourceError where the server does not answer as a Prometheus does, within the timeout of one request.
        """
        try:
            found = survey(self._api, plan, self._plan)
        except AnswerError as error:
            raise self._source_error("the number of series of each metric", error) from None
        self._sizes, self._warnings = found.sizes, found.warnings
        return SourceFacts(
            description=f"Prometheus at {self._api.where}",
            scrape_interval=plan.times.scrape_interval or found.scrape_interval,
            details=None if self._plan.verify else {"TLS": "the server's certificate is not verified"},
        )

    def read(self, queries: Sequence[SeriesQuery], progress: Callable[[int, int], None]) -> tuple[Reading, ...]:
        """One reading per query, in their order, within three times the timeout of one request.

        ConfigError where a series belongs to both arms, or a name cannot be written in PromQL.
        """
        readings: dict[int, Reading] = {}
        tasks = [partial(self._read, query) for query in queries]
        allowed = _PATIENCE * self._plan.timeout
        for index, reading in results(tasks, at_once=self._plan.concurrency, seconds=allowed / 1000):
            readings[index] = reading
            progress(len(readings), len(queries))
        late = unanswered(silence(allowed)).failure
        return tuple(readings.get(index) or self._failed(query, late) for index, query in enumerate(queries))

    def raw(self, selectors: Sequence[RawSelector], *, start: int, end: int) -> tuple[RawAnswer, ...]:
        """The raw series of a stretch of time (ms), as the server gives them, for a recording.

        SourceError where one of the selectors gets no answer: half a recording is none.
        """
        texts = [f"{promql.selected_text(one.metric, one.selector)}[{end - start}ms]" for one in selectors]
        tasks = [partial(self._raw, text, end) for text in texts]
        allowed = _PATIENCE * self._plan.timeout
        try:
            found = dict(results(tasks, at_once=self._plan.concurrency, seconds=allowed / 1000))
            if len(found) < len(tasks):
                raise unanswered(silence(allowed))
        except AnswerError as error:
            raise self._source_error("the raw series of the plan's metrics", error) from None
        return tuple(series for index in range(len(tasks)) for series in found[index])

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _raw(self, text: str, end: int) -> Sequence[RawAnswer]:
        answer = self._api.at(text, end)
        samples(answer)
        series: Sequence[RawAnswer] = answer.result
        return series

    def _source_error(self, asked: str, error: AnswerError) -> SourceError:
        failure = error.failure
        return SourceError(
            asked=asked,
            where=self._api.where,
            answer=failure.answer,
            advice=failure.advice,
            unreachable=failure.unreachable,
        )

    def _read(self, query: SeriesQuery) -> Reading:
        try:
            if self._too_many(query):
                return self._summed_by_server(query)
            try:
                return self._unit_by_unit(query)
            except AnswerError as error:
                if not error.too_large or query.promql is not None:
                    raise
                return self._summed_by_server(query)
        except AnswerError as error:
            return self._failed(query, error.failure)

    def _too_many(self, query: SeriesQuery) -> bool:
        """Whether the answer would have more than `max_series` series; own PromQL is taken as it is."""
        limit = self._plan.max_series
        if query.promql is not None or self._sizes.get(query.metric, limit + 1) <= limit:
            return False
        return self._count(promql.answer_size_text(query), query) > limit

    def _count(self, text: str, query: SeriesQuery) -> float:
        return sum(value for _, value in vector(self._api.at(text, query.grid.end)))

    def _unit_by_unit(self, query: SeriesQuery) -> Reading:
        def arm(labels: Mapping[str, str]) -> Arm | None:
            return arm_of(query.select, labels) if query.scope is Scope.ARM else None

        return self._reading(query, {promql.promql_text(query): arm}, content=query.content, split=query.split)

    def _summed_by_server(self, query: SeriesQuery) -> Reading:
        level, step, least = query.content is Content.LEVEL, query.grid.step, _SCRAPES_PER_SUM * query.reach // 2
        if step < least and not level:
            raise AnswerError(
                f"more than {self._plan.max_series} series, which the server can sum only over steps of "
                f"{_duration(least)} or more, and the step is {_duration(step)}",
                f"Set `step: {_duration(least)}` or longer, select fewer series, or raise `max_series`.",
                of_query=True,
            )
        split = query.split[1:] if query.scope is Scope.ARM else query.split
        asked = {
            promql.summed_text(query, selector, split): partial(_always, arm)
            for arm, selector in self._arms(query).items()
        }
        content = query.content if level else Content.INCREASE
        return replace(self._reading(query, asked, content=content, split=split), summed_by_server=True)

    def _arms(self, query: SeriesQuery) -> Mapping[Arm | None, Selector]:
        """What the server is to sum apart. ConfigError where a series belongs to both arms."""
        baseline, canary = query.select.baseline, query.select.canary
        if query.scope is Scope.SHARED or (baseline is None and canary is None):
            return {None: ()}
        if baseline is not None and canary is not None and self._count(promql.overlap_text(query), query):
            raise overlapping(query.select, f"series of {query.metric} satisfy")
        arms = {Arm.BASELINE: baseline, Arm.CANARY: canary}
        return {arm: selector for arm, selector in arms.items() if selector is not None}

    def _reading(
        self, query: SeriesQuery, asked: Mapping[str, _ArmOf], *, content: Content, split: tuple[str, ...]
    ) -> Reading:
        edges = query.grid.edges[1:] if content is Content.INCREASE else query.grid.edges
        answers, series = list[Answer](), list[Series]()
        for text, arm in asked.items():
            answer = self._api.on(text, edges)
            try:
                found = series_of(answer, edges=edges, split=split, arm_of=arm)
            except ShiftedError:
                # VictoriaMetrics moves start and end for the sake of its cache, unless told not to use it.
                answer = self._api.on(text, edges, nocache="1")
                found = series_of(answer, edges=edges, split=split, arm_of=arm)
            answers.append(answer)
            series += found
        return Reading(
            query=query,
            text="\n".join(asked),
            where=self._api.where,
            series=tuple(series),
            content=content,
            split=split,
            warnings=tuple(dict.fromkeys((*self._warnings, *(text for one in answers for text in one.warnings)))),
            infos=tuple(dict.fromkeys(text for answer in answers for text in answer.infos)),
        )

    def _failed(self, query: SeriesQuery, failure: Failure) -> Reading:
        return Reading(
            query=query,
            text=promql.promql_text(query),
            where=self._api.where,
            content=query.content,
            split=query.split,
            # What every other series says of a pod that fell silent, it says of one that left, too.
            warnings=(f"without `{UP}` a silent pod goes unnoticed: {failure.answer}",) if query.key == UP else (),
            failure=failure,
        )


def _always(arm: Arm | None, labels: Mapping[str, str]) -> Arm | None:  # noqa: ARG001 - the server selected the arm
    return arm


def _duration(milliseconds: int) -> str:
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"
