from canary_guard.config.wording import Fault, RefusedError, duration, listed, meant, quoted, time, unknown


def test_values_are_shown_on_one_line_without_control_characters() -> None:
    assert quoted("a\x1b[31m\nb") == r"`a\x1b[31m\nb`"
    assert quoted("é–x") == "`é–x`"
    assert quoted("x" * 100) == f"`{'x' * 60}…`"
    assert [quoted(value) for value in (None, True, 3, [1], {"a": 1})] == [
        "nothing",
        "`true`",
        "`3`",
        "a list",
        "a section of keys",
    ]


def test_a_near_word_is_suggested_and_a_far_one_is_not() -> None:
    assert meant("HitRate", ["hit_rate", "miss_rate"]) == "; did you mean `hit_rate`?"
    assert meant("zebra", ["hit_rate"]) == ""
    assert unknown("unit", "zebra", ["a", "b", "c"]) == "unknown unit `zebra`; there are `a`, `b` and `c`"
    assert listed(["a"]) == "`a`"


def test_durations_and_times_are_written_as_they_are_read() -> None:
    assert [duration(ms) for ms in (0, 1, 1500, 90_000, 3_600_000, 90_061_001)] == [
        "0s",
        "1ms",
        "1s500ms",
        "1m30s",
        "1h",
        "1d1h1m1s1ms",
    ]
    assert time(1_795_252_266_963) == "2026-11-21T09:11:06.963Z"
    assert time(1_795_252_260_000) == "2026-11-21T09:11:00Z"


def test_a_refusal_keeps_all_its_faults() -> None:
    error = RefusedError("a", Fault(what="b", at=("x",)))
    assert [fault.what for fault in error.faults] == ["a", "b"]
    assert str(error) == "a; b"
