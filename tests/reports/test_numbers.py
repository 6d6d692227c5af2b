import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.model.estimate import Estimate, Interval
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.reports import numbers
from tests.builders import an_estimate

FINITE = st.floats(-1e12, 1e12)


def with_levels(measure: str, baseline: float | None, canary: float | None) -> Estimate:
    before, after = (Interval(point=one, low=None, high=None) for one in (baseline, canary))
    return replace(an_estimate(measure), baseline=before, canary=after)


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("hit_rate", 0.9915, "99.15 %"),
        ("hit_rate", 0.99998, "99.9980 %"),
        ("hit_rate", 0.0, "0.00 %"),
        ("hit_rate", 1.0, "100.00 %"),
        ("miss_rate", 0.0085, "0.85 %"),
        ("miss_rate", 0.0000213, "0.0021 %"),
        ("miss_latency_p95", 0.0046, "4.6 ms"),
        ("miss_latency_p95", 0.00104, "1.04 ms"),
        ("miss_latency_p95", 0.462, "462 ms"),
        ("miss_latency_p95", 0.00046, "460 µs"),
        ("miss_latency_p95", 1.24, "1.24 s"),
        ("db_load_per_request", 0.0147, "0.0147"),
        ("db_load_per_request", 0.0, "0"),
        ("db_load_per_request", 12.34, "12.3"),
        ("origin_load", 2.9, "2.90"),
        ("hit_rate", None, "–"),
    ],
)
def test_a_level_has_its_unit_and_the_digits_that_matter(measure: str, value: float | None, text: str) -> None:
    assert numbers.level(measure, value) == text


@pytest.mark.parametrize(
    ("measure", "baseline", "canary", "text"),
    [
        ("hit_rate", 0.9915, 0.9808, "99.15 → 98.08 %"),
        ("hit_rate", 0.9999, 0.9808, "99.990 → 98.080 %"),
        ("miss_latency_p95", 0.0046, 0.0121, "4.6 → 12.1 ms"),
        ("miss_latency_p95", 0.46, 1.2, "0.46 → 1.20 s"),
        ("db_load_per_request", 0.0147, 0.031, "0.0147 → 0.0310"),
        ("db_load_per_request", 0.0147, 1.31, "0.015 → 1.310"),
        ("db_load_per_miss", 0.0, 1300.4, "0 → 1300"),
        ("hit_rate", None, 0.5, "– → 50.00 %"),
    ],
)
def test_two_levels_share_unit_and_decimals(
    measure: str, baseline: float | None, canary: float | None, text: str
) -> None:
    assert numbers.levels(with_levels(measure, baseline, canary)) == text


@pytest.mark.parametrize(
    ("theta", "text"),
    [
        (math.log(2.11), "x2.11"),
        (math.log(12.34), "x12.3"),
        (math.log(2), "x2.00"),
        (math.log(1.21), "+21 %"),
        (math.log(1.034), "+3.4 %"),
        (math.log(0.988), "−1.2 %"),
        (math.log(0.5), "−50 %"),
        (-20.0, "−100 %"),
        (math.log(0.0003), "−99.97 %"),
        (0.0, "0.0 %"),
        (-0.0001, "0.0 %"),
        (800.0, "x8.2e307"),
    ],
)
def test_a_ratio_is_told_as_percent_and_from_two_on_as_a_factor(theta: float, text: str) -> None:
    assert numbers.ratio(theta) == text
    assert numbers.change(an_estimate("miss_rate"), theta) == text


@pytest.mark.parametrize(
    ("measure", "levels", "theta", "text"),
    [
        ("hit_rate", (0.9915, 0.9808), -0.0107, "−1.07 pp"),
        ("hit_rate", (0.9924, 0.9905), 0.000053, "+0.01 pp"),
        ("hit_rate", (0.99995, 0.99996), 0.00001, "+0.0010 pp"),
        ("hit_rate", (0.99, 0.99), 0.0, "0.00 pp"),
        ("hit_rate", (0.99, 0.99), -1e-12, "0.00 pp"),
        ("miss_latency_p95", (0.0046, 0.0098), 0.0052, "+5.2 ms"),
        ("miss_latency_p95", (0.46, 1.2), 0.74, "+0.74 s"),
        ("retry_rate", (0.02, 0.0069), -0.0131, "−0.013"),
        ("hit_rate", (None, 0.5), None, "–"),
    ],
)
def test_a_difference_has_the_unit_and_the_decimals_of_its_levels(
    measure: str, levels: tuple[float | None, float | None], theta: float | None, text: str
) -> None:
    estimate = replace(with_levels(measure, *levels), scale=Scale.DIFFERENCE)
    assert numbers.change(estimate, theta) == text


