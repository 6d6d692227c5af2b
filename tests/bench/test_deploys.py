"""The simulated deploys: what is true of them is what is counted, whatever the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.deploys import DEPLOYS, Deploy, simulate, unseen
from canary_guard.arrays import judge_arrays
from canary_guard.model.estimate import Undetermined
from canary_guard.model.run import Verdict

QUIET = Deploy(name="quiet", shared=0, own=0, misses=20_000)


def drawn(deploy: Deploy, size: float = 1.0, seed: int = 1) -> dict[str, Any]:
    return simulate(deploy, size, np.random.default_rng(seed))


def rate(arm: dict[str, Any], over: str = "misses") -> float:
    lookups = np.nansum(arm["hits"]) + np.nansum(arm["misses"])
    return float(np.nansum(arm[over]) / lookups)


@pytest.mark.parametrize("deploy", DEPLOYS, ids=lambda deploy: deploy.name)
def test_every_deploy_can_be_judged(deploy: Deploy) -> None:
    for size in deploy.sizes:
        assert Undetermined.DATA not in judge_arrays(**drawn(deploy, size)).undetermined


def test_names_are_unique_because_they_seed() -> None:
    assert len({deploy.name for deploy in DEPLOYS}) == len(DEPLOYS)


@pytest.mark.parametrize("size", [1.0, 1.5, 3.0])
def test_a_fault_is_as_large_as_it_says_and_the_load_follows(size: float) -> None:
    found = drawn(QUIET, size)
    assert rate(found["canary"]) / rate(found["baseline"]) == pytest.approx(size, rel=0.04)
    assert rate(found["canary"], "db_queries") / rate(found["baseline"], "db_queries") == pytest.approx(
        1 + (size - 1) * 1.2 / 1.28, rel=0.04
    )
    assert found["canary"]["misses"].sum() == pytest.approx(20_000 * size, rel=0.05)


def test_a_write_fault_hits_both_arms_since_the_deploy() -> None:
    found = drawn(Deploy(name="", shared=0, own=0, misses=20_000, before=True, both=True), 2.0)
    rates = [rate(found[arm]) / rate(found["before"][arm]) for arm in ("baseline", "canary")]
    assert rates == [pytest.approx(2, rel=0.05)] * 2


def test_a_fault_that_begins_late_begins_there() -> None:
    canary = drawn(Deploy(name="", shared=0, own=0, misses=20_000, begins=0.5), 3.0)["canary"]
    early, late = (rate({key: canary[key][:, part] for key in canary}) for part in (slice(0, 20), slice(20, 40)))
    assert late / early == pytest.approx(3, rel=0.06)


def test_a_cold_cache_warms_up() -> None:
    misses = drawn(Deploy(name="", shared=0, own=0, misses=20_000, cold=60))["canary"]["misses"].sum(axis=0)
    assert misses[0] > 4 * misses[-1]


def test_cheap_misses_cost_the_database_nothing() -> None:
    found = drawn(Deploy(name="", shared=0, own=0, misses=20_000, cheap=True))
    assert rate(found["canary"]) / rate(found["baseline"]) == pytest.approx(2, rel=0.05)
    assert rate(found["canary"], "db_queries") / rate(found["baseline"], "db_queries") == pytest.approx(1, rel=0.05)


def test_another_mix_changes_no_pattern() -> None:
    found = drawn(Deploy(name="", shared=0, own=0, misses=50_000, other_mix=True))
    assert rate(found["canary"]) / rate(found["baseline"]) > 1.1
    for name, canary in found["canary"]["strata"].items():
        assert rate(canary) / rate(found["baseline"]["strata"][name]) == pytest.approx(1, rel=0.1)


def test_restarts_leave_gaps() -> None:
    assert np.isnan(drawn(Deploy(name="", gaps=1.0))["canary"]["misses"]).sum(axis=1).tolist() == [2, 2, 2]


def test_the_seed_is_all_there_is_to_chance() -> None:
    same, other = drawn(DEPLOYS[0]), drawn(DEPLOYS[0], seed=2)
    assert np.array_equal(same["canary"]["misses"], drawn(DEPLOYS[0])["canary"]["misses"])
    assert not np.array_equal(same["canary"]["misses"], other["canary"]["misses"])


def test_autocorrelation_is_that_of_the_deploy() -> None:
    rates = drawn(Deploy(name="", phi=0.9, shared=0.5, own=0, intervals=4000, misses=4_000_000))["canary"]["misses"]
    noise = np.log(rates.sum(axis=0))
    noise -= noise.mean()
    assert noise[1:] @ noise[:-1] / (noise @ noise) > 0.8
    assert noise.std() == pytest.approx(0.5, rel=0.2)  # of the traffic, too


def test_a_healthy_deploy_passes_and_a_fault_fails() -> None:
    assert judge_arrays(**drawn(QUIET)).verdict is Verdict.PASS
    assert judge_arrays(**drawn(QUIET, 2.0)).verdict is Verdict.FAIL


def test_an_empty_cache_has_seen_less_of_zipfs_keys_the_younger_it_is() -> None:
    shares = unseen(3000, np.array([0.0, 60.0, 600.0, 6000.0]))
    assert shares[0] == pytest.approx(1)
    assert list(shares) == sorted(shares, reverse=True)
    assert shares[-1] < 0.001
