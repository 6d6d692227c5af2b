from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from canary_guard.model.arrays import frozen
from canary_guard.model.estimate import Levels, Minimum, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.model.measurement import Measurement, Missing, Side
from canary_guard.model.recipe import recipe
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import Pair, align
from canary_guard.stats.approaches import Approach, approach
from canary_guard.stats.behaviour import (
    AT_MIX,
    BaselineMix,
    Patterns,
    baseline_mix,
    patterns_of,
    pods_of,
)
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.log_ratio import log_ratio
from canary_guard.stats.refusal import Refusal
from tests.builders import a_measurement
from tests.strata import INTERVALS, a_split, an_arm, by_pattern, only, summed

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = Levels()
SHIFTED = a_split({"product": (900, 0.01), "user": (100, 0.2)}, {"product": (300, 0.01), "user": (300, 0.2)})
"""The canary gets six times the share of the pattern that misses much; nothing changed inside a pattern."""


def known(found: Patterns | Refusal) -> Patterns:
    assert isinstance(found, Patterns)
    return found


def refused(measurement: Measurement) -> str:
    found = patterns_of(measurement)
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.DATA
    assert baseline_mix(measurement, LEVELS) is None
    return found.reason


def without(side: Side, *keys: str) -> Side:
    return replace(side, strata={key: one for key, one in side.strata.items() if key not in keys})


def changed(measurement: Measurement, key: str, rows: Mapping[str, list[float]]) -> Measurement:
    """The canary's split of a key as given."""
    canary = replace(measurement.canary, strata={**measurement.canary.strata, key: by_pattern(rows)})
    return replace(measurement, canary=canary)


# --- the patterns of both sides


def test_both_sides_have_the_same_groups() -> None:
    found = known(patterns_of(a_split({"a": (500, 0.1), "b": (400, 0.1)}, {"a": (500, 0.1), "c": (400, 0.1)})))
    assert [group.name for group in found.groups] == ["a", "b", "c"]
    assert found.members == (("a",), ("b",), ("c",))
    totals = [arm.values["lookups"].sum(axis=1) > 0 for arm in (found.baseline, found.canary)]
    assert [one.tolist() for one in totals] == [[True, True, False], [True, False, True]]


def test_small_patterns_are_pooled_with_their_names() -> None:
    found = known(patterns_of(a_split({"a": (1000, 0.1), "b": (3, 0.1)}, {"a": (1000, 0.1), "c": (3, 0.1)})))
    assert [group.name for group in found.groups] == ["a", "other"]
    assert found.members == (("a",), ("b", "c"))


@pytest.mark.parametrize("lacking", ["hits", "misses", "lookups"])
def test_any_two_counts_of_lookups_give_the_third(lacking: str) -> None:
    whole, cut = (
        known(patterns_of(SHIFTED)),
        replace(SHIFTED, baseline=without(SHIFTED.baseline, lacking), canary=without(SHIFTED.canary, lacking)),
    )
    found = known(patterns_of(cut))
    assert set(found.canary.values) == {"hits", "misses", "lookups"}
    for key, values in whole.canary.values.items():
        assert found.canary.values[key].tolist() == values.tolist()


def test_one_count_of_lookups_is_none() -> None:
    cut = replace(SHIFTED, canary=without(SHIFTED.canary, "hits", "lookups"))
    assert refused(cut) == "lookups were not counted by key pattern"
    assert refused(a_measurement(baseline={"hits": [[1] * 9]}, canary={"hits": [[1] * 9]})) == (
        "lookups were not counted by key pattern"
    )


def test_what_was_not_split_says_why() -> None:
    gone = Missing(reason="misses by key_pattern add up to 5 in the canary, but all misses are 9", from_source=False)
    canary = replace(without(SHIFTED.canary, "misses", "lookups"), missing={"misses by stratum": gone})
    assert refused(replace(SHIFTED, canary=canary)) == gone.reason


