from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.arrays import FloatArray
from canary_guard.model.estimate import Estimate, Estimated, Levels, Recovery, StratumEstimate, Tail
from canary_guard.model.finding import StrataEstimates
from canary_guard.model.measure import Scale
from canary_guard.model.measurement import Measurement
from canary_guard.model.warm_up import WarmUp, WarmUpState
from canary_guard.model.window import Comparison
from canary_guard.stats.warming import Warming, warming
from tests.builders import START, STEP, a_measurement, an_estimate, drops, no_estimate

LEVELS = Levels()
LENGTH = 60
AGE = (np.arange(LENGTH) + 0.5) * STEP / 1000
WARM = np.full(LENGTH, 100.0)


def cold(tau: float, *, to: float = 100.0) -> FloatArray:
    """Misses in 10,000 lookups that fall from 2,000 to a level, tau seconds to the e-th part."""
    return np.round(to + (2000 - to) * np.exp(-AGE / tau))


def measured(misses: FloatArray, *, comparison: Comparison = Comparison.CONCURRENT) -> Measurement:
    def arm(misses: FloatArray) -> dict[str, list[list[float]]]:
        return {
            "misses": [list(misses)],
            "lookups": [[10_000.0] * LENGTH],
            "db_queries": [list(2 * misses)],
            "requests": [[5_000.0] * LENGTH],
        }

    return a_measurement(baseline=arm(WARM), canary=arm(misses), comparison=comparison)


def found(misses: FloatArray, **changes: object) -> Warming:
    known = {"warmup": "auto", "deploy_time": START - 3 * STEP, "levels": LEVELS} | changes
    return warming(measured(misses), **known)  # type: ignore[arg-type] # tests name arguments of warming


def recovery(warm: Warming, measure: str, scale: Scale = Scale.RATIO) -> Recovery:
    one = warm.recovery(measure, scale, db_load="db_queries", levels=LEVELS)
    assert one is not None
    return one


def test_a_warm_canary_is_judged_as_it_stands() -> None:
    warm = found(WARM)
    assert (warm.found.state, warm.found.skip) == (WarmUpState.WARM, 0)
    assert warm.judged is warm.whole
    assert warm.recovery("miss_rate", Scale.RATIO, db_load="db_queries", levels=LEVELS) is None


def test_of_one_that_was_cold_the_rest_is_judged() -> None:
    warm = found(cold(3 * STEP / 1000))
    assert warm.found.state is WarmUpState.CONVERGED
    skipped = warm.found.skip // STEP
    assert 8 < skipped < 30
    for side in (warm.judged.baseline, warm.judged.canary):
        assert (side.grid.start, side.grid.intervals) == (START + warm.found.skip, LENGTH - skipped)
        assert side.signals["misses"].values.shape == side.signals["misses"].seen.shape == (1, LENGTH - skipped)
    assert warm.judged.canary.signals["misses"].values[0, 0] == warm.whole.canary.signals["misses"].values[0, skipped]
    assert warm.found.eta is None
    assert warm.found.level == pytest.approx(0.01, rel=0.02)


def test_one_that_recovers_says_when_and_where_it_is_heading() -> None:
    warm = found(cold(20 * STEP / 1000))
    assert (warm.found.state, warm.found.skip) == (WarmUpState.RECOVERING, 0)
    assert warm.judged is warm.whole
    assert warm.found.eta is not None
    assert 20 * STEP < warm.found.eta < 200 * STEP
    for measure in ("miss_rate", "origin_load", "db_load_per_request"):
        heading = recovery(warm, measure).heading
        assert heading is not None
        assert heading.point == pytest.approx(0, abs=0.1)
    assert recovery(warm, "miss_rate").eta == warm.found.eta


def test_the_hit_rate_heads_the_other_way() -> None:
    warm = found(cold(10 * STEP / 1000, to=300))
    rising = recovery(warm, "miss_rate", Scale.DIFFERENCE).heading
    falling = recovery(warm, "hit_rate", Scale.DIFFERENCE).heading
    assert rising is not None
    assert falling is not None
    assert rising.point == pytest.approx(0.02, rel=0.1)
    assert (falling.point, falling.low, falling.high) == (-(rising.point or 0), -(rising.high or 0), -(rising.low or 0))


@pytest.mark.parametrize("measure", ["set_rate", "miss_latency_mean", "error_rate", "evictions"])
def test_what_a_cold_cache_does_not_move_is_judged_as_it_stands(measure: str) -> None:
    warm = found(cold(20 * STEP / 1000))
    assert warm.recovery(measure, Scale.RATIO, db_load="db_queries", levels=LEVELS) is None


def test_a_load_that_was_not_counted_heads_nowhere() -> None:
    one = found(cold(20 * STEP / 1000)).recovery(
        "db_load_per_request", Scale.RATIO, db_load="db_seconds", levels=LEVELS
    )
    assert one is not None
    assert one.heading is None


