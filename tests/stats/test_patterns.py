from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.measurement import ByStratum, Side
from canary_guard.model.series import Content, Failure, Reading
from canary_guard.stats.cells import Cell, cell
from canary_guard.stats.quality import quality
from canary_guard.stats.sides import paired
from tests.builders import a_plan
from tests.readings import by_pattern, reading, the_arms

NAN = float("nan")
Rows = Mapping[str, Sequence[float | None]]


def a_cell(*readings: Reading) -> Cell:
    """The baseline's."""
    place, _ = the_arms(a_plan(), readings[0].query.grid)
    return cell(place, readings, ignored=frozenset())


def shown(one: ByStratum) -> dict[str, list[float | None]]:
    """By pattern, what was counted in each interval; None for one that was not seen."""
    return {
        name: [value if seen else None for value, seen in zip(row, one.seen.tolist(), strict=True)]
        for name, row in zip(one.strata, one.values.tolist(), strict=True)
    }


def misses(whole: Rows, rows: Rows) -> dict[str, list[float | None]]:
    found = a_cell(reading("misses", whole), by_pattern("misses", rows))
    assert found.unsplit == {}
    return shown(found.strata["misses"])


def contradiction(*readings: Reading) -> str:
    found = a_cell(*readings)
    assert found.strata == {}
    (missing,) = found.unsplit.values()
    assert not missing.from_source
    return missing.reason


WHOLE: Rows = {"stable a": [100, 110, 130, 160], "stable b": [0, 2, 3, 3], "canary x": [7, 8, 9, 10]}
ROWS: Rows = {
    "stable a product": [90, 98, 115, 140],
    "stable a user": [10, 12, 15, 20],
    "stable b user": [0, 2, 3, 3],
    "canary x user": [7, 8, 9, 10],
}


def test_patterns_are_counted_unit_by_unit_summed_and_sorted() -> None:
    assert misses(WHOLE, ROWS) == {"product": [8, 17, 25], "user": [4, 4, 5]}
    assert list(misses(WHOLE, {name: ROWS[name] for name in reversed(list(ROWS))})) == ["product", "user"]


def test_a_restart_of_one_unit_is_seen_in_its_own_rows() -> None:
    whole = {"stable a": [100, 110, 4], "stable b": [50, 51, 52]}
    rows = {"stable a product": [60, 66, 3], "stable a user": [40, 44, 1], "stable b user": [50, 51, 52]}
    assert misses(whole, rows) == {"product": [6, 3], "user": [5, 2]}


def test_a_pattern_that_comes_up_in_a_unit_that_was_there_counts_from_zero() -> None:
    whole = {"stable a": [10, 12, 19, 20]}
    rows: Rows = {"stable a product": [10, 12, 14, 15], "stable a user": [None, None, 5, 5]}
    assert misses(whole, rows) == {"product": [2, 2, 1], "user": [0, 5, 0]}


def test_a_pattern_of_a_unit_that_appears_is_started_by_its_first_edge() -> None:
    whole: Rows = {"stable a": [10, 12, 14, 15], "stable b": [None, None, 700, 702]}
    rows: Rows = {"stable a user": [10, 12, 14, 15], "stable b user": [None, None, 700, 702]}
    assert misses(whole, rows) == {"user": [2, 2, 3]}


def test_a_pattern_whose_sample_was_unusable_was_there_before() -> None:
    whole = {"stable a": [1_000_100, 1_000_120, 1_000_141, 1_000_150]}
    rows: Rows = {"stable a product": [100, 120, 140, 149], "stable a user": [NAN, NAN, 1_000_001, 1_000_001]}
    assert misses(whole, rows) == {"product": [20, 20, 9], "user": [0, 0, 0]}


def test_what_is_a_gap_in_the_whole_counts_for_no_pattern() -> None:
    """The misses of pod b are no numbers at one edge: its hits there must not count either, or all would be hits."""
    rows: Rows = {"stable a user": [0, 1, 2, 3], "stable b user": [0, 5, 10, 15]}
    whole: Rows = {"stable a": [0, 1, 2, 3], "stable b": [0, 5, 10, 15]}
    torn = {**whole, "stable b": [0, 5, NAN, 15]}
    found = a_cell(
        reading("hits", whole),
        reading("misses", torn),
        by_pattern("hits", rows),
        by_pattern("misses", {**rows, "stable b user": [0, 5, NAN, 15]}),
    )
    assert shown(found.strata["hits"]) == shown(found.strata["misses"]) == {"user": [6, 1, 1]}


