import pytest

from canary_guard.model.measure import Scale
from canary_guard.model.power import Ability
from canary_guard.model.rule import Direction
from canary_guard.reports.look import Look
from canary_guard.reports.powers import render
from tests.builders import STEP, a_run


def an_ability(**changes: object) -> Ability:
    known: dict[str, object] = {
        "rule": "db-load",
        "measure": "db_load_per_request",
        "direction": Direction.RISES,
        "bound": "15%",
        "scale": Scale.RATIO,
        "smallest": 0.4055,
        "window": 40 * STEP,
        "needed": 80 * STEP,
        "by_pods": False,
    }
    return Ability(**{**known, **changes})  # type: ignore[arg-type] # tests name fields of Ability


def last(ability: Ability, width: int = 100) -> str:
    return " ".join(render(a_run(), [ability], Look(width=width)).splitlines()[-1].split())


def test_a_line_per_condition() -> None:
    assert last(an_ability()) == "db-load database load per request rises by 15% +50 % 20 min"


def test_a_difference_is_told_in_its_own_unit() -> None:
    found = an_ability(
        measure="hit_rate", scale=Scale.DIFFERENCE, bound="0.5pp", direction=Direction.DROPS, smallest=-0.01
    )
    assert "drops by 0.5pp −1.0" in last(found)


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"needed": 40 * STEP}, "this window"),
        ({"needed": None}, "more than a day"),
        ({"needed": None, "by_pods": True}, "more pods"),
        ({"smallest": None}, "– 20 min"),
    ],
)
def test_what_a_pass_needs(changes: dict[str, object], end: str) -> None:
    assert last(an_ability(**changes)).endswith(end)


def test_it_fits_a_narrow_terminal() -> None:
    text = render(a_run(), [an_ability()], Look(width=60))
    assert max(map(len, text.splitlines())) <= 60


def test_nothing_to_tell_is_told() -> None:
    assert render(a_run(), [], Look()).startswith("No condition has an estimate")
