import math

import numpy as np
import pytest

from canary_guard.model.arrays import FloatArray
from canary_guard.model.estimate import Method, Undetermined
from canary_guard.model.recipe import recipe
from canary_guard.stats.alignment import Aligned, Pair
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.influence import log_influence
from canary_guard.stats.log_ratio import log_ratio
from canary_guard.stats.mix import AtMix, latency_at_mix, load_at_mix, rate_at_mix, share_at_mix
from canary_guard.stats.refusal import Refusal
from canary_guard.stats.standardising import ByStratum

GENERATOR = np.random.default_rng(10)
INTERVALS = 40


def arm(*strata: tuple[float, float]) -> ByStratum:
    """Each stratum as (lookups per interval, miss rate): misses over lookups."""
    lookups = np.array([GENERATOR.poisson(size, INTERVALS) for size, _ in strata], dtype=float)
    rates = np.array([rate for _, rate in strata])[:, np.newaxis]
    return ByStratum(over=GENERATOR.binomial(lookups.astype(int), rates).astype(float), under=lookups)


def hits(misses: ByStratum) -> ByStratum:
    return ByStratum(over=misses.under - misses.over, under=misses.under)


def rates(baseline: ByStratum, canary: ByStratum, *, pods: float = 0.0) -> AtMix | Refusal:
    return rate_at_mix(baseline=baseline, canary=canary, counted="misses", fewest=20, paired=True, pods=pods)


SHIFTED = (arm((900, 0.01), (100, 0.2)), arm((300, 0.01), (300, 0.2)))
"""The canary gets six times the share of the pattern that misses much."""


def known(found: AtMix | Refusal) -> Change:
    assert not isinstance(found, Refusal)
    return found[1]


def test_other_traffic_does_not_change_the_behaviour() -> None:
    share = known(share_at_mix(baseline=hits(SHIFTED[0]), canary=hits(SHIFTED[1]), paired=True))
    rate = known(rates(*SHIFTED))
    for change in (share, rate):
        ends, _ = ends_of(change, 0.01)
        assert ends.low is not None
        assert ends.high is not None
        assert ends.low < 0 < ends.high
    assert share.point == pytest.approx(0, abs=0.01)
    assert rate.point == pytest.approx(0, abs=0.2)


def test_the_ratio_of_misses_tells_the_same_as_the_difference_of_hits() -> None:
    share = share_at_mix(baseline=hits(SHIFTED[0]), canary=hits(SHIFTED[1]), paired=True)
    assert not isinstance(share, Refusal)
    standard, _ = share
    expected = math.log((1 - standard.at_mix) / (1 - standard.baseline))
    assert known(rates(*SHIFTED)).point == pytest.approx(expected)


def test_a_change_of_one_pattern_is_found() -> None:
    ends, _ = ends_of(known(rates(SHIFTED[0], arm((300, 0.03), (300, 0.2)))), 0.01)
    assert ends.low is not None
    assert ends.low > math.log(1.25)


@pytest.mark.parametrize("paired", [True, False])
def test_swapped_time_does_not_matter_to_the_counts(paired: bool) -> None:
    change = known(share_at_mix(baseline=hits(SHIFTED[0]), canary=hits(SHIFTED[1]), paired=paired))
    assert [candidate.method for candidate in change.spread] == [Method.TIME, Method.COUNTS]


def test_what_pods_add_widens() -> None:
    plain, wide = known(rates(*SHIFTED)), known(rates(*SHIFTED, pods=0.3))
    assert [one.variance + 0.3 for one in plain.spread] == pytest.approx([one.variance for one in wide.spread])
    share = known(share_at_mix(baseline=hits(SHIFTED[0]), canary=hits(SHIFTED[1]), paired=True, pods=1.0))
    share_plain = known(share_at_mix(baseline=hits(SHIFTED[0]), canary=hits(SHIFTED[1]), paired=True))
    rate = float(SHIFTED[0].over.sum() / SHIFTED[0].under.sum())
    grown = share.spread[0].variance - share_plain.spread[0].variance
    assert grown == pytest.approx((rate * (1 - rate)) ** 2)


