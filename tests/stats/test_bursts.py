import numpy as np
import pytest

from canary_guard.model.arrays import FloatArray
from canary_guard.model.estimate import Undetermined
from canary_guard.stats.bursts import Bursts, around_level, bursts
from canary_guard.stats.refusal import Refusal

EVEN = np.full(40, 50.0)
LOOKUPS = np.full(40, 1000.0)
BURSTY = np.where(np.arange(40) % 8 == 4, 200.0, 50.0)


def compared(baseline: FloatArray, canary: FloatArray, exposure: FloatArray = LOOKUPS) -> Bursts | Refusal:
    return bursts(events_baseline=baseline, exposure_baseline=exposure, events_canary=canary, exposure_canary=exposure)


def test_a_bursty_canary() -> None:
    found = compared(EVEN, BURSTY)
    assert isinstance(found, Bursts)
    assert found.p < 0.05
    assert found.canary.peak == pytest.approx(200 / BURSTY.mean())
    assert found.ratio == pytest.approx(found.canary.peak)
    assert found.baseline.variation == 0.0


def test_a_bursty_baseline_is_not_the_canarys_fault() -> None:
    found = compared(BURSTY, EVEN)
    assert isinstance(found, Bursts)
    assert found.p == 1.0


def test_poisson_counts_have_no_variation_of_their_own() -> None:
    generator = np.random.default_rng(1)
    found = compared(generator.poisson(EVEN).astype(float), generator.poisson(9 * EVEN).astype(float))
    assert isinstance(found, Bursts)
    assert max(found.baseline.variation, found.canary.variation) < 0.1


def test_an_interval_without_lookups_has_no_peak() -> None:
    idle = LOOKUPS.copy()
    idle[3] = 0.0
    events = EVEN.copy()
    events[3] = 0.0
    found = compared(events, events, idle)
    assert isinstance(found, Bursts)
    assert found.canary.peak == pytest.approx(1.0)


def test_too_little_to_see_bursts_in() -> None:
    short = compared(EVEN[:15], EVEN[:15], LOOKUPS[:15])
    few = compared(EVEN, EVEN / 20)
    silent = compared(EVEN, EVEN, np.zeros(40))
    for found in (short, few, silent):
        assert isinstance(found, Refusal)
        assert found.undetermined is Undetermined.EXPOSURE


def test_a_level_that_moves_is_no_burst_around_itself_and_a_burst_is() -> None:
    step = np.where(np.arange(40) < 20, 50.0, 150.0)
    for events, largest in ((step, 1.0), (BURSTY, 4.0), (BURSTY * step / 50, 4.0)):
        rates = events / around_level(events, LOOKUPS)
        assert rates.max() / np.median(rates) == pytest.approx(largest)


def test_where_all_comes_in_bursts_the_level_between_them_is_not_nothing() -> None:
    lumps = np.where(np.arange(40) % 8 == 4, 200.0, 0.0)
    assert around_level(lumps, LOOKUPS) == pytest.approx(np.full(40, LOOKUPS[0] * 0.05 * lumps.mean() / LOOKUPS[0]))
