import math
from dataclasses import replace

import pytest

from canary_guard.judge.any_stratum import hold_strata
from canary_guard.model.estimate import Estimated, Levels, StratumEstimate, Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome, StrataEstimates
from canary_guard.model.measure import Scale
from canary_guard.model.rule import ChangeCondition
from canary_guard.model.window import Comparison
from tests.builders import STEP, an_estimate, drops, no_estimate

CONDITION = replace(drops("hit_rate", "5pp"), any_stratum=True)
HARMLESS = an_estimate("hit_rate", theta=-0.001, half=0.01)
COLLAPSED = an_estimate("hit_rate", theta=-0.4, half=0.05)
FAR_TOO_WIDE = an_estimate("hit_rate", theta=-0.02, half=0.4)


def stratum(name: str, estimate: Estimated, p: float | None) -> StratumEstimate:
    return StratumEstimate(stratum=name, members=(name,), share_baseline=0.2, share_canary=0.2, estimate=estimate, p=p)


def held(*strata: StratumEstimate, condition: ChangeCondition = CONDITION) -> ConditionFinding:
    found = StrataEstimates(condition=CONDITION, strata=strata, missing=None if strata else "no pattern was counted")
    return hold_strata(condition, [found], Comparison.CONCURRENT, levels=Levels(), step=STEP)


def test_the_scale_of_the_condition_is_that_of_the_estimates() -> None:
    assert HARMLESS.scale is CONDITION.scale is Scale.DIFFERENCE


def test_one_collapsed_pattern_exceeds_and_is_named() -> None:
    found = held(stratum("easy", HARMLESS, 1.0), stratum("stock", COLLAPSED, 1e-9), stratum("wide", FAR_TOO_WIDE, 1.0))
    assert (found.outcome, found.stratum) == (Outcome.EXCEEDED, "stock")


def test_of_several_the_surest_is_named_and_of_equals_the_first_by_name() -> None:
    assert held(stratum("a", COLLAPSED, 1e-4), stratum("b", COLLAPSED, 1e-9)).stratum == "b"
    assert held(stratum("b", COLLAPSED, 1e-9), stratum("a", COLLAPSED, 1e-9)).stratum == "a"


def test_within_needs_every_pattern() -> None:
    assert held(stratum("a", HARMLESS, 1.0), stratum("b", HARMLESS, 1.0)).outcome is Outcome.WITHIN
    found = held(stratum("a", HARMLESS, 1.0), stratum("b", FAR_TOO_WIDE, 1.0))
    assert (found.outcome, found.stratum, found.undetermined) == (Outcome.UNDETERMINED, "b", Undetermined.EXPOSURE)
    assert found.reason is not None
    assert found.reason.startswith("b: ")


@pytest.mark.parametrize("p", [None, 0.011, math.nextafter(0.01, 1)])
def test_what_the_family_does_not_confirm_is_undetermined_and_looks_bad(p: float | None) -> None:
    found = held(stratum("stock", COLLAPSED, p))
    assert (found.outcome, found.undetermined, found.looks_bad) == (
        Outcome.UNDETERMINED,
        Undetermined.EXPOSURE,
        True,
    )
    assert found.reason == "stock looks worse by more than 5pp, but among so many strata it may be chance"


def test_at_the_level_itself_the_family_confirms() -> None:
    assert held(stratum("stock", COLLAPSED, 0.01)).outcome is Outcome.EXCEEDED


def test_a_pattern_without_data_keeps_its_kind_and_its_reason() -> None:
    nothing = no_estimate("hit_rate", reason="its counts contradict each other", undetermined=Undetermined.DATA)
    found = held(stratum("a", HARMLESS, 1.0), stratum("b", nothing, None))
    assert (found.outcome, found.undetermined) == (Outcome.UNDETERMINED, Undetermined.DATA)
    assert found.reason == "b: its counts contradict each other"


def test_a_pattern_about_which_nothing_is_known_does_not_look_bad() -> None:
    found = held(stratum("a", no_estimate("hit_rate", "too few intervals: 4; at least 8 are needed"), None))
    assert (found.undetermined, found.looks_bad) == (Undetermined.EXPOSURE, None)


def test_want_of_data_in_one_pattern_is_told_before_want_of_exposure_in_another() -> None:
    nothing = no_estimate("hit_rate", reason="its counts contradict each other", undetermined=Undetermined.DATA)
    found = held(stratum("a", FAR_TOO_WIDE, 0.4), stratum("b", nothing, None))
    assert found.undetermined is Undetermined.DATA


def test_no_strata_at_all_is_want_of_data() -> None:
    for found in (held(), held(stratum("a", HARMLESS, 1.0), condition=drops("hit_rate", "4pp"))):
        assert (found.outcome, found.undetermined) == (Outcome.UNDETERMINED, Undetermined.DATA)
    assert held().reason == "no pattern was counted"