def test_a_label_that_no_series_has_splits_nothing() -> None:
    bare = {key: by_pattern({"": [1.0] * INTERVALS}) for key in ("hits", "misses", "lookups")}
    assert "not counted" in refused(replace(SHIFTED, canary=replace(SHIFTED.canary, strata=bare)))


def test_lookups_without_the_label_are_a_pattern_with_a_name() -> None:
    found = known(patterns_of(a_split({"a": (500, 0.1), "": (400, 0.1)}, {"a": (500, 0.1), "": (400, 0.1)})))
    assert found.members == (("(no label)",), ("a",))


def test_no_misses_at_all_are_none_in_every_pattern() -> None:
    """A label value that never came up has no series to split."""
    calm = a_split({"a": (500, 0.1), "b": (400, 0.1)}, {"a": (500, 0.0), "b": (400, 0.0)})
    calm = replace(calm, canary=without(calm.canary, "misses", "lookups"))
    found = known(patterns_of(calm))
    assert not found.canary.values["misses"].any()
    assert found.canary.values["lookups"].tolist() == found.canary.values["hits"].tolist()


def test_side_by_side_only_intervals_that_both_saw_are_kept() -> None:
    gap = np.ones(INTERVALS, dtype=bool)
    gap[3] = False
    strata = {key: replace(one, seen=frozen(gap)) for key, one in SHIFTED.canary.strata.items()}
    torn = replace(SHIFTED, canary=replace(SHIFTED.canary, strata=strata))
    found = known(patterns_of(torn))
    assert found.baseline.at == found.canary.at
    assert 3 not in found.canary.at
    unpaired = known(patterns_of(replace(torn, comparison=Comparison.BEFORE_AFTER)))
    assert (3 in unpaired.baseline.at, 3 in unpaired.canary.at) == (True, False)


def test_more_hits_than_lookups_in_a_pattern_cannot_be_true() -> None:
    lookups = {"product": [300.0] * INTERVALS, "user": [100.0] * INTERVALS}
    assert refused(changed(SHIFTED, "lookups", lookups)) == (
        "in the canary a key pattern has more hits or misses than lookups"
    )


def test_hits_and_misses_that_are_labelled_apart_cannot_be_told_apart() -> None:
    """Each pattern would miss always or never, whatever the canary does: a collapse would be called other traffic."""
    hits, misses = {"product": [90.0] * INTERVALS}, {"product:*": [10.0] * INTERVALS}
    strata = {"hits": by_pattern(hits), "misses": by_pattern(misses)}
    apart = replace(
        SHIFTED, baseline=replace(SHIFTED.baseline, strata=strata), canary=replace(SHIFTED.canary, strata=strata)
    )
    assert refused(apart) == "hits and misses share no key pattern: are they labelled alike?"


# --- the intervals of a measure


def test_a_measure_takes_the_patterns_of_its_own_intervals() -> None:
    pair = align(SHIFTED, ("misses", "lookups"))
    patterns = known(patterns_of(SHIFTED))
    tail = patterns.within(replace(pair, baseline=pair.baseline.last(10), canary=pair.canary.last(10)))
    assert tail is not None
    assert tail.canary.at == pair.canary.at[-10:]
    assert tail.canary.values["misses"].tolist() == patterns.canary.values["misses"][:, -10:].tolist()


def test_patterns_that_lack_an_interval_of_the_measure_say_nothing_of_it() -> None:
    gap = np.ones(INTERVALS, dtype=bool)
    gap[3] = False
    strata = {key: replace(one, seen=frozen(gap)) for key, one in SHIFTED.canary.strata.items()}
    torn = replace(SHIFTED, canary=replace(SHIFTED.canary, strata=strata))
    patterns, pair = known(patterns_of(torn)), align(torn, ("misses", "lookups"))
    assert patterns.within(pair) is None
    assert patterns.within(replace(pair, baseline=pair.baseline.last(20), canary=pair.canary.last(20))) is not None


# --- behaviour


