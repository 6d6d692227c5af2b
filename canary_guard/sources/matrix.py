"""A server's matrix in, `Series` on the edges of a grid out."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from canary_guard.model.arrays import FloatArray
from canary_guard.model.series import Series
from canary_guard.model.window import Arm
from canary_guard.sources.answers import Answer, AnswerError
from canary_guard.sources.merging import Part, merged, part
from canary_guard.sources.sample_values import numbers

_NOT_SERIES = "Check the URL, and what stands between here and the server: this is not a range query's answer."

_MALFORMED = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)


class ShiftedError(AnswerError):
    """The server answered for other times than those that were asked for."""


def vector(answer: Answer) -> list[tuple[Mapping[str, str], float]]:
    """The labels and the value of each series of an instant vector. AnswerError where the answer is none."""
    try:
        if answer.result_type == "vector":
            found = [(_labels(item), float(item["value"][1])) for item in answer.result]
            if all(isfinite(value) for _, value in found):
                return found
    except _MALFORMED:
        pass
    raise AnswerError(f"a {answer.result_type} in place of a vector of numbers", _NOT_SERIES, of_query=True)


def samples(answer: Answer) -> list[tuple[Mapping[str, str], FloatArray, Sequence[object]]]:
    """The labels of each series of a matrix, the times of its samples in ms, and their values as they were given.

    AnswerError where the answer is no matrix of plain numbers.
    """
    if answer.result_type != "matrix":
        raise AnswerError(f"a {answer.result_type} in place of a matrix of series", _NOT_SERIES, of_query=True)
    try:
        return [(_labels(item), *_columns(item["values"])) for item in answer.result]
    except _MALFORMED:
        listed = answer.result if isinstance(answer.result, list) else []
        if any(isinstance(item, dict) and "histograms" in item for item in listed):
            raise AnswerError(
                "native histograms in place of numbers",
                "Keep the classic histogram beside it (its `_bucket`, `_sum` and `_count` series) and name that.",
                of_query=True,
            ) from None
        raise AnswerError("a matrix whose series are not series", _NOT_SERIES, of_query=True) from None


def series_of(
    answer: Answer, *, edges: range, split: tuple[str, ...], arm_of: Callable[[Mapping[str, str]], Arm | None]
) -> tuple[Series, ...]:
    """The series of a matrix, sorted by labels and arm, split by the labels `split`.

    `edges` are the times (ms) that were asked for. Samples that are NaN, infinite, negative or no number count as
    missing. Series that differ only in labels outside of `split` are added up within an arm; where one of them is
    missing in its midst, so is the sum. ShiftedError for samples between the edges.
    """
    parts: dict[tuple[Arm | None, tuple[str, ...]], list[Part]] = {}
    for labels, times, given in samples(answer):
        key = (arm_of(labels), tuple(labels.get(name, "") for name in split))
        parts.setdefault(key, []).append(_on_edges(times, given, edges))
    return merged(parts)


def _on_edges(times: FloatArray, given: Sequence[object], edges: range) -> Part:
    at = (times - edges.start) / edges.step
    on_edge = (at >= 0) & (at < len(edges)) & (at == np.rint(at))
    if not on_edge.all():
        raise ShiftedError(
            f"values for {times[~on_edge][0] / 1000:.3f}, which is not one of the times that were asked for",
            "Turn off the server's (or its proxy's) adjustment of start and end.",
            of_query=True,
        )
    index = at.astype(np.intp)
    values, sampled = np.zeros(len(edges)), np.zeros(len(edges), dtype=bool)
    found = numbers(given)
    values[index], sampled[index] = found, True
    values[index[values[index] != found]] = np.nan  # two values for one time: neither can be believed
    return part(values, sampled)


def _labels(item: Mapping[str, Any]) -> Mapping[str, str]:
    labels: dict[str, str] = item["metric"]
    if not all(isinstance(text, str) for text in labels.values()):
        raise TypeError
    return labels


def _columns(pairs: Sequence[tuple[float, object]]) -> tuple[FloatArray, Sequence[object]]:
    times, given = zip(*pairs, strict=True)
    return np.rint(np.array(times, dtype=np.float64) * 1000), given
