from canary_guard.model.estimate import Undetermined
from canary_guard.stats.refusal import (
    contradictory,
    fewer_than,
    none_in_either_arm,
    nothing_of,
    too_few_intervals,
    untimed,
    word,
)


def test_signals_are_called_what_they_count() -> None:
    assert word("misses") == "misses"
    assert word("db_queries") == "database queries"


def test_too_few_intervals_names_both_windows_where_they_differ() -> None:
    found = too_few_intervals(baseline=40, canary=6, needed=8)
    assert found.reason == "too few intervals: 40 in the baseline, 6 in the canary; at least 8 are needed"
    assert found.shortfall == 8 / 6


def test_no_interval_at_all_is_no_data() -> None:
    found = too_few_intervals(baseline=40, canary=0, needed=8)
    assert (found.undetermined, found.shortfall) == (Undetermined.DATA, None)


def test_fewer_than_says_how_many_there_were() -> None:
    found = fewer_than(20, "db_queries", baseline=5, canary=40)
    assert found.reason == "fewer than 20 database queries: 5 in the baseline, 40 in the canary"
    assert (found.undetermined, found.shortfall) == (Undetermined.EXPOSURE, 4.0)


def test_no_window_is_long_enough_for_what_does_not_happen() -> None:
    assert fewer_than(20, "misses", baseline=0, canary=40).shortfall is None
    assert none_in_either_arm("misses").shortfall is None


def test_nothing_of() -> None:
    assert nothing_of("hits", baseline=1, canary=1) is None
    baseline = nothing_of("hits", baseline=0, canary=1)
    assert baseline is not None
    assert baseline.reason == "no hits in the baseline"


def test_only_time_can_be_untimed() -> None:
    assert untimed("sets", "misses", baseline=0, canary=9) is None
    assert untimed("miss_latency_sum", "misses", baseline=1, canary=9) is None
    found = untimed("miss_latency_sum", "misses", baseline=0, canary=9)
    assert found is not None
    assert found == contradictory("no seconds of miss latency in the baseline, although it has misses")
