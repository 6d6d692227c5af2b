from canary_guard.model.measure import Scale
from canary_guard.model.rule import All, Any, Not, leaves
from tests.builders import drops, rises


def test_leaves_come_from_left_to_right_through_all_any_and_not() -> None:
    tree = All(
        parts=(Any(parts=(drops("hit_rate", "0.5pp"), rises("miss_rate", "25%"))), Not(part=rises("set_rate", "x2")))
    )
    assert [leaf.measure for leaf in leaves(tree)] == ["hit_rate", "miss_rate", "set_rate"]


def test_the_unit_of_a_bound_says_on_which_scale_it_is_meant() -> None:
    assert rises("miss_rate", "25%").scale is Scale.RATIO
    assert rises("miss_rate", "x1.2").scale is Scale.RATIO
    assert rises("miss_rate", "0.5pp").scale is Scale.DIFFERENCE
    assert rises("miss_latency_mean", "5ms").scale is Scale.DIFFERENCE
