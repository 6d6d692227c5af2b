"""Values come from the environment, and every one that is missing is named at once."""

import pytest

from canary_guard.errors import PublishError
from canary_guard.model.publishing import GrafanaPlan, JiraPlan, WebhookPlan
from canary_guard.publishers.filling import filled_in, values_in


def test_variables_are_replaced_wherever_they_stand() -> None:
    plan = WebhookPlan(url="https://${HOST}/x", headers={"A": "Bearer ${TOKEN}", "B": "${TOKEN}"})
    filled = filled_in(plan, {"HOST": "h", "TOKEN": " t\n"})
    assert filled == WebhookPlan(url="https://h/x", headers={"A": "Bearer t", "B": "t"})
    tags = filled_in(GrafanaPlan(url="http://g", token="${T}", panel=3, tags=("${T}", "x")), {"T": "1"}).tags
    assert tags == ("1", "x")


def test_every_variable_that_is_missing_is_named_once() -> None:
    plan = JiraPlan(url="${URL}", issue="${KEY}", username="${URL}", token="${TOKEN}")
    with pytest.raises(PublishError, match=r"^URL is not set; TOKEN is empty$") as caught:
        filled_in(plan, {"KEY": "A-1", "TOKEN": " "})
    assert not caught.value.tried
    with pytest.raises(PublishError, match=r"^URL, KEY, TOKEN are not set$"):
        filled_in(plan, {})


def test_a_value_is_not_looked_through_again() -> None:
    assert filled_in(JiraPlan(url="u", issue="${A}", token="t"), {"A": "${B}"}).issue == "${B}"


def test_the_values_of_a_plan_are_known() -> None:
    plan = WebhookPlan(url="http://h/${A}", headers={"X": "${B} ${A}", "Y": "${C}"})
    assert values_in(plan, {"A": "1 ", "B": "2", "D": "4"}) == ["1", "2"]
