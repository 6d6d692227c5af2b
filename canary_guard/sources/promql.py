"""A `SeriesQuery` in, PromQL text out: every name checked, every value quoted."""

import re
from collections.abc import Iterable

from canary_guard.errors import ConfigError, Problem
from canary_guard.model.series import Content, SeriesQuery
from canary_guard.model.signal import Matcher, Scope, Selector
from canary_guard.sources.matching import labels_of

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def promql_text(query: SeriesQuery) -> str:
    """The expression whose value at each edge is what the query asks for, split by `grouping(query)`.

    `last_over_time` looks back for one millisecond less than the query's reach, which makes the far end open in every
    version of Prometheus. ConfigError for a name that PromQL can write only between quotes.
    """
    if query.promql is not None:
        return _filled(query.promql, query)
    return _sum_by(grouping(query), f"last_over_time({_selected(query)}[{query.reach - 1}ms])")


def grouping(query: SeriesQuery) -> tuple[str, ...]:
    """The labels that an answer is split by: the query's own, then those that tell the arms apart."""
    if query.scope is Scope.SHARED:
        return query.split
    arms = labels_of(query.select.baseline, query.select.canary)
    return (*query.split, *(label for label in arms if label not in query.split))


def summed_text(query: SeriesQuery, arm: Selector, split: tuple[str, ...]) -> str:
    """The same asked of the server as one sum for an arm: the increase within each step, or a gauge's level."""
    series = _selected(query, arm)
    if query.content is Content.LEVEL:
        return _sum_by(split, f"last_over_time({series}[{query.reach - 1}ms])")
    return _sum_by(split, f"increase({series}[{query.grid.step}ms])")


def answer_size_text(query: SeriesQuery) -> str:
    """How many series the answer to `promql_text` has over its whole window, as an instant query at its end."""
    return f"count({_by('count', grouping(query), _in_window(query, _selected(query)))})"


def overlap_text(query: SeriesQuery) -> str:
    """How many series of the window satisfy both arms' selectors at once, as an instant query at its end."""
    both = (*(query.select.baseline or ()), *(query.select.canary or ()))
    return f"count({_in_window(query, _selected(query, both))})"


def sizes_text(metrics: Iterable[str], selector: Selector) -> str:
    """How many series each of the metrics has, by name."""
    return f"count by (__name__) ({_any_of(metrics, selector)})"


def examples_text(metrics: Iterable[str], selector: Selector) -> str:
    """Up to three series of each of the metrics, the largest."""
    return f"topk by (__name__) (3, {_any_of(metrics, selector)})"


def selected_text(metric: str, selector: Selector) -> str:
    """`metric{label="value", …}`"""
    if _METRIC_NAME.fullmatch(metric) is None:
        raise _refusal("metric", metric)
    return _sendable(f"{metric}{{{_matchers(selector)}}}")


def legal_label(name: str) -> bool:
    """Whether PromQL can write the label name without quotes."""
    return _LABEL_NAME.fullmatch(name) is not None


def _selected(query: SeriesQuery, arm: Selector = ()) -> str:
    return selected_text(query.metric, (*_everything(query), *query.where, *arm))


def _in_window(query: SeriesQuery, selected: str) -> str:
    return f"last_over_time({selected}[{query.grid.end - query.grid.start + query.reach}ms])"


def _everything(query: SeriesQuery) -> Selector:
    return (query.select.shared or ()) if query.scope is Scope.SHARED else query.select.everything


def _any_of(metrics: Iterable[str], selector: Selector) -> str:
    names = sorted(set(metrics))
    for name in names:
        selected_text(name, ())
    named = f'__name__=~"{"|".join(names)}"'
    return _sendable(f"{{{', '.join(filter(None, (named, _matchers(selector))))}}}")


def _matchers(selector: Selector) -> str:
    return ", ".join(map(_matcher, selector))


def _matcher(matcher: Matcher) -> str:
    if not legal_label(matcher.label):
        raise _refusal("label", matcher.label)
    return f'{matcher.label}{matcher.operator.value}"{matcher.value.translate(_ESCAPES)}"'


def _filled(promql: str, query: SeriesQuery) -> str:
    values = {
        "by": _labels(grouping(query)),
        "step": f"{query.grid.step}ms",
        "selector": _matchers(_everything(query)),
    }
    return _sendable(re.sub(r"\$(by|step|selector)\b", lambda found: values[found[1]], promql))


def _sum_by(labels: tuple[str, ...], inner: str) -> str:
    return _by("sum", labels, inner)


def _by(aggregation: str, labels: tuple[str, ...], inner: str) -> str:
    return f"{aggregation} by ({_labels(labels)}) ({inner})" if labels else f"{aggregation}({inner})"


def _labels(labels: tuple[str, ...]) -> str:
    for label in labels:
        if not legal_label(label):
            raise _refusal("label", label)
    return ", ".join(labels)


def _sendable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        what = f"`{text!a}` cannot be sent: character {error.start + 1} is half of a surrogate pair"
        raise ConfigError(Problem(what=what)) from None
    return text


def _refusal(kind: str, name: str) -> ConfigError:
    return ConfigError(
        Problem(
            what=f"the {kind} name {name!r} is not one that PromQL can write without quotes: letters, digits and "
            "underscores, not beginning with a digit; use the name under which the source has it"
        )
    )