def test_too_few_misses() -> None:
    found = rates(arm((900, 0.0), (100, 0.0)), SHIFTED[1])
    assert isinstance(found, Refusal)
    assert found.reason.startswith("fewer than 20 misses")


def test_a_rate_of_nothing_has_no_logarithm() -> None:
    """All misses in a stratum whose share of the baseline is too small for a number."""
    baseline = ByStratum(over=np.array([[9.0] * 40, [0.0] * 40]), under=np.array([[1e300] * 40, [1e-300] * 40]))
    canary = ByStratum(over=np.array([[0.0] * 40, [9.0] * 40]), under=np.array([[50.0] * 40, [50.0] * 40]))
    found = rates(baseline, canary)
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.DATA
    assert found.reason == "no misses in the canary's strata that have lookups"


def queries(lookups: ByStratum, *unexplained: float) -> ByStratum:
    """One query per miss, and in a further stratum so many per interval that no lookup explains."""
    return ByStratum(
        over=np.vstack([lookups.over, np.full((1, INTERVALS), sum(unexplained))]),
        under=np.vstack([lookups.under, np.zeros((1, INTERVALS))]),
    )


def test_queries_that_no_lookup_explains_are_behaviour() -> None:
    arms = arm((900, 0.05), (100, 0.2)), arm((900, 0.05), (100, 0.2))
    same = known(rates(queries(arms[0], 60), queries(arms[1], 60)))
    assert same.point == pytest.approx(0, abs=0.05)
    more = known(rates(queries(arms[0], 60), queries(arms[1], 180)))
    assert more.point == pytest.approx(math.log((65 + 180) / (65 + 60)), abs=0.05)
    standard = rates(queries(arms[0], 60), queries(arms[1], 180))
    assert not isinstance(standard, Refusal)
    assert float(standard[0].psi_canary.sum()) == pytest.approx(0, abs=1e-9)


def test_nothing_in_common_is_refused() -> None:
    one, other = arm((900, 0.1), (0, 0.0)), arm((0, 0.0), (900, 0.1))
    for found in (
        rates(one, other),
        share_at_mix(baseline=hits(one), canary=hits(other), paired=True),
    ):
        assert isinstance(found, Refusal)
        assert found.undetermined is Undetermined.DATA


def seconds(misses: ByStratum, *means: float) -> ByStratum:
    return ByStratum(over=misses.over * np.array(means)[:, np.newaxis], under=misses.over)


def test_cheap_keys_that_begin_to_miss_make_nothing_faster() -> None:
    baseline, canary = arm((900, 0.01), (100, 0.2)), arm((900, 0.05), (100, 0.2))
    slow = latency_at_mix(
        baseline=seconds(baseline, 0.01, 0.1), canary=seconds(canary, 0.01, 0.1), fewest=20, paired=True
    )
    assert not isinstance(slow, Refusal)
    standard, change = slow
    assert standard.canary < 0.9 * standard.baseline
    assert change.point == pytest.approx(0)


def test_strata_with_few_misses_have_no_mean() -> None:
    baseline, canary = arm((900, 0.01), (3, 0.01)), arm((900, 0.01), (3, 0.01))
    found = known(
        latency_at_mix(baseline=seconds(baseline, 0.01, 9), canary=seconds(canary, 0.02, 5), fewest=20, paired=True)
    )
    assert found.point == pytest.approx(math.log(2))
    none = latency_at_mix(baseline=seconds(baseline, 0.01, 9), canary=seconds(canary, 0.02, 5), fewest=1e6, paired=True)
    assert isinstance(none, Refusal)
    assert none.undetermined is Undetermined.EXPOSURE


