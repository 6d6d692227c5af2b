import pytest

from canary_guard.model.cause import Evidence
from canary_guard.model.finding import Outcome
from canary_guard.model.measure import Scale
from tests.builders import a_condition_finding, rises


@pytest.mark.parametrize(
    ("baseline", "canary", "change", "known"),
    [
        (0.8, 0.4, -0.7, True),
        (0.8, 0.0, None, True),
        (None, None, 0.3, True),
        (0.8, None, None, False),
        (None, None, None, False),
    ],
)
def test_what_one_side_counted_nothing_of_is_told_by_its_levels(
    baseline: float | None, canary: float | None, change: float | None, known: bool
) -> None:
    finding = a_condition_finding(rises("miss_rate", "25%"), Outcome.EXCEEDED)
    found = Evidence(finding=finding, scale=Scale.RATIO, baseline=baseline, canary=canary, change=change)
    assert found.known is known
