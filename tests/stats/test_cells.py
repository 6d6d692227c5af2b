from collections.abc import Mapping, Sequence
from dataclasses import replace

from canary_guard.model.series import Content, Reading
from canary_guard.stats.cells import Cell, cell, siblings
from tests.builders import a_plan
from tests.readings import grid, reading, the_arms

Rows = Mapping[str, Sequence[float | None]]
ROWS: Rows = {"stable a": [1, 2, 4], "stable b": [5, 5, 5]}


def baseline(*readings: Reading, ignored: frozenset[str] = frozenset()) -> Cell:
    place, _ = the_arms(a_plan(), grid(2))
    return cell(place, readings, ignored=ignored)


def test_units_are_those_of_all_readings() -> None:
    found = baseline(reading("hits", ROWS), reading("requests", {"stable c": [1, 2, 3]}))
    assert found.names == ("a", "b", "c")
    assert found.lacking == {"hits": ("c",), "requests": ("a", "b")}
    assert found.total("hits") == 3


def test_a_unit_answers_where_any_of_its_keys_does_at_both_ends() -> None:
    found = baseline(reading("hits", {"stable a": [1, None, 3]}), reading("requests", {"stable a": [None, 2, None]}))
    assert found.answered.tolist() == [[True, True]]
    assert baseline(reading("hits", {"stable a": [1, None, 3]})).answered.tolist() == [[False, False]]


def test_up_makes_units_but_no_counts() -> None:
    up = reading("up", {"stable c": [1, 1, 1]}, content=Content.LEVEL)
    found = baseline(reading("hits", ROWS), up)
    assert found.names == ("a", "b", "c")
    assert set(found.counts) == {"hits"}
    assert found.life.silent.tolist() == [False, False, True]


def test_an_up_without_the_units_label_says_nothing() -> None:
    up = reading("up", {"stable ": [1, 1, 1]}, content=Content.LEVEL)
    found = baseline(reading("hits", {"stable a": [1, None, None], "stable b": [5, 5, 5]}), up)
    assert found.names == ("a", "b")
    assert found.life.guessed.tolist() == [True, False]


def test_an_up_that_the_server_summed_says_nothing_of_units() -> None:
    up = reading("up", {"stable": [2, 2, 2]}, content=Content.LEVEL, split=())
    found = baseline(reading("hits", {"stable a": [1, None, None], "stable b": [5, 5, 5]}), up)
    assert found.names == ("a", "b")


def test_what_is_empty_is_absent_beside_units_and_missing_without() -> None:
    empty = reading("misses", {}, intervals=2)
    assert baseline(reading("hits", ROWS), empty).absent == ("misses",)
    alone = baseline(empty)
    assert alone.absent == ()
    assert "no samples of misses for the baseline" in alone.missing["misses"].reason


def test_siblings_are_read_from_the_same_metric() -> None:
    found = baseline(reading("hits", ROWS), reading("misses", ROWS), reading("requests", ROWS))
    assert siblings("hits", found.samples) == ("misses",)
    assert siblings("requests", found.samples) == ()


def test_own_promql_has_no_siblings() -> None:
    own = [
        replace(one, query=replace(one.query, metric="", promql="x"))
        for one in (reading("hits", ROWS), reading("misses", ROWS))
    ]
    assert siblings("hits", baseline(*own).samples) == ()


def test_buckets_that_do_not_fit_are_missing() -> None:
    odd = reading("miss_latency_bucket", {"stable a 1": [1, 2, 3]}, split=("pod", "le"), signal="miss_latency")
    found = baseline(reading("hits", ROWS), odd)
    assert "no bucket +Inf" in found.missing["miss_latency_bucket"].reason
    assert set(found.counts) == {"hits"}


def test_where_nothing_answers_in_either_arm_nobody_has_left() -> None:
    both = reading("hits", {"stable a": [1, 2, None], "canary x": [1, 2, None]})
    one = reading("hits", {"stable a": [1, 2, None], "canary x": [1, 2, 3]})
    assert not baseline(both).life.silent.any()
    assert baseline(both).life.alive.tolist() == [[True, True]]
    assert baseline(one).life.guessed.all()


def test_increases_light_both_ends_of_an_interval() -> None:
    own = reading("hits", {"stable a": [1, None]}, content=Content.INCREASE)
    found = baseline(own)
    assert found.life.alive.tolist() == [[True, True]]
    assert not found.life.silent.any()
