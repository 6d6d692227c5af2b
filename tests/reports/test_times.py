import pytest

from canary_guard.reports import times
from canary_guard.reports.look import Look
from tests.builders import START, a_grid

MINUTE = 60_000
CET = Look(utc_offset=60 * MINUTE, zone="CET")


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (500, "500 ms"),
        (15_000, "15 s"),
        (2_500, "2.5 s"),
        (MINUTE, "1 min"),
        (90_000, "90 s"),
        (95_000, "1 min 35 s"),
        (4 * MINUTE, "4 min"),
        (130 * MINUTE, "2 h 10 min"),
        (180 * MINUTE, "3 h"),
        (72 * 60 * MINUTE, "3 days"),
    ],
)
def test_a_duration_has_the_part_that_matters(ms: int, text: str) -> None:
    assert times.duration(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (1, "10 s"),
        (35_000, "40 s"),
        (91_000, "1 min 40 s"),
        (121_000, "3 min"),
        (700_000, "12 min"),
        (7_500_000, "3 h"),
        (50 * 60 * MINUTE, "3 days"),
    ],
)
def test_a_wait_is_rounded_up(ms: int, text: str) -> None:
    assert times.wait(ms) == text


def test_a_setting_is_what_the_command_line_takes() -> None:
    assert times.setting(1_300_000) == "22m"


def test_times_are_utc_and_local_where_that_differs() -> None:
    assert times.clock(START, Look()) == "09:11 UTC"
    assert times.clock(START + 15_000, CET) == "09:11:15 UTC (10:11:15 CET)"
    assert times.moment(START, CET) == "2026-11-21 09:11 UTC (10:11 CET)"
    assert times.iso(START) == "2026-11-21T09:11:00Z"
    assert times.iso(START + 250) == "2026-11-21T09:11:00.250Z"


def test_a_window_is_told_from_start_to_end() -> None:
    assert times.span(a_grid(), Look()) == "2026-11-21 09:11 to 09:21 UTC"
    assert times.span(a_grid(), CET) == "2026-11-21 09:11 to 09:21 UTC (10:11 to 10:21 CET)"
    night = a_grid(start=START + 14 * 60 * MINUTE, intervals=240)
    assert times.span(night, Look()) == "2026-11-21 23:11 to 2026-11-22 00:11 UTC"
