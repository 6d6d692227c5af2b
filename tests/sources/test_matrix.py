from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from canary_guard.model.window import Arm
from canary_guard.sources.answers import Answer, AnswerError
from canary_guard.sources.matrix import ShiftedError, samples, series_of, vector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canary_guard.model.series import Series

START = 1_795_252_267_829
EDGES = range(START, START + 5 * 1_000, 1_000)
"""Five of them, at fractions of a second that no float holds exactly."""


def matrix(*series: tuple[Mapping[str, str], Mapping[int, object]]) -> Answer:
    """Of series: labels, and values by the edge's index."""
    result = [
        {"metric": labels, "values": [[(START + 1_000 * at) / 1000, value] for at, value in values.items()]}
        for labels, values in series
    ]
    return Answer(result_type="matrix", result=result)


def by_track(labels: Mapping[str, str]) -> Arm | None:
    return {"stable": Arm.BASELINE, "canary": Arm.CANARY, "canary-2": Arm.CANARY}.get(labels.get("track", ""))


def read(answer: Answer, *split: str) -> tuple[Series, ...]:
    return series_of(answer, edges=EDGES, split=split or ("pod",), arm_of=by_track)


def all_edges(*values: object) -> dict[int, object]:
    return dict(enumerate(values))


def test_values_stand_at_their_edges_and_gaps_are_gaps() -> None:
    (series,) = read(matrix(({"pod": "a", "track": "canary"}, {0: "5", 2: "7.5", 3: "8"})))
    assert (series.arm, series.labels) == (Arm.CANARY, ("a",))
    assert series.values.tolist() == [5, 0, 7.5, 8, 0]
    assert (series.missing, series.unusable) == ((1, 4), 0)
    assert not series.values.flags.writeable


@pytest.mark.parametrize("bad", ["NaN", "+Inf", "-Inf", "-1", "1_0123", "many", "", None, [], {}])
def test_what_is_not_a_usable_number_is_missing_and_counted(bad: object) -> None:
    (series,) = read(matrix(({"pod": "a"}, all_edges("1", bad, "3", "4", "5"))))
    assert series.values.tolist() == [1, 0, 3, 4, 5]
    assert (series.missing, series.unusable) == ((1,), 1)


def test_two_values_for_one_time_are_unusable_unless_they_agree() -> None:
    answer = matrix(({"pod": "a"}, all_edges("1", "2", "3", "4", "5")))
    pairs = answer.result[0]["values"]
    answer.result[0]["values"] = [*pairs, [pairs[1][0], "0"], [pairs[3][0], "4.0"]]
    (series,) = read(answer)
    assert series.values.tolist() == [1, 0, 3, 4, 5]
    assert (series.missing, series.unusable) == ((1,), 1)


def test_only_unusable_samples_are_a_series_without_values() -> None:
    (series,) = read(matrix(({"pod": "a"}, all_edges(*["NaN"] * 5))))
    assert (series.missing, series.unusable) == ((0, 1, 2, 3, 4), 5)
    assert series.values.tolist() == [0] * 5


def test_series_are_sorted_by_labels_and_an_absent_label_is_empty() -> None:
    one = {0: "1"}
    found = read(
        matrix(
            ({"pod": "b", "track": "stable", "le": "1"}, one),
            ({"track": "canary"}, one),
            ({"pod": "a", "track": "stable", "le": "2"}, one),
            ({"pod": "a", "track": "other", "le": "1"}, one),
        ),
        "pod",
        "le",
    )
    assert [(series.labels, series.arm) for series in found] == [
        (("", ""), Arm.CANARY),
        (("a", "1"), None),
        (("a", "2"), Arm.BASELINE),
        (("b", "1"), Arm.BASELINE),
    ]


def test_one_unit_under_two_labels_of_its_arm_is_one_series() -> None:
    (series,) = read(
        matrix(
            ({"pod": "a", "track": "canary"}, all_edges("1", "2", "3")),
            ({"pod": "a", "track": "canary-2"}, {2: "10", 3: "20", 4: "30"}),
        )
    )
    assert series.values.tolist() == [1, 2, 13, 20, 30]
    assert series.missing == ()


