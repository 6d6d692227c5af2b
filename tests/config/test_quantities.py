from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.config.quantities import (
    Moment,
    parse_bound,
    parse_duration,
    parse_limit,
    parse_share,
    parse_time,
)
from canary_guard.config.wording import RefusedError, duration, time
from canary_guard.model.measure import MEASURES, BoundUnit

NOW = 1_795_252_266_963


def bound(raw: object, measure: str, *, drops: bool = False) -> tuple[float, BoundUnit, str]:
    found = parse_bound(raw, measure=measure, units=MEASURES[measure].bounds, drops=drops)
    return found.amount, found.unit, found.text


def limit(raw: object, measure: str) -> tuple[float, BoundUnit, str]:
    found = parse_limit(raw, measure=measure, shape=MEASURES[measure].shape)
    return found.amount, found.unit, found.text


@pytest.mark.parametrize(
    ("raw", "ms"),
    [
        ("10m", 600_000),
        ("1h30m", 5_400_000),
        ("500ms", 500),
        ("15s", 15_000),
        ("1.5s", 1500),
        ("1d2h3m4s5ms", 93_784_005),
        (" 10m ", 600_000),
    ],
)
def test_durations(raw: str, ms: int) -> None:
    assert parse_duration(raw) == ms


def test_no_duration_only_where_it_may_be() -> None:
    assert parse_duration("0s", least=0) == parse_duration("0", least=0) == parse_duration(0, least=0) == 0
    with pytest.raises(RefusedError, match="longer than 0, found `0s`"):
        parse_duration("0s")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("10min", "expected a duration such as `10m`, found `10min`; did you mean `10m`?"),
        ("30 sec", "found `30 sec`; did you mean `30s`?"),
        ("10M", "found `10M`; did you mean `10m`?"),
        (600, "found `600`, without a unit; did you mean `600s` or `600m`?"),
        ("-5m", "found `-5m`; did you mean `5m`?"),
        ("m", "expected a duration such as `10m`, found `m`"),
        ("", "expected a duration such as `10m`, found ``"),
        ("1m1h", "expected a duration such as `10m`, found `1m1h`"),
        (True, "expected a duration such as `10m`, found `true`"),
        ([1], "expected a duration such as `10m`, found a list"),
        (float("nan"), "a number that is not finite"),
        ("0.1ms", "`0.1ms` is not a whole number of milliseconds"),
        ("9" * 60 + "d", "is longer than a year"),
    ],
)
def test_what_is_no_duration(raw: object, message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        parse_duration(raw)
    assert message in str(raised.value)


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=366 * 86_400_000))
def test_durations_are_read_as_they_are_written(ms: int) -> None:
    assert parse_duration(duration(ms)) == ms


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2026-11-21T09:11:00Z", 1_795_252_260_000),
        ("2026-11-21t09:11:00z", 1_795_252_260_000),
        ("2026-11-21T10:11:00+01:00", 1_795_252_260_000),
        ("2026-11-21 09:11:06.963Z", NOW),
        ("2026-11-21T09:11:06.9629999Z", NOW),
        ("2026-11-21T09:11Z", 1_795_252_260_000),
        ("1795252266.963", NOW),
        (1795252266.963, NOW),
        (1795252266, 1_795_252_266_000),
    ],
)
def test_times(raw: object, at: int) -> None:
    assert parse_time(raw, now=0) == Moment(at=at, relative=False)


