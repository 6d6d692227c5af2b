import numpy as np
import pytest

from canary_guard.stats.unit_variance import look_alike, own_variance, spread, unit_variance

EQUAL = np.ones(4)


def test_a_single_unit_has_no_spread() -> None:
    found = spread(np.array([0.0]), np.array([7.0]))
    assert (found.units, found.degrees, found.concentration) == (1, 0.0, 1.0)


def test_units_without_weight_are_left_out() -> None:
    with_idle = spread(np.array([0.1, -0.1, 5.0]), np.array([2.0, 2.0, 0.0]))
    assert with_idle == spread(np.array([0.1, -0.1]), np.array([1.0, 1.0]))


def test_equal_units_have_one_degree_less_than_their_number() -> None:
    found = spread(np.array([0.1, -0.1, 0.1, -0.1]), EQUAL)
    assert (found.concentration, found.degrees) == (0.25, 3.0)
    assert own_variance(found) == pytest.approx((0.04 / 0.75, 3.0))


def test_a_unit_that_outweighs_all_others_is_a_single_one() -> None:
    assert spread(np.array([0.0, 1e-17]), np.array([1.0, 1e-18])).degrees == 0.0


def test_each_arm_has_its_part_of_a_pooled_variance() -> None:
    found = unit_variance(
        baseline=spread(np.array([0.1, -0.1, 0.1, -0.1]), EQUAL), canary=spread(np.array([0.0]), np.ones(1))
    )
    assert found is not None
    assert found.pooled
    assert found.variance == pytest.approx(found.baseline[0] + found.canary[0])
    assert found.canary[0] == pytest.approx(4 * found.baseline[0])


def test_pods_look_alike_when_time_explains_them() -> None:
    assert look_alike(variance=1.0, degrees=3, time_variance=1.0, time_degrees=7)
    assert not look_alike(variance=3.0, degrees=3, time_variance=1.0, time_degrees=7)
    assert not look_alike(variance=0.0, degrees=3, time_variance=0.0, time_degrees=7)


@pytest.mark.parametrize("order", [1, -1])
def test_pods_that_do_not_differ_at_all_in_one_arm_are_pooled_with_the_others(order: int) -> None:
    alike = spread(np.zeros(4), EQUAL)
    differing = spread(np.array([0.1, -0.1, 0.1, -0.1]), EQUAL)
    baseline, canary = (alike, differing)[::order]
    found = unit_variance(baseline=baseline, canary=canary)
    assert found is not None
    assert found.pooled
    assert found.variance == pytest.approx(differing.square / 2 * 0.5)
