"""What a Prometheus says of a plan's metrics before it is asked for series: their sizes and the scrape interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

import numpy as np

from canary_guard.model.plan import Plan, PrometheusPlan
from canary_guard.model.series import Content
from canary_guard.model.signal import Matcher, MatchOperator, Scope, Selector
from canary_guard.outages import silence
from canary_guard.sources import promql
from canary_guard.sources.answers import Answer, AnswerError, unanswered
from canary_guard.sources.api import PrometheusApi
from canary_guard.sources.matrix import samples, vector
from canary_guard.sources.queries import parts
from canary_guard.workers import results

_STRETCH = "10m"
"""How much of a series is looked at to measure the scrape interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found."""

    sizes: Mapping[str, int]
    """How many series a metric has, all labels and arms together; without those of which nothing is known."""
    scrape_interval: int | None
    """ms, to three significant digits; None where it was not asked for, or no samples were found."""
    warnings: tuple[str, ...] = ()
    """The server's own, as of readings: what it said may be partial."""


def survey(api: PrometheusApi, plan: Plan, source: PrometheusPlan) -> Survey:
    """Ask at the end of the plan's window, in one short round or two, all within the timeout of one request.

    AnswerError where the server does not answer as a Prometheus does.
    """
    at = plan.times.now if plan.times.end is None else plan.times.end
    deadline = monotonic() + source.timeout / 1000

    def ask(texts: Sequence[str]) -> list[Answer]:
        tasks = [partial(_unless_refused, api, text, at) for text in texts]
        found = dict(results(tasks, at_once=source.concurrency, seconds=deadline - monotonic()))
        if len(found) < len(tasks):
            raise unanswered(silence(source.timeout))
        return [found[index] for index in range(len(tasks))]

    sizes, examples = [], []
    for scope, selector in ((Scope.ARM, plan.select.everything), (Scope.SHARED, plan.select.shared or ())):
        metrics = [part for part in parts(plan) if part.metric and part.signal.scope is scope]
        counters = [part.metric for part in metrics if part.content is Content.CUMULATIVE and not part.buckets]
        if metrics:
            sizes.append(promql.sizes_text((part.metric for part in metrics), selector))
        if counters and plan.times.scrape_interval is None:
            examples.append(promql.examples_text(counters, selector))
    answers = ask([*sizes, *examples])
    series = next(filter(None, map(vector, answers[len(sizes) :])), [])
    raw = ask(_raw([labels for labels, _ in series]))
    return Survey(
        sizes={
            labels.get("__name__", ""): int(size) for answer in answers[: len(sizes)] for labels, size in vector(answer)
        },
        scrape_interval=_spacing(raw),
        warnings=tuple(dict.fromkeys(text for answer in (*answers, *raw) for text in answer.warnings)),
    )


def _unless_refused(api: PrometheusApi, text: str, at: int) -> Answer:
    try:
        return api.at(text, at)
    except AnswerError as error:
        if not error.of_query:
            raise
        # What this leaves unknown is asked for again, query by query, or stated by the team.
        return Answer(result_type="vector", result=[])


def _raw(series: Sequence[Mapping[str, str]]) -> list[str]:
    """The raw samples of those of the series that are of one metric."""
    metric = min((labels.get("__name__", "") for labels in series), default="")
    return [
        f"{promql.selected_text(metric, _exactly(labels))}[{_STRETCH}]"
        for labels in series
        if labels.get("__name__") == metric
    ]


def _exactly(labels: Mapping[str, str]) -> Selector:
    return tuple(
        Matcher(label=name, operator=MatchOperator.EQUAL, value=value)
        for name, value in labels.items()
        if name != "__name__" and promql.legal_label(name)
    )


def _spacing(answers: Sequence[Answer]) -> int | None:
    """The median time between samples, ms, to three significant digits."""
    spacings = [np.diff(times) for answer in answers for _, times, _ in samples(answer)]
    pooled = np.concatenate([np.empty(0), *spacings])
    return int(float(f"{np.median(pooled):.3g}")) if pooled.size else None