@pytest.mark.parametrize(
    ("measure", "low", "high", "text"),
    [
        ("error_rate", -0.000093, 0.00021, "−0.01 to +0.02 pp"),
        ("error_rate", -0.000003, 0.0000041, "−0.0003 to +0.0004 pp"),
        ("retry_rate", -0.000079, 0.00018, "−0.00008 to +0.00018"),
    ],
)
def test_both_ends_of_an_interval_have_the_same_decimals(measure: str, low: float, high: float, text: str) -> None:
    estimate = with_levels(measure, 0.0, 0.0)
    assert numbers.change_interval(estimate, Interval(point=0.0, low=low, high=high)) == text


@pytest.mark.parametrize(
    ("measure", "scale", "interval", "text"),
    [
        ("hit_rate", Scale.DIFFERENCE, (-0.0107, -0.0127, -0.0087), "−1.27 to −0.87 pp"),
        ("miss_rate", Scale.RATIO, (math.log(2.11), math.log(1.87), math.log(2.38)), "x1.87 to x2.38"),
        ("miss_rate", Scale.RATIO, (math.log(1.5), math.log(0.9), math.log(2.5)), "−10 to +150 %"),
        ("miss_rate", Scale.RATIO, (math.log(1.5), math.log(0.9), 700.0), "very uncertain"),
        ("miss_rate", Scale.RATIO, (0.0, math.log(0.0143), math.log(9)), "very uncertain"),
        ("miss_rate", Scale.RATIO, (math.log(40), math.log(2), math.log(50)), "at least x2.00"),
        ("miss_rate", Scale.RATIO, (math.log(0.1), math.log(0.001), math.log(0.5)), "at most −50 %"),
        ("miss_rate", Scale.RATIO, (math.log(9), math.log(0.9), math.log(80)), "x0.900 to x80.0"),
        ("miss_rate", Scale.RATIO, (None, math.log(3), None), "at least x3.00"),
        ("miss_rate", Scale.RATIO, (None, None, math.log(1.1)), "at most +10 %"),
        ("miss_rate", Scale.RATIO, (0.1, None, None), ""),
    ],
)
def test_an_interval_is_written_as_its_point_is(
    measure: str, scale: Scale, interval: tuple[float | None, float | None, float | None], text: str
) -> None:
    point, low, high = interval
    estimate = replace(with_levels(measure, 0.9915, 0.9808), scale=scale)
    assert numbers.change_interval(estimate, Interval(point=point, low=low, high=high)) == text


def test_the_interval_of_a_level_shares_its_unit() -> None:
    assert numbers.level_interval("hit_rate", Interval(point=0.99, low=0.989, high=0.993)) == "98.90 to 99.30 %"
    assert numbers.level_interval("hit_rate", Interval(point=0.99, low=None, high=0.993)) == "at most 99.30 %"


def test_both_levels_of_an_estimate_are_written_alike() -> None:
    assert numbers.estimate_levels(an_estimate(baseline=0.0147, canary=0.131)) == ("0.015", "0.131")


def test_shares_and_counts() -> None:
    assert [numbers.percent(share) for share in (0, 0.00001, 0.025, 0.5, 1)] == [
        "0 %",
        "under 0.1 %",
        "2.5 %",
        "50 %",
        "100 %",
    ]
    assert numbers.count(1236.0) == "1,236"
    assert numbers.significant(0.00000012, 2) == "1.2e-7"


@given(st.sampled_from(sorted(MEASURES)), st.sampled_from(Scale), FINITE, FINITE, FINITE)
def test_every_finite_number_can_be_written(
    measure: str, scale: Scale, first: float, second: float, third: float
) -> None:
    low, point, high = sorted((first, second, third))
    estimate = replace(with_levels(measure, first, second), scale=scale)
    for text in (
        numbers.levels(estimate),
        numbers.change(estimate, first),
        numbers.change_interval(estimate, Interval(point=point, low=low, high=high)),
    ):
        assert text
        assert "nan" not in text
        assert "inf" not in text
        assert "-" not in text.replace("e-", "")


def test_a_share_ends_at_all_of_it_and_ten_times_away_is_very_uncertain() -> None:
    assert numbers.level_interval("hit_rate", Interval(point=0.99, low=0.95, high=1.02)) == "95.00 to 100.00 %"
    assert numbers.level_interval("miss_rate", Interval(point=0.01, low=0.002, high=0.11)) == "very uncertain"
    assert numbers.level_interval("db_load_per_request", Interval(point=1, low=0.09, high=2)) == "very uncertain"
    assert numbers.level_interval("utilisation", Interval(point=1.1538, low=1.0515, high=1.2661)) == "105 to 127 %"
