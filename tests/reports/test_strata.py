from dataclasses import replace

import pytest

from canary_guard.model.rule import ChangeCondition
from canary_guard.model.run import Run
from canary_guard.reports import strata
from canary_guard.reports.strata import StrataTable
from tests.builders import a_run, a_stratum, drops, in_any_stratum, rises, strata_of
from tests.reports import runs


def table_of(run: Run) -> StrataTable:
    (table,) = strata.strata_tables(run)
    return table


def with_strata(condition: ChangeCondition, *changes: tuple[float, float | None]) -> Run:
    """Key patterns whose hit rate changes by so much, with these p-values."""
    found = (a_stratum(f"s{n}", 0.8, 0.8 + change, p=p) for n, (change, p) in enumerate(changes))
    return a_run(strata=(strata_of(in_any_stratum(condition), *found),))


def test_the_worst_pattern_comes_first_and_what_has_no_estimate_last() -> None:
    table = table_of(runs.broken_pattern())
    assert [row.name for row in table.rows] == ["stock", "product", "price", "other", "user"]
    assert [row.exceeded for row in table.rows] == [True, False, False, False, False]
    assert (table.measure, table.bound) == ("hit rate", "drops by 5pp")


def test_a_row_has_both_shares_both_levels_and_the_change_with_its_picture() -> None:
    row = table_of(runs.broken_pattern()).rows[0]
    assert (row.share_baseline, row.share_canary) == ("9.7 %", "3.9 %")
    assert (row.baseline, row.canary, row.levels) == ("86.78 %", "0.00 %", "86.78 → 0.00 %")
    assert (row.change, row.interval) == ("−86.78 pp", "−87.78 to −85.78 pp")
    assert row.forest is not None
    assert row.forest.bound < row.forest.low
    assert row.forest_label == "stock: −86.78 pp, −87.78 to −85.78 pp; bound: drops by 5pp; exceeded"


def test_a_pattern_without_an_estimate_says_why() -> None:
    row = table_of(runs.broken_pattern()).rows[-1]
    assert (row.levels, row.change, row.interval) == ("–", "–", "")
    assert row.reason == "no user lookups in the canary"
    assert row.forest is None


def test_small_patterns_and_those_of_one_side_are_named() -> None:
    table = table_of(runs.broken_pattern())
    assert [row.note for row in table.rows if row.note] == ["2 small patterns together: cart, search"]
    assert table.only == ("baseline only: legacy", "canary only: stock:v2, price:v2")
    alone = strata_of(runs.STOCK, a_stratum("other", 0.9, 0.9, members=("cart",)))
    assert table_of(a_run(strata=(alone,))).rows[0].note == "small: cart"
    many = strata_of(runs.STOCK, only_canary=tuple(f"new{n}" for n in range(8)))
    assert table_of(a_run(strata=(many,))).only == ("canary only: new0, new1, new2, new3, new4, new5 and 2 more",)


def test_without_patterns_it_says_why() -> None:
    missing = "lookups were not counted by key pattern"
    table = table_of(a_run(strata=(strata_of(runs.STOCK, missing=missing),)))
    assert (table.rows, table.missing) == ((), missing)


@pytest.mark.parametrize(
    ("condition", "change", "p", "exceeded"),
    [
        (drops("hit_rate", "5pp"), -0.06, 0.001, True),
        (drops("hit_rate", "5pp"), -0.06, 0.02, False),
        (drops("hit_rate", "5pp"), -0.06, None, False),
        (drops("hit_rate", "5pp"), -0.052, 0.001, False),
        (drops("hit_rate", "5pp"), 0.06, 0.001, False),
        (rises("hit_rate", "5pp"), 0.06, 0.001, True),
        (rises("hit_rate", "5pp"), -0.06, 0.001, False),
    ],
)
def test_exceeded_is_an_interval_beyond_the_bound_that_the_family_confirms(
    condition: ChangeCondition, change: float, p: float | None, exceeded: bool
) -> None:
    run = with_strata(condition, (change, p))
    assert table_of(run).rows[0].exceeded is exceeded
    assert bool(strata.broken(run)) is exceeded


def test_what_is_equally_likely_is_sorted_by_its_size_towards_harm() -> None:
    changes = ((0.01, 1.0), (-0.02, 1.0), (0.0, 1.0))
    drop, rise = (
        with_strata(condition, *changes) for condition in (drops("hit_rate", "5pp"), rises("hit_rate", "5pp"))
    )
    assert [row.name for row in table_of(drop).rows] == ["s1", "s2", "s0"]
    assert [row.name for row in table_of(rise).rows] == ["s0", "s2", "s1"]


def test_broken_patterns_are_told_on_one_line() -> None:
    assert strata.broken(runs.broken_pattern()) == (
        "key patterns beyond their bound: hit rate of stock 86.78 → 0.00 % (−86.78 pp)",
    )
    (line,) = strata.broken(with_strata(drops("hit_rate", "5pp"), *(((-0.5, 0.0),) * 9)))
    assert line.endswith("; and 3 more")
    assert strata.broken(runs.mix_shift()) == ()


def test_a_thousand_patterns_are_not_all_listed() -> None:
    table = table_of(with_strata(drops("hit_rate", "5pp"), *(((-0.001, 1.0),) * 1000)))
    assert (len(table.rows), table.unlisted) == (200, 800)


@pytest.mark.parametrize(("name", "told"), [("", "(no pattern)"), (" ", "(no pattern)"), ("a\nb", "a\\nb")])
def test_every_name_is_on_one_line(name: str, told: str) -> None:
    run = replace(a_run(), strata=(strata_of(runs.STOCK, a_stratum(name, 0.9, 0.9)),))
    assert table_of(run).rows[0].name == told
    long = replace(run, strata=(strata_of(runs.STOCK, a_stratum("x" * 200, 0.9, 0.9)),))
    assert table_of(long).rows[0].name == "x" * 59 + "…"