def test_misses_that_took_no_time_are_data() -> None:
    baseline = arm((900, 0.05))
    found = latency_at_mix(baseline=seconds(baseline, 0.01), canary=seconds(baseline, 0.0), fewest=20, paired=True)
    assert isinstance(found, Refusal)
    assert found.undetermined is Undetermined.DATA


def load_of(misses: tuple[ByStratum, ByStratum], *, queries_per_miss: float = 2.0) -> Pair:
    def side(arm: ByStratum, factor: float) -> Aligned:
        return Aligned(
            at=tuple(range(INTERVALS)),
            values={
                "db_queries": factor * arm.over.sum(axis=0)[np.newaxis],
                "requests": arm.under.sum(axis=0)[np.newaxis] / 2,
            },
        )

    return Pair(baseline=side(misses[0], 2.0), canary=side(misses[1], queries_per_miss), paired=True)


def at_mix(misses: tuple[ByStratum, ByStratum], *, queries_per_miss: float = 2.0) -> tuple[Change, Change]:
    """The plain change of load per request, and at the baseline's mix."""
    found = recipe("db_load_per_request", cost=None, db_load="db_queries")
    assert found is not None
    pair = load_of(misses, queries_per_miss=queries_per_miss)
    plain = log_ratio(pair, found, fewest=20)
    missed = rates(*misses)
    assert isinstance(plain, Change)
    assert not isinstance(missed, Refusal)

    def psi(arm: Aligned) -> FloatArray:
        total: FloatArray = log_influence(arm, found).sum(axis=0)
        return total

    change = load_at_mix(plain, missed, psi_baseline=psi(pair.baseline), psi_canary=psi(pair.canary), paired=True)
    assert isinstance(change, Change)
    return plain, change


def test_load_that_only_the_mix_raises_is_taken_out() -> None:
    plain, change = at_mix(SHIFTED)
    low, _ = ends_of(plain, 0.01)
    assert low.low is not None
    assert low.low > math.log(2)
    ends, _ = ends_of(change, 0.01)
    assert ends.low is not None
    assert ends.high is not None
    assert ends.low < 0 < ends.high
    assert change.point == pytest.approx(0, abs=0.2)


def test_more_queries_per_miss_stay() -> None:
    _, change = at_mix(SHIFTED, queries_per_miss=6.0)
    ends, _ = ends_of(change, 0.01)
    assert ends.low is not None
    assert ends.low > math.log(2)


def test_counting_noise_is_never_less_than_the_loads_own() -> None:
    plain, change = at_mix(SHIFTED)
    of_plain = [one.variance for one in plain.candidates if one.method is Method.EXACT]
    of_change = [one.variance for one in change.candidates if one.method is Method.EXACT]
    assert of_change[0] > of_plain[0]


def test_at_the_same_mix_counting_noise_is_the_loads_own() -> None:
    alike = arm((1000, 0.03), (500, 0.06))
    plain, change = at_mix((alike, alike))
    of_plain, of_change = (
        [one.variance for one in found.candidates if one.method is Method.EXACT] for found in (plain, change)
    )
    assert of_change == pytest.approx(of_plain, rel=1e-6)


def test_thin_load_has_no_mix_to_take_out() -> None:
    missed = rates(*SHIFTED)
    assert not isinstance(missed, Refusal)
    thin = Change(point=None, thin=True, events_baseline=0, events_canary=90)
    found = load_at_mix(thin, missed, psi_baseline=np.zeros(40), psi_canary=np.zeros(40), paired=True)
    assert isinstance(found, Refusal)


def test_the_interval_at_the_baselines_mix_covers() -> None:
    """Nominal 5 % at each end; 300 repetitions, Monte-Carlo error 1.3 %."""
    above = below = 0
    for _ in range(300):
        change = known(rates(arm((400, 0.02), (100, 0.2)), arm((150, 0.02), (100, 0.2))))
        ends, _ = ends_of(change, 0.05)
        assert ends.low is not None
        assert ends.high is not None
        above += ends.low > 0
        below += ends.high < 0
    assert max(above, below) / 300 < 0.09
    assert above + below > 0
