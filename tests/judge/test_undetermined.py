import pytest

from canary_guard.judge.undetermined import without_data, without_estimate
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.window import Comparison
from tests.builders import no_estimate, rises

CONDITION = rises("miss_rate", "25%")


def test_want_of_data_is_undetermined() -> None:
    assert without_data(CONDITION, Comparison.BEFORE_AFTER, "no estimate was made") == ConditionFinding(
        condition=CONDITION,
        comparison=Comparison.BEFORE_AFTER,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.DATA,
        reason="no estimate was made",
    )


@pytest.mark.parametrize("kind", Undetermined)
def test_no_estimate_keeps_its_kind_and_words(kind: Undetermined) -> None:
    nothing = no_estimate("miss_rate", "some reason", kind, comparison=Comparison.BEFORE_AFTER)
    assert without_estimate(CONDITION, nothing, more_time=60_000) == ConditionFinding(
        condition=CONDITION,
        comparison=Comparison.BEFORE_AFTER,
        outcome=Outcome.UNDETERMINED,
        undetermined=kind,
        reason="some reason",
        more_time=60_000,
    )


@pytest.mark.parametrize("kind", Undetermined)
def test_what_a_source_did_not_answer_is_want_of_data(kind: Undetermined) -> None:
    finding = without_estimate(CONDITION, no_estimate("miss_rate", undetermined=kind, from_source=True), more_time=None)
    assert (finding.undetermined, finding.from_source) == (Undetermined.DATA, True)