@pytest.mark.parametrize(
    ("warmup", "deploy", "skip"),
    [(10 * STEP, START - 3 * STEP, 7), (10 * STEP + 1, START - 3 * STEP, 8), (2 * STEP, START - 3 * STEP, 0)],
)
def test_a_fixed_time_counts_from_the_deploy(warmup: int, deploy: int, skip: int) -> None:
    warm = found(WARM, warmup=warmup, deploy_time=deploy)
    assert warm.found == WarmUp(state=WarmUpState.WARM, skip=skip * STEP)
    assert warm.judged.canary.grid.intervals == LENGTH - skip


def test_a_fixed_time_without_a_deploy_counts_from_the_windows_start() -> None:
    assert found(WARM, warmup=10 * STEP, deploy_time=None).found.skip == 10 * STEP


def test_a_fixed_time_as_long_as_the_window_leaves_nothing() -> None:
    assert found(WARM, warmup=1000 * STEP).judged.canary.grid.intervals == 0


def test_before_and_after_only_the_side_after_loses_its_beginning() -> None:
    unpaired = measured(WARM, comparison=Comparison.BEFORE_AFTER)
    warm = warming(unpaired, warmup=10 * STEP, deploy_time=START, levels=LEVELS)
    assert warm.judged.canary.grid.intervals == LENGTH - 10
    assert warm.judged.baseline is unpaired.baseline


def test_off_and_before_and_after_look_for_nothing() -> None:
    falling = cold(20 * STEP / 1000)
    assert found(falling, warmup="off").found == WarmUp(state=WarmUpState.WARM)
    unpaired = measured(falling, comparison=Comparison.BEFORE_AFTER)
    assert warming(unpaired, warmup="auto", deploy_time=START, levels=LEVELS).found.state is WarmUpState.WARM


def test_without_misses_nothing_is_looked_for() -> None:
    whole = measured(cold(20 * STEP / 1000))
    kept = {key: one for key, one in whole.canary.signals.items() if key != "misses"}
    blind = replace(whole, canary=replace(whole.canary, signals=kept))
    assert warming(blind, warmup="auto", deploy_time=None, levels=LEVELS).judged is blind


@pytest.mark.parametrize(("theta", "half", "overshoots"), [(-0.5, 0.1, True), (-0.1, 0.5, False), (0.5, 0.1, False)])
def test_keys_that_are_all_young_overshoot(theta: float, half: float, overshoots: bool) -> None:
    miss_rate = an_estimate("miss_rate", theta=theta, half=half)
    warm = found(cold(3 * STEP / 1000)).compared([miss_rate])
    assert warm.found.overshoots is overshoots
    assert recovery(warm, "miss_rate").overshoots is overshoots
    assert not found(WARM).compared([miss_rate]).found.overshoots
    assert found(cold(20 * STEP / 1000)).compared([miss_rate]).found.overshoots is overshoots


def test_what_follows_a_cold_start_is_its_last_half_until_it_has_converged() -> None:
    recovering, converged = found(cold(20 * STEP / 1000)), found(cold(3 * STEP / 1000))
    assert recovering.late().canary.grid == recovering.last_half().canary.grid
    assert recovering.late().canary.grid.intervals == LENGTH // 2
    assert converged.late() is converged.judged


def test_while_the_cache_recovers_a_pattern_is_told_with_its_last_half_alone() -> None:
    estimates: tuple[Estimated, ...] = (an_estimate("hit_rate"), no_estimate("hit_rate"))
    strata = StrataEstimates(
        condition=drops("hit_rate", "5pp"),
        strata=tuple(
            StratumEstimate(stratum=name, members=(name,), share_baseline=0.5, share_canary=0.5, estimate=one, p=0.5)
            for name, one in zip("ab", estimates, strict=True)
        ),
    )
    recovering = found(cold(20 * STEP / 1000))
    now = an_estimate("hit_rate", theta=-0.01, half=0.005)
    late = replace(strata, strata=(replace(strata.strata[0], estimate=now),))
    first, second = (one.estimate for one in recovering.still_cold(strata, late).strata)
    assert isinstance(first, Estimate)
    assert first.recovery == Recovery(
        state=WarmUpState.RECOVERING, heading=None, eta=recovering.found.eta, overshoots=False
    )
    start = recovering.last_half().canary.grid.start
    assert first.half == Tail(start=start, intervals=now.intervals, change=now.change, thin=now.thin)
    assert second == estimates[1]
    gone = recovering.still_cold(strata, replace(strata, strata=())).strata[0].estimate
    assert isinstance(gone, Estimate)
    assert gone.half is None


def test_a_curve_that_is_over_while_the_misses_still_fall_knows_no_end() -> None:
    """A step after the curve: the rest is not flat, and the time by which it should be is past."""
    ages = np.arange(LENGTH)
    falling = found(cold(3 * STEP / 1000) + np.where(ages < 30, 100.0, 0.0))
    assert falling.found.state is WarmUpState.RECOVERING
    assert falling.found.eta is None