def the_way(measurement: Measurement, measure: str, scale: Scale) -> tuple[Approach, Pair, Change]:
    way = approach(measure, scale, measurement, levels=LEVELS, cost=None, db_load="db_queries")
    assert isinstance(way, Approach)
    pair = align(measurement, way.keys)
    plain = way.estimator(pair)
    assert isinstance(plain, Change)
    return way, pair, plain


def behaviour(measurement: Measurement, measure: str, scale: Scale = Scale.RATIO) -> tuple[Change, Change | None]:
    """The plain change, and at the baseline's mix."""
    mix, made_of = baseline_mix(measurement, LEVELS), recipe(measure, cost=None, db_load="db_queries")
    assert mix is not None
    assert made_of is not None
    _, pair, plain = the_way(measurement, measure, scale)
    return plain, mix.behaviour(measure, scale, plain, pair, made_of)


CHANGES = [
    ("hit_rate", Scale.DIFFERENCE),
    ("miss_rate", Scale.DIFFERENCE),
    ("miss_rate", Scale.RATIO),
    ("db_load_per_request", Scale.RATIO),
]


@pytest.mark.parametrize(("measure", "scale"), CHANGES)
def test_other_traffic_is_no_change_of_behaviour(measure: str, scale: Scale) -> None:
    plain, found = behaviour(SHIFTED, measure, scale)
    assert found is not None
    assert plain.point is not None
    wide, _ = ends_of(found, 0.01)
    assert wide.low is not None
    assert wide.high is not None
    assert wide.low < 0 < wide.high
    assert abs(plain.point) > 3 * max(-wide.low, wide.high)


@pytest.mark.parametrize(("measure", "scale"), CHANGES)
def test_without_a_shift_behaviour_is_the_plain_change(measure: str, scale: Scale) -> None:
    same = a_split({"product": (500, 0.05), "user": (500, 0.2)}, {"product": (500, 0.1), "user": (500, 0.4)})
    plain, found = behaviour(same, measure, scale)
    assert found is not None
    assert found.point == pytest.approx(plain.point, rel=0.02)


def test_a_fault_that_easier_traffic_hides_is_found() -> None:
    hidden = a_split({"product": (500, 0.01), "user": (500, 0.2)}, {"product": (900, 0.04), "user": (100, 0.6)})
    plain, found = behaviour(hidden, "db_load_per_request")
    assert found is not None
    assert plain.point is not None
    assert plain.point < 0.05
    low, _ = ends_of(found, 0.01)
    assert low.low is not None
    assert low.low > math.log(2)


def test_a_renamed_pattern_is_behaviour() -> None:
    renamed = a_split({"product": (500, 0.01), "user": (500, 0.01)}, {"product": (500, 0.01), "user:v2": (500, 0.9)})
    plain, found = behaviour(renamed, "hit_rate", Scale.DIFFERENCE)
    assert found is not None
    assert found.point == pytest.approx(plain.point, abs=0.01)
    assert found.point is not None
    assert found.point < -0.4


def test_a_pattern_that_is_gone_is_behaviour() -> None:
    """What is left is judged at what is left of the baseline's mix; the whole baseline is what it is held against."""
    gone = a_split({"product": (500, 0.01), "user": (500, 0.4)}, {"product": (500, 0.01)})
    _, found = behaviour(gone, "hit_rate", Scale.DIFFERENCE)
    assert found is not None
    assert found.point == pytest.approx(0.195, abs=0.01)


def test_load_with_patterns_of_its_own_is_taken_at_its_own_mix() -> None:
    """The pattern that the canary sees more of costs ten queries a miss, the other one."""
    own = a_split(
        {"product": (500, 0.1), "report": (500, 0.1)},
        {"product": (200, 0.1), "report": (800, 0.1)},
        queries={"product": 1.0, "report": 10.0},
    )
    plain, found = behaviour(own, "db_load_per_request")
    unlabelled = replace(own, baseline=without(own.baseline, "db_queries"), canary=without(own.canary, "db_queries"))
    _, by_misses = behaviour(unlabelled, "db_load_per_request")
    assert found is not None
    assert by_misses is not None
    assert plain.point == pytest.approx(math.log(8.2 / 5.5), abs=0.05)
    assert found.point == pytest.approx(0, abs=0.05)
    assert by_misses.point == pytest.approx(plain.point, abs=0.05)