def test_a_silent_unit_adds_nothing_and_an_interval_without_any_is_not_seen() -> None:
    whole: Rows = {"stable a": [1, 2, None, None, 5], "stable b": [1, 2, 3, None, 5]}
    rows: Rows = {"stable a user": [1, 2, None, None, 5], "stable b user": [1, 2, 3, None, 5]}
    assert misses(whole, rows) == {"user": [2, 1, None, None]}


def test_units_that_the_whole_does_not_have_are_left_out() -> None:
    rows = {**ROWS, "stable stranger user": [0, 500, 900, 1000]}
    assert misses(WHOLE, rows) == {"product": [8, 17, 25], "user": [4, 4, 5]}
    nobody = a_cell(reading("misses", {"stable a": [1, 1]}), by_pattern("misses", {"stable z user": [1, 9]}))
    assert shown(nobody.strata["misses"]) == {"user": [0]}


def test_patterns_that_do_not_add_up_are_contradictory_data() -> None:
    """A tenth is allowed: a server extrapolates."""
    whole = {"stable a": [0, 100, 200]}
    almost = {"stable a product": [0, 90, 181], "stable a user": [0, 1, 1]}
    assert misses(whole, almost) == {"product": [90, 91], "user": [1, 0]}
    fewer = by_pattern("misses", {"stable a product": [0, 80, 160], "stable a user": [0, 5, 9]})
    assert contradiction(reading("misses", whole), fewer) == (
        "misses by key_pattern add up to 169 in the baseline, but all misses are 200: contradictory data "
        f"(http://prometheus: {fewer.text})"
    )
    more = by_pattern("misses", {"stable a product": [0, 120, 240]})
    assert "add up to 240 in the baseline, but all misses are 200" in contradiction(reading("misses", whole), more)


def test_a_contradiction_is_among_the_missing_and_in_the_notes() -> None:
    readings = [
        reading("misses", {"stable a": [0, 100], "canary x": [0, 100]}),
        by_pattern("misses", {"stable a product": [0, 100], "canary x product": [0, 50]}),
    ]
    baseline, canary = (
        cell(place, readings, ignored=frozenset()) for place in the_arms(a_plan(), readings[0].query.grid)
    )
    sides = paired(baseline, canary, ignored=frozenset(), fewest=20)
    assert [set(side.missing) for side in sides] == [set(), {"misses by stratum"}]
    assert [set(side.strata) for side in sides] == [{"misses"}, set()]
    (note,) = quality([baseline, canary], readings).notes
    assert note == sides[1].missing["misses by stratum"].reason


def test_what_the_source_failed_to_split_is_missing_in_its_words() -> None:
    failure = Failure(answer="503: too busy", advice="", unreachable=False)
    readings = [reading("misses", {"stable a": [0, 100]}), by_pattern("misses", {}, intervals=1, failure=failure)]
    found = a_cell(*readings)
    assert found.strata == {}
    missing = found.unsplit["misses by stratum"]
    assert missing.from_source
    assert missing.reason == "misses by stratum could not be read from http://prometheus: 503: too busy."
    assert quality([found], readings).notes == ()


def test_without_a_whole_there_is_nothing_to_split() -> None:
    failure = Failure(answer="503", advice="", unreachable=False)
    found = a_cell(reading("misses", {}, intervals=3, failure=failure), by_pattern("misses", ROWS))
    assert (found.strata, found.unsplit) == ({}, {})
    assert set(found.missing) == {"misses"}


# --- summed by the server

SUMMED: Rows = {"stable product": [8, 17.5, 25], "stable user": [4, 4, 4.5], "canary user": [1, 1, 1]}


def test_sums_of_the_server_split_the_units_together() -> None:
    found = a_cell(reading("misses", WHOLE), by_pattern("misses", SUMMED, summed=True))
    assert shown(found.strata["misses"]) == {"product": [8, 17.5, 25], "user": [4, 4, 4.5]}


