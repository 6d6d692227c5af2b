from collections.abc import Mapping, Sequence

import pytest

from canary_guard.model.run import DataQuality, UnitQuality
from canary_guard.model.series import Content, Reading
from canary_guard.model.window import Arm, Period
from canary_guard.stats.cells import cell
from canary_guard.stats.quality import quality
from tests.builders import a_plan
from tests.readings import grid, reading, the_arms

Rows = Mapping[str, Sequence[float | None]]
NAN = float("nan")


def found(*readings: Reading, unit: str = "pod") -> DataQuality:
    places = the_arms(a_plan(unit=unit), grid(readings[0].query.grid.intervals))
    return quality([cell(place, readings, ignored=frozenset()) for place in places], readings)


def test_each_unit_has_its_line() -> None:
    rows: Rows = {"stable a": [5, 6, 1, None, 3], "canary x": [None, 1, 2, 3, 4]}
    result = found(reading("hits", rows))
    assert result.units == (
        UnitQuality(arm=Arm.BASELINE, period=Period.AFTER, unit="a", resets=1, expected=4, gaps=2),
        UnitQuality(arm=Arm.CANARY, period=Period.AFTER, unit="x", resets=0, expected=3, gaps=0, appeared=True),
    )
    assert result.gap_share == 2 / 7


def test_a_restart_is_counted_once_over_all_signals() -> None:
    rows: Rows = {"stable a": [5, 6, 1, 2, 3]}
    rising: Rows = {"stable a": [5, 6, 7, 8, 9]}
    result = found(reading("hits", rows), reading("requests", rows), reading("misses", rising))
    assert [unit.resets for unit in result.units] == [1]
    assert result.notes == ("pod a restarted once (baseline)",)


def test_unusable_samples_are_counted() -> None:
    assert found(reading("hits", {"stable a": [1, NAN, 3], "canary x": [NAN, NAN, 3]})).unusable_samples == 3


def test_nothing_read_is_no_gap() -> None:
    result = found(reading("hits", {}, intervals=2))
    assert (result.units, result.gap_share, result.notes) == ((), 0.0, ())


def test_many_units_are_not_all_named() -> None:
    rows: Rows = {f"stable pod-{index}": [5, 1, 2] for index in range(9)}
    rows = {**rows, "stable pod-7": [5, 1, 0]}
    notes = found(reading("hits", rows)).notes
    assert notes[0] == "pod pod-7 restarted 2 times (baseline)"
    assert len(notes) == 5
    assert notes[-1] == "5 pods (pod-3, pod-4, pod-5, pod-6 and 1 more) restarted as well (baseline)"


@pytest.mark.parametrize(("unit", "word"), [("pod", "pods"), ("instance", "instances"), ("k8s_pod", "units")])
def test_units_are_called_by_their_label(unit: str, word: str) -> None:
    rows: Rows = {"stable a": [1, 2, 3], "stable b": [None, 2, 3], "stable c": [None, 2, 3]}
    notes = found(reading("hits", rows, split=(unit,)), unit=unit).notes
    assert notes == (f"2 {word} (b, c) appeared within the window (baseline)",)


GUESSED = (
    "pod y fell silent or left within the window, and nothing says which: counted as gaps; a signal `up` would tell "
    "(canary)"
)


def test_leaving_and_silence_are_told() -> None:
    rows: Rows = {
        "stable a": [1, 2, 3, 4],
        "stable b": [1, 2, None, None],
        "canary x": [1, 2, 3, 4],
        "canary y": [1, 2, None, None],
    }
    up = reading(
        "up", {"stable a": [1] * 4, "stable b": [1, 1, None, None], "stable c": [0] * 4}, content=Content.LEVEL
    )
    assert found(reading("hits", rows), up).notes == (
        "pod b left within the window (baseline)",
        "pod c gave no samples although `up` expects them (baseline)",
        GUESSED,
    )


def test_sums_of_the_server_are_told_once() -> None:
    one, other = (
        reading(key, {"stable": [1, 2], "canary": [1, 2]}, content=Content.INCREASE, split=(), summed=True)
        for key in ("misses", "db_queries")
    )
    (note,) = found(one, other).notes
    assert note.startswith("too many series: the server summed database queries, misses, so that units cannot be told")
