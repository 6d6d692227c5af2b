import numpy as np
import pytest

from canary_guard.sources.sample_values import numbers


def test_numbers_as_prometheus_writes_them() -> None:
    found = numbers(["1", "-2.5", "1.5e+06", "+Inf", "-Inf", "NaN"])
    assert np.array_equal(found, [1, -2.5, 1.5e6, np.inf, -np.inf, np.nan], equal_nan=True)
    assert numbers([]).shape == (0,)


@pytest.mark.parametrize("value", ["1_0123", "_1", "", "one", None, [], {"a": 1}])
def test_what_is_no_number_is_nan_and_the_others_stay(value: object) -> None:
    assert np.array_equal(numbers(["1", value, "3"]), [1, np.nan, 3], equal_nan=True)


def test_a_number_that_is_no_text_is_taken() -> None:
    assert numbers([1, "2"]).tolist() == [1, 2]