def test_sums_of_both_are_split_alike() -> None:
    whole = reading("misses", {"stable": [12, 21, 30]}, content=Content.INCREASE, split=(), summed=True)
    found = a_cell(whole, by_pattern("misses", SUMMED, summed=True))
    assert shown(found.strata["misses"]) == {"product": [8, 17.5, 25], "user": [4, 4, 4.5]}
    gap: Rows = {"stable product": [8, None, 25], "stable user": [4, None, 4.5]}
    found = a_cell(whole, by_pattern("misses", gap, summed=True))
    assert shown(found.strata["misses"]) == {"product": [8, None, 25], "user": [4, None, 4.5]}


def test_sums_of_the_server_are_held_against_the_whole_where_all_units_were_seen() -> None:
    """Pod b is silent in the first interval: there the server's sum has what the whole has not."""
    whole: Rows = {"stable a": [0, 10, 20, 30], "stable b": [0, NAN, 50, 100]}
    rows: Rows = {"stable user": [40, 50, 60]}
    found = a_cell(reading("misses", whole), by_pattern("misses", rows, summed=True))
    assert shown(found.strata["misses"]) == {"user": [40, 50, 60]}
    wrong = by_pattern("misses", {"stable user": [40, 50, 90]}, summed=True)
    assert "add up to 90 in the baseline, but all misses are 60" in contradiction(reading("misses", whole), wrong)


def test_units_of_a_whole_that_the_server_summed() -> None:
    whole = reading("misses", {"stable": [12, None, 30]}, content=Content.INCREASE, split=(), summed=True)
    units = reading("requests", {"stable a": [0, 1, 2, 3], "stable b": [0, 1, 2, 3]})
    found = a_cell(units, whole, by_pattern("misses", {name: row for name, row in ROWS.items() if "stable" in name}))
    assert shown(found.strata["misses"]) == {"product": [8, None, 25], "user": [4, None, 5]}


def test_a_side_holds_frozen_arrays() -> None:
    found = a_cell(reading("misses", WHOLE), by_pattern("misses", ROWS)).strata["misses"]
    assert not found.values.flags.writeable
    assert not found.seen.flags.writeable


@pytest.mark.parametrize("pods", [1, 7])
def test_many_rows_are_summed_as_one_by_one(pods: int) -> None:
    generator = np.random.default_rng(3)
    counts = generator.poisson(5, (pods, 4, 6)).astype(float).cumsum(axis=2)
    rows = {f"stable p{pod} s{stratum}": counts[pod, stratum].tolist() for pod in range(pods) for stratum in range(4)}
    whole = {f"stable p{pod}": counts[pod].sum(axis=0).tolist() for pod in range(pods)}
    found = a_cell(reading("misses", whole), by_pattern("misses", rows)).strata["misses"]
    assert found.values.tolist() == np.diff(counts, axis=2).sum(axis=0).tolist()


def test_an_empty_label_is_a_pattern_like_others() -> None:
    whole = {"stable a": [0, 30]}
    assert misses(whole, {"stable a ": [0, 10], "stable a user": [0, 20]}) == {"": [10], "user": [20]}


def test_a_reading_of_both_arms_keeps_them_apart() -> None:
    """In the fleet a pod's name may be in both arms."""
    readings = [reading("misses", {"stable a": [0, 100], "canary a": [5, 6]}),
                by_pattern("misses", {"stable a user": [0, 100], "canary a user": [5, 6]})]  # fmt: skip
    place = the_arms(a_plan(), readings[0].query.grid)[0]
    fleet = replace(place, arms=frozenset(one.arm for one in readings[0].series))
    found = cell(fleet, readings, ignored=frozenset())
    assert shown(found.strata["misses"]) == {"user": [101]}


def test_sides_carry_what_was_split() -> None:
    readings = [reading("misses", WHOLE), by_pattern("misses", ROWS)]
    cells = [cell(place, readings, ignored=frozenset()) for place in the_arms(a_plan(), readings[0].query.grid)]
    sides: tuple[Side, Side] = paired(cells[0], cells[1], ignored=frozenset(), fewest=20)
    assert [shown(side.strata["misses"]) for side in sides] == [
        {"product": [8, 17, 25], "user": [4, 4, 5]},
        {"user": [1, 1, 1]},
    ]