def test_a_sum_with_a_part_missing_in_its_midst_is_missing() -> None:
    (series,) = read(
        matrix(
            ({"pod": "a", "track": "canary"}, all_edges("1", "2", "3", "4", "5")),
            ({"pod": "a", "track": "canary-2"}, {1: "10", 3: "30"}),
        )
    )
    assert series.values.tolist() == [1, 12, 0, 34, 5]
    assert (series.missing, series.unusable) == ((2,), 0)


def test_a_sum_with_an_unusable_part_is_missing() -> None:
    (series,) = read(
        matrix(
            ({"pod": "a", "track": "canary"}, all_edges("1", "2", "3", "4", "5")),
            ({"pod": "a", "track": "canary-2"}, {3: "10", 4: "NaN"}),
        )
    )
    assert series.values.tolist() == [1, 2, 3, 14, 0]
    assert (series.missing, series.unusable) == ((4,), 1)


def test_the_arms_are_never_added_up() -> None:
    found = read(
        matrix(({"pod": "a", "track": "canary"}, {0: "1"}), ({"pod": "a", "track": "stable"}, {0: "2"})),
    )
    assert [(series.arm, series.values[0]) for series in found] == [(Arm.BASELINE, 2), (Arm.CANARY, 1)]


def test_an_empty_matrix_has_no_series() -> None:
    assert read(matrix()) == ()


@pytest.mark.parametrize("time", [START + 500, START - 1_000, START + 5_000, START + 1])
def test_a_time_that_was_not_asked_for_is_an_error(time: int) -> None:
    answer = Answer(
        result_type="matrix", result=[{"metric": {"pod": "a"}, "values": [[START / 1000, "1"], [time / 1000, "2"]]}]
    )
    with pytest.raises(ShiftedError, match=f"{time / 1000:.3f}"):
        read(answer)


@pytest.mark.parametrize("kind", ["vector", "scalar", "string"])
def test_another_type_of_result_is_an_error(kind: str) -> None:
    with pytest.raises(AnswerError, match=f"a {kind} in place of a matrix"):
        samples(Answer(result_type=kind, result=[]))


def test_native_histograms_are_an_error_with_advice() -> None:
    answer = Answer(result_type="matrix", result=[{"metric": {"pod": "a"}, "histograms": [[1, {"count": "3"}]]}])
    with pytest.raises(AnswerError, match="native histograms") as caught:
        samples(answer)
    assert "_bucket" in caught.value.failure.advice


@pytest.mark.parametrize(
    "result",
    [
        None,
        5,
        "text",
        [None],
        [{}],
        [{"metric": {}, "values": None}],
        [{"metric": {}, "values": []}],
        [{"metric": {}, "values": [[1]]}],
        [{"metric": {}, "values": [["one", "1"]]}],
        [{"metric": {}, "values": [[{}, "1"]]}],
        [{"metric": None, "values": [[1, "1"]]}],
        [{"metric": {"pod": 1}, "values": [[1, "1"]]}],
    ],
)
def test_a_matrix_that_is_none_is_an_error(result: object) -> None:
    with pytest.raises(AnswerError, match="series are not series"):
        samples(Answer(result_type="matrix", result=result))


@pytest.mark.parametrize("time", [None, float("inf"), 1e300])
def test_a_time_that_is_none_is_an_error(time: float | None) -> None:
    with pytest.raises(AnswerError):
        read(Answer(result_type="matrix", result=[{"metric": {"pod": "a"}, "values": [[time, "1"]]}]))


def test_a_vector_is_labels_and_numbers() -> None:
    result = [{"metric": {"pod": "a"}, "value": [1, "2.5"]}]
    assert vector(Answer(result_type="vector", result=result)) == [({"pod": "a"}, 2.5)]


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("matrix", []),
        ("vector", None),
        ("vector", [{"metric": {}}]),
        ("vector", [{"metric": {}, "value": [1]}]),
        ("vector", [{"metric": {}, "value": [1, "NaN"]}]),
        ("vector", [{"metric": {}, "value": [1, "many"]}]),
    ],
)
def test_a_vector_that_is_none_is_an_error(kind: str, result: object) -> None:
    with pytest.raises(AnswerError, match="in place of a vector of numbers"):
        vector(Answer(result_type=kind, result=result))
