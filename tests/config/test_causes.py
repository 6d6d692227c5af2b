from canary_guard.config.causes import load_explanations
from canary_guard.model.cause import QuestionId
from canary_guard.model.measure import MEASURES
from canary_guard.model.rule import ChangeCondition, leaves
from canary_guard.model.window import View
from tests.config.texts import plan_of

IDS = {
    "key-change",
    "unbounded-key",
    "ttl-too-short",
    "eviction-pressure",
    "set-failures",
    "cold-start",
    "stampede",
    "heavier-miss-path",
    "slower-miss-path",
    "synchronized-expiry",
    "negative-caching-lost",
    "retry-amplification",
    "rebuild-errors",
    "background-load",
    "cheap-misses",
    "traffic-mix",
    "unequal-exposure",
    "database-slower-first",
    "traffic-surge",
}


def test_the_nineteen_causes_each_with_something_to_do() -> None:
    found = load_explanations().causes
    assert len(found) == 19
    assert {one.id for one in found} == IDS
    assert all(one.title and len(one.advice) > 40 and "\n" not in one.advice for one in found)


def test_the_three_questions_in_their_order() -> None:
    assert [one.id for one in load_explanations().questions] == list(QuestionId)


def test_every_condition_names_a_measure_and_where_it_is_looked_at() -> None:
    found = load_explanations()
    conditions = [condition for one in found.causes for condition in (one.likely, one.ruled_out)]
    held = [leaf for condition in conditions for leaf in leaves(condition)]
    assert all(isinstance(leaf, ChangeCondition) and leaf.measure in MEASURES for leaf in held)
    assert {leaf.view for leaf in held if isinstance(leaf, ChangeCondition)} == {None, View.BASELINE, View.FLEET}


def test_a_plan_has_them() -> None:
    assert plan_of().explanations == load_explanations()
