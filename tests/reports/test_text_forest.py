from math import log

import pytest

from canary_guard.model.estimate import Interval
from canary_guard.reports.forest import forest
from canary_guard.reports.text_forest import COLUMNS, text_forest


def row(point: float | None, low: float | None, high: float | None, *, bound: float = 1.0, unicode: bool = True) -> str:
    made = forest(Interval(point=point, low=low, high=high), bound=bound)
    assert made is not None
    return text_forest(made, unicode=unicode)


@pytest.mark.parametrize(
    ("change", "picture"),
    [
        ((0.0, -0.1, 0.1), "······━●··┊··········"),
        ((log(2), log(1.8), log(2.2)), "·······│··┊···━●·····"),
        ((0.5, None, 1.5), "◀━━━━━━━●━━━·········"),
        ((0.5, 0.2, None), "·······━●━━━━━━━━━━━▶"),
        ((90.0, 80.0, 100.0), "·······│··┊·········▶"),
    ],
)
def test_a_change_is_drawn_against_its_bound(change: tuple[float | None, ...], picture: str) -> None:
    point, low, high = change
    bound = log(1.15) if point == log(2) else 1.0
    assert row(point, low, high, bound=bound) == picture


def test_a_drop_beyond_its_bound_lies_to_the_right_too() -> None:
    assert row(-2, -2.5, -1.5, bound=-1) == row(2, 1.5, 2.5, bound=1)


def test_ascii_has_the_same_picture() -> None:
    picture = row(0.5, None, 1.5, unicode=False)
    assert picture == "<=======o===........."
    assert len(picture) == COLUMNS
