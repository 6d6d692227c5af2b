import pytest

from canary_guard.stats.degrees import normal_quantile, student_quantile, welch


def test_the_normal_quantile() -> None:
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054)


def test_infinite_degrees_are_normal() -> None:
    assert student_quantile(None, 0.99) == normal_quantile(0.99)
    assert student_quantile(1e9, 0.99) == pytest.approx(normal_quantile(0.99))


def test_a_part_without_variance_adds_neither_variance_nor_degrees() -> None:
    assert welch([(0.0, 3), (2.0, 7)]) == pytest.approx((2.0, 7))


def test_no_variance_at_all_has_the_smallest_degrees() -> None:
    assert welch([(0.0, 7), (0.0, 3)]) == (0.0, 3)


def test_tiny_variances_do_not_vanish_when_squared() -> None:
    variance, degrees = welch([(1e-200, 5), (1e-200, 5)])
    assert (variance, degrees) == pytest.approx((2e-200, 10), abs=0)
