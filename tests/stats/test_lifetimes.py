import numpy as np
import pytest

from canary_guard.stats.lifetimes import Lifetimes, lifetimes


def alive(*rows: str, up: tuple[str, ...] = (), dark: str = "") -> Lifetimes:
    """Rows of edges: `#` where a unit answered. `up` likewise; an absent row is nothing but dots."""
    present = edges(*rows)
    expected = edges(*up) if up else np.zeros_like(present)
    nowhere = np.zeros(present.shape[1], dtype=bool)
    return lifetimes(present, expected, edges(dark)[0] if dark else nowhere, slack=1)


def edges(*rows: str) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.array([[mark == "#" for mark in row] for row in rows])


def drawn(found: Lifetimes) -> list[str]:
    return ["".join("#" if there else "." for there in row) for row in found.alive]


def test_a_unit_that_answers_throughout_is_there_throughout() -> None:
    found = alive("#####")
    assert drawn(found) == ["####"]
    assert not (found.appeared | found.left | found.silent).any()


def test_a_unit_that_appears_begins_with_the_interval_after_its_first_edge() -> None:
    found = alive("..###", "#####")
    assert drawn(found) == ["..##", "####"]
    assert found.appeared.tolist() == [True, False]


def test_a_hole_is_inside_a_lifetime() -> None:
    assert drawn(alive("#..##", "#####")) == ["####", "####"]


def test_with_up_a_unit_that_ends_with_it_has_left() -> None:
    found = alive("###..", "#####", up=("###..", "#####"))
    assert drawn(found) == ["##..", "####"]
    assert found.left.tolist() == [True, False]
    assert not found.silent.any()


def test_with_up_a_unit_that_falls_silent_is_there_to_the_end() -> None:
    found = alive("##...", "#####", up=("#####", "#####"))
    assert drawn(found) == ["####", "####"]
    assert not found.left.any()


def test_a_unit_that_is_up_before_its_first_counter_is_starting() -> None:
    assert drawn(alive("...##", up=("#####",))) == ["...#"]


def test_a_unit_that_is_up_but_never_counts_is_silent_for_as_long_as_it_is_up() -> None:
    found = alive(".....", "#####", up=(".###.", "#####"))
    assert drawn(found) == [".##.", "####"]
    assert found.silent.tolist() == [True, False]
    assert not found.guessed.any()
    assert not found.left.any()
    assert not found.appeared.any()


def test_without_up_a_unit_that_vanishes_is_a_gap_to_the_end() -> None:
    found = alive("##...", "#####")
    assert drawn(found) == ["####", "####"]
    assert found.silent.tolist() == found.guessed.tolist() == [True, False]
    assert not found.left.any()


def test_without_up_units_that_were_replaced_have_left_the_earliest_first() -> None:
    found = alive("###..", "##...", "####.", "...##", "..###")
    assert drawn(found) == ["##..", "#...", "####", "...#", "..##"]
    assert found.left.tolist() == [True, True, False, False, False]
    assert found.guessed.tolist() == [False, False, True, False, False]


def test_units_with_up_replace_none_without() -> None:
    found = alive("##...", "..###", up=(".....", "..###"))
    assert drawn(found) == ["####", "..##"]


@pytest.mark.parametrize(
    ("row", "dark", "expected"),
    [
        ("..###", "##...", "####"),
        ("###..", "...##", "####"),
        ("##...", "....#", "####"),
        ("#...#", ".###.", "####"),
        (".####", "#....", "####"),
        ("..###", ".#...", ".###"),
        ("..###", "#....", "####"),
        ("...##", "#....", "...#"),
        ("...##", ".#...", ".###"),
    ],
)
def test_where_nothing_answers_at_all_whoever_stood_next_to_it_was_there(row: str, dark: str, expected: str) -> None:
    found = alive(row, "#####", dark=dark)
    assert drawn(found)[0] == expected
    if expected == "####":
        assert not (found.appeared | found.left)[0]


def test_a_unit_that_is_seen_once_was_there_for_no_interval() -> None:
    assert drawn(alive("....#", "#####")) == ["....", "####"]


def test_no_units_at_all() -> None:
    found = lifetimes(np.zeros((0, 4), dtype=bool), np.zeros((0, 4), dtype=bool), np.ones(4, dtype=bool), slack=1)
    assert found.alive.shape == (0, 3)