def test_queries_of_patterns_that_are_never_looked_up_stay() -> None:
    """Orders are written, not cached: their queries doubled with the deploy."""

    def side(rate: float, orders: float) -> Side:
        arm = an_arm({"product": (500, rate), "user": (500, 0.1)}, queries={"product": 1.0, "user": 1.0})
        queries = arm.strata["db_queries"]
        named = dict(zip(queries.strata, queries.values.tolist(), strict=True)) | {"orders": [orders] * INTERVALS}
        total = [[sum(row) for row in zip(*named.values(), strict=True)]]
        return replace(
            arm,
            strata={**arm.strata, "db_queries": by_pattern(named)},
            signals={**arm.signals, **summed("db_queries", total)},
        )

    written = Measurement(comparison=Comparison.CONCURRENT, baseline=side(0.1, 100), canary=side(0.1, 300))
    plain, found = behaviour(written, "db_load_per_request")
    assert found is not None
    assert plain.point == pytest.approx(math.log(2), abs=0.05)
    assert found.point == pytest.approx(plain.point, abs=0.05)


def test_latency_is_taken_at_the_mix_of_misses() -> None:
    timed = a_split(
        {"cheap": (500, 0.1), "dear": (500, 0.1)},
        {"cheap": (500, 0.5), "dear": (500, 0.1)},
        seconds={"cheap": 0.01, "dear": 0.1},
    )
    plain, found = behaviour(timed, "miss_latency_mean")
    assert found is not None
    assert plain.point is not None
    assert plain.point < math.log(0.6)
    assert found.point == pytest.approx(0, abs=1e-6)


def test_what_has_no_mix_keeps_its_plain_change() -> None:
    timed = a_split({"a": (500, 0.1)}, {"a": (500, 0.1)}, seconds={"a": 0.01})
    assert behaviour(timed, "miss_latency_mean", Scale.DIFFERENCE)[1] is None
    assert behaviour(timed, "hit_rate", Scale.RATIO)[1] is None
    assert behaviour(SHIFTED, "db_load_per_request", Scale.DIFFERENCE)[1] is None
    assert "db_load_per_miss" not in AT_MIX


def test_without_a_common_pattern_there_is_no_behaviour() -> None:
    strangers = a_split({"a": (500, 0.1)}, {"b": (500, 0.1)})
    for measure, scale in CHANGES:
        assert behaviour(strangers, measure, scale)[1] is None


def estimator_of(mix: BaselineMix, measurement: Measurement, measure: str) -> tuple[Change | Refusal, Change]:
    made_of = recipe(measure, cost=None, db_load="db_queries")
    assert made_of is not None
    way, pair, plain = the_way(measurement, measure, Scale.RATIO)
    return mix.estimator(measure, Scale.RATIO, way.estimator, made_of)(pair), plain


def test_the_estimator_falls_back_on_the_plain_change() -> None:
    strangers = a_split({"a": (500, 0.1)}, {"b": (500, 0.1)})
    mix = baseline_mix(strangers, LEVELS)
    assert mix is not None
    found, plain = estimator_of(mix, strangers, "miss_rate")
    assert isinstance(found, Change)
    assert (found.point, found.spread) == (plain.point, plain.spread)


def test_few_misses_are_left_to_the_small_counts() -> None:
    thin = a_split({"a": (500, 0.0004), "b": (500, 0.0)}, {"a": (500, 0.1), "b": (500, 0.1)})
    plain, found = behaviour(thin, "miss_rate")
    assert plain.thin
    assert found is None


