import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.model.arrays import FloatArray
from canary_guard.model.warm_up import WarmUpState
from canary_guard.stats.warm_up import Fit, Warmth, fit, warm_up

STEP = 15.0
LOOKUPS = np.full(60, 2000.0)
AGE = (np.arange(60) + 0.5) * STEP


def curve(level: float, amplitude: float, tau: float) -> FloatArray:
    values: FloatArray = (
        np.random.default_rng(6).poisson(LOOKUPS * (level + amplitude * np.exp(-AGE / tau))).astype(float)
    )
    return values


def judged(canary: FloatArray, *, exposure: FloatArray = LOOKUPS, baseline: FloatArray | None = None) -> Warmth:
    steady = np.random.default_rng(7).poisson(0.02 * LOOKUPS).astype(float) if baseline is None else baseline
    return warm_up(
        events_canary=canary,
        exposure_canary=exposure,
        events_baseline=steady[: len(canary)],
        exposure_baseline=LOOKUPS[: len(canary)],
        step=STEP,
        alpha=0.01,
    )


def test_a_cold_cache_that_has_recovered() -> None:
    found = judged(curve(0.02, 0.3, 60))
    assert found.state is WarmUpState.CONVERGED
    assert found.fit is not None
    assert found.fit.level_low < 0.02 < found.fit.level_high
    assert found.skip * STEP == pytest.approx(60 * math.log(300), rel=0.2)
    assert found.eta is None


def test_a_cold_cache_that_is_recovering_has_an_eta() -> None:
    found = judged(curve(0.02, 0.3, 600))
    assert found.state is WarmUpState.RECOVERING
    assert found.skip == 0
    assert found.fit is not None
    assert found.eta == pytest.approx(found.fit.warm_at - 60 * STEP)


def test_a_level_is_warm_however_high() -> None:
    for level in (0.02, 0.06):
        found = judged(curve(level, 0.0, 60))
        assert found.state is WarmUpState.WARM
        assert found.fit is not None
        assert found.fit.level == pytest.approx(level, rel=0.2)


def test_the_recovery_begins_with_the_first_lookup() -> None:
    cold = curve(0.02, 0.3, 60)
    early = judged(cold[:50], exposure=LOOKUPS[:50])
    late = judged(
        np.concatenate([np.zeros(10), cold[:50]]),
        exposure=np.concatenate([np.zeros(10), LOOKUPS[:50]]),
        baseline=np.concatenate([np.zeros(10), np.random.default_rng(7).poisson(0.02 * LOOKUPS)[:50]]),
    )
    assert early.state is late.state is WarmUpState.CONVERGED
    assert early.fit is not None
    assert late.fit is not None
    assert late.fit.tau == pytest.approx(early.fit.tau)
    assert late.skip == early.skip + 10


def test_one_interval_alone_is_no_curve() -> None:
    alone = np.where(np.arange(60) == 3, LOOKUPS, 0.0)
    assert (
        fit(
            events_canary=0.1 * alone,
            exposure_canary=alone,
            events_baseline=0.02 * LOOKUPS,
            exposure_baseline=LOOKUPS,
            step=STEP,
            alpha=0.01,
        )
        is None
    )


def test_nothing_to_fit_is_unknown() -> None:
    for found in (
        judged(curve(0.02, 0.3, 60)[:7], exposure=LOOKUPS[:7]),
        judged(np.zeros(60), exposure=np.zeros(60)),
        judged(curve(0.02, 0.3, 60), baseline=np.zeros(60)),
    ):
        assert found == Warmth(state=WarmUpState.UNKNOWN, skip=0, eta=None, fit=None)


COUNTS = st.lists(st.floats(0, 1e6), min_size=12, max_size=12).map(np.array)


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_no_counts_make_a_number_that_is_none(n: FloatArray, d: FloatArray, m: FloatArray, e: FloatArray) -> None:
    found = fit(events_canary=n, exposure_canary=d, events_baseline=m, exposure_baseline=e, step=STEP, alpha=0.01)
    if isinstance(found, Fit):
        assert all(math.isfinite(getattr(found, field)) for field in Fit.__slots__)
        assert 0 <= found.level_low <= found.level <= found.level_high