def test_times_relative_to_now() -> None:
    assert parse_time("now", now=NOW) == Moment(at=NOW, relative=True)
    assert parse_time("-1h30m", now=NOW) == Moment(at=NOW - 5_400_000, relative=True)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("2026-11-21T09:11:00", "has no offset; did you mean `2026-11-21T09:11:00Z` (UTC)?"),
        ("2026-11-21", "has no offset; did you mean `2026-11-21T00:00:00Z` (UTC)?"),
        ("1795252266963", "is no Unix time in seconds; did you mean `1795252266.963`?"),
        ("9" * 40, "is no Unix time in seconds"),
        ("5", "is no recent Unix time; a time relative to now is written `-10m`"),
        ("-10", "found `10`, without a unit"),
        ("2026-13-01T00:00:00Z", "is no time: month must be in 1..12"),
        ("2026-11-21T09:11:00+25:00", "expected a time: RFC 3339 as `2026-11-21T09:11:00Z`"),
        ("1920-01-01T00:00:00Z", "is before 1970"),
        ("yesterday", "expected a time: RFC 3339"),
        ("²", "expected a time: RFC 3339"),
    ],
)
def test_what_is_no_time(raw: object, message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        parse_time(raw, now=NOW)
    assert message in str(raised.value)


@settings(deadline=None)
@given(st.integers(min_value=10**11, max_value=10**14 - 1))
def test_times_are_read_as_they_are_written(ms: int) -> None:
    assert parse_time(time(ms), now=0).at == ms
    assert parse_time(f"{ms // 1000}.{ms % 1000:03}", now=0).at == ms


def test_shares() -> None:
    assert [parse_share(raw) for raw in ("1%", "0.01", 0.01, 1, "80 %")] == [0.01, 0.01, 0.01, 1.0, 0.8]
    for raw in ("200%", 2, "5pp", "x1.2", "a"):
        with pytest.raises(RefusedError, match="expected a share such as"):
            parse_share(raw)


@pytest.mark.parametrize(
    ("raw", "measure", "expected"),
    [
        ("0.5pp", "hit_rate", (0.005, BoundUnit.POINTS, "0.5pp")),
        ("0.5 pp", "miss_rate", (0.005, BoundUnit.POINTS, "0.5 pp")),
        ("10%", "db_load_per_request", (0.1, BoundUnit.PERCENT, "10%")),
        ("150%", "db_load_per_request", (1.5, BoundUnit.PERCENT, "150%")),
        ("x1.2", "miss_rate", (1.2, BoundUnit.TIMES, "x1.2")),
        ("5ms", "miss_latency_p95", (0.005, BoundUnit.SECONDS, "5ms")),
        ("0.2s", "hit_latency_mean", (0.2, BoundUnit.SECONDS, "0.2s")),
        (0.01, "retry_rate", (0.01, BoundUnit.NUMBER, "0.01")),
        ("1", "retry_rate", (1.0, BoundUnit.NUMBER, "1")),
    ],
)
def test_bounds(raw: object, measure: str, expected: tuple[float, BoundUnit, str]) -> None:
    assert bound(raw, measure) == expected


@pytest.mark.parametrize(
    ("raw", "measure", "message"),
    [
        (
            "0.5ms",
            "hit_rate",
            "`0.5ms` does not fit: a change of hit_rate takes pp, e.g. `0.5pp`; did you mean `0.5pp`?",
        ),
        ("5%", "hit_rate", "did you mean `5pp`?"),
        (5, "hit_rate", "did you mean `5pp`?"),
        (
            0.5,
            "hit_rate",
            "takes pp, e.g. `0.5pp`; `0.5` has no unit: `0.5pp` is 0.5 in 100, `50pp` is 50 in 100",
        ),
        ("x1.2", "hit_rate", "takes pp, e.g. `0.5pp`"),
        ("5pp", "db_load_per_request", "takes % or x, e.g. `10%` or `x1.2`; did you mean `5%`?"),
        (0.15, "miss_latency_p95", "takes %, x, ms or s, e.g. `10%`, `x1.2` or `5ms`; `0.15` has no unit: `0.15%` is"),
        ("1%", "retry_rate", "takes a plain number, e.g. `0.01`; did you mean `0.01`?"),
        ("0", "retry_rate", "expected more than 0"),
        ("0%", "miss_rate", "expected more than 0"),
        ("10000001%", "miss_rate", "at most 1000000"),
        ("x1", "miss_rate", "a factor is greater than 1"),
        ("x0.8", "miss_rate", "a factor is greater than 1"),
        ("1.2x", "miss_rate", "unknown unit `x` in `1.2x`"),
        ("1.2x", "miss_rate", "did you mean `x1.2`?"),
        ("10 percent", "miss_rate", "did you mean `10%`?"),
        ("5 points", "hit_rate", "did you mean `5pp`?"),
        ("5 furlongs", "hit_rate", "unknown unit `furlongs` in `5 furlongs`, expected a bound such as `0.5pp`"),
        ("-5%", "miss_rate", "the direction is in `rises_by` or `drops_by`, not in a sign"),
        ("5,5%", "miss_rate", "did you mean `5.5%`?"),
        ("100pp", "hit_rate", "`100pp` can never be exceeded"),
        (True, "retry_rate", "found `true`"),
        (None, "retry_rate", "found nothing"),
        (float("inf"), "retry_rate", "not finite"),
    ],
)
def test_what_is_no_bound(raw: object, measure: str, message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        bound(raw, measure)
    assert message in str(raised.value)


def test_nothing_drops_by_all_of_it() -> None:
    assert bound("99%", "db_load_per_request", drops=True)[0] == 0.99
    with pytest.raises(RefusedError, match="can never be exceeded"):
        bound("100%", "db_load_per_request", drops=True)


@pytest.mark.parametrize(
    ("raw", "measure", "expected"),
    [
        ("90%", "hit_rate", (0.9, BoundUnit.PERCENT, "90%")),
        (0.9, "hit_rate", (0.9, BoundUnit.NUMBER, "0.9")),
        ("50ms", "miss_latency_p99", (0.05, BoundUnit.SECONDS, "50ms")),
        ("2", "db_load_per_request", (2.0, BoundUnit.NUMBER, "2")),
        (100, "amplification", (100.0, BoundUnit.NUMBER, "100")),
    ],
)
def test_limits(raw: object, measure: str, expected: tuple[float, BoundUnit, str]) -> None:
    assert limit(raw, measure) == expected


@pytest.mark.parametrize(
    ("raw", "measure", "message"),
    [
        (0.2, "miss_latency_p95", "the level of miss_latency_p95 takes ms or s, e.g. `5ms`; did you mean `0.2ms` or"),
        ("90%", "amplification", "takes a plain number"),
        ("120%", "hit_rate", "no level that hit_rate can have"),
        (0, "hit_rate", "no level that hit_rate can have"),
    ],
)
def test_what_is_no_limit(raw: object, measure: str, message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        limit(raw, measure)
    assert message in str(raised.value)


@settings(deadline=None)
@given(st.one_of(st.text(alphabet="0123456789.%xpms- ,e", max_size=12), st.floats(), st.integers(), st.none()))
def test_bounds_are_finite_and_positive_or_refused(raw: object) -> None:
    for measure in ("hit_rate", "miss_latency_p95", "retry_rate"):
        try:
            amount, unit, _ = bound(raw, measure)
        except RefusedError:
            continue
        assert isfinite(amount)
        assert amount > (1 if unit is BoundUnit.TIMES else 0)