def test_a_refusal_stays_one() -> None:
    mix, made_of = baseline_mix(SHIFTED, LEVELS), recipe("miss_rate", cost=None, db_load="db_queries")
    assert mix is not None
    assert made_of is not None
    nothing = Refusal(reason="no lookups", undetermined=Undetermined.EXPOSURE)
    pair = align(SHIFTED, ("misses", "lookups"))
    assert mix.estimator("miss_rate", Scale.RATIO, lambda _: nothing, made_of)(pair) is nothing


# --- what pods add


def uneven(spread: float) -> Measurement:
    """Four pods an arm, whose miss rates differ for the whole window."""

    def side(sign: float) -> dict[str, list[list[float]]]:
        rates = [0.05 * math.exp(sign * spread * step) for step in (-1.5, -0.5, 0.5, 1.5)]
        wave = [1 + 0.05 * math.sin(2.4 * at) for at in range(INTERVALS)]
        misses = [[1000 * rate * one for one in wave] for rate in rates]
        return {"lookups": [[1000.0] * INTERVALS] * 4, "misses": misses}

    return a_measurement(baseline=side(1), canary=side(-1))


def test_pods_that_differ_add_variance() -> None:
    assert pods_of(uneven(0.5), LEVELS) > 100 * pods_of(uneven(0.001), LEVELS)
    rate = recipe("miss_rate", cost=None, db_load="db_queries")
    assert rate is not None
    measurement = uneven(0.5)
    total = log_ratio(align(measurement, rate.signals), rate, fewest=20)
    assert isinstance(total, Change)
    assert pods_of(measurement, LEVELS) < max(one.variance for one in total.spread) * 9


def test_pods_add_nothing_where_the_total_has_no_estimate() -> None:
    measurement = uneven(0.5)
    assert pods_of(measurement, Levels(minimum=Minimum(intervals=INTERVALS + 1))) == 0
    assert pods_of(measurement, Levels(minimum=Minimum(misses=1e9))) == 0
    assert pods_of(measurement, Levels(minimum=Minimum(lookups=1e9))) == 0
    assert pods_of(replace(measurement, canary=only(measurement.canary, "misses")), LEVELS) == 0


def test_misses_without_any_lookup_are_no_crash() -> None:
    idle = a_measurement(
        baseline={"lookups": [[0.0] * 9], "misses": [[9.0] * 9]}, canary={"lookups": [[0.0] * 9], "misses": [[9.0] * 9]}
    )
    assert pods_of(idle, LEVELS) == 0


def test_pods_widen_behaviour() -> None:
    measurement = replace(SHIFTED, comparison=Comparison.CONCURRENT)
    mix, made_of = baseline_mix(measurement, LEVELS), recipe("miss_rate", cost=None, db_load="db_queries")
    assert mix is not None
    assert made_of is not None
    _, pair, plain = the_way(measurement, "miss_rate", Scale.RATIO)
    narrow = replace(mix, pods=0.0).behaviour("miss_rate", Scale.RATIO, plain, pair, made_of)
    wide = replace(mix, pods=0.3).behaviour("miss_rate", Scale.RATIO, plain, pair, made_of)
    assert narrow is not None
    assert wide is not None
    assert [one.variance + 0.3 for one in narrow.spread] == pytest.approx([one.variance for one in wide.spread])


@pytest.mark.parametrize(("measure", "scale"), CHANGES)
def test_numbers_that_cannot_be_computed_with_leave_the_plain_change(measure: str, scale: Scale) -> None:
    """Hostile counters end in no crash, and in no number that is none."""
    tiny = [1e-200] * INTERVALS
    split = {"hits": {"user": tiny}, "misses": {"user": tiny}, "lookups": {"user": tiny}}
    odd = SHIFTED
    for key, rows in split.items():
        kept = dict(zip(odd.canary.strata[key].strata, odd.canary.strata[key].values.tolist(), strict=True))
        odd = changed(odd, key, kept | rows)
    found = behaviour(odd, measure, scale)[1]
    assert found is None or (found.point is not None and math.isfinite(found.point))
    assert baseline_mix(odd, LEVELS) is not None
