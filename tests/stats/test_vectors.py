"""Every vector of tests/data/statistics_vectors.json that this room answers for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from canary_guard.model.estimate import Estimate, Estimated, Levels, NoEstimate
from canary_guard.model.measure import Scale
from canary_guard.model.recipe import recipe
from canary_guard.model.window import Comparison
from canary_guard.stats.alignment import Aligned, Pair, align
from canary_guard.stats.bursts import Bursts, bursts
from canary_guard.stats.change import Change, ends_of
from canary_guard.stats.degrees import student_quantile, welch
from canary_guard.stats.diff_in_diff import diff_in_diff
from canary_guard.stats.ends import Ends, mover
from canary_guard.stats.estimating import estimate
from canary_guard.stats.log_ratio import log_ratio
from canary_guard.stats.long_run_variance import cosines, long_run_variance
from canary_guard.stats.mix import share_at_mix
from canary_guard.stats.multiplicity import holm
from canary_guard.stats.proportions import newcombe
from canary_guard.stats.quantiles import ArmQuantile, arm_quantile, own_ends, quantile, quantile_change
from canary_guard.stats.refusal import Refusal
from canary_guard.stats.small_counts import conditional_ratio, poisson_rate
from canary_guard.stats.standardising import ByStratum
from canary_guard.stats.unit_variance import spread, unit_variance
from canary_guard.stats.warm_up import warm_up
from canary_guard.stats.watch_boundary import alpha_at, boundary
from tests.builders import a_measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from canary_guard.model.arrays import FloatArray

FILE = Path(__file__).parent.parent / "data" / "statistics_vectors.json"
VECTORS = json.loads(FILE.read_text())["vectors"]
ELSEWHERE = {"increments", "outcome", "kleene", "judged", "mde", "erlang_c", "headroom"}
"""tests/stats/test_increments.py, tests/judge/"""

Answer = dict[str, Any]


def _ewc_nu(given: Answer) -> Answer:
    return {"nu": cosines(given["T"], given["phi"])}


def _ewc(given: Answer) -> Answer:
    found = long_run_variance(np.array(given["psi"]))
    return {"V": found.variance, "df": found.degrees, "phi": found.phi}


def _t_quantile(given: Answer) -> Answer:
    return {"t": student_quantile(given["df"], given["p"])}


def _welch(given: Answer) -> Answer:
    variance, degrees = welch([(part[0], part[1]) for part in given["parts"]])
    return {"V": variance, "df": degrees}


def _units(given: Answer) -> Answer:
    found = unit_variance(
        baseline=spread(np.array(given["g_baseline"]), np.array(given["w_baseline"])),
        canary=spread(np.array(given["g_canary"]), np.array(given["w_canary"])),
    )
    if found is None:
        return {"none": True}
    return {"V": found.variance, "df": found.degrees, "how": "pooled" if found.pooled else "separate"}


def _conditional_ratio(given: Answer) -> Answer:
    return _lower_upper(
        conditional_ratio(
            events_baseline=given["x_baseline"],
            exposure_baseline=given["d_baseline"],
            events_canary=given["x_canary"],
            exposure_canary=given["d_canary"],
            alpha=given["alpha"],
        )
    )


def _newcombe(given: Answer) -> Answer:
    return _lower_upper(
        newcombe(
            events_baseline=given["x_baseline"],
            trials_baseline=given["n_baseline"],
            events_canary=given["x_canary"],
            trials_canary=given["n_canary"],
            alpha=given["alpha"],
        )
    )


def _poisson_level(given: Answer) -> Answer:
    return _lower_upper(poisson_rate(events=given["x"], exposure=1, alpha=given["alpha"]))


def _log_ratio(given: Answer) -> Answer:
    found = estimated(given, given["measure"], Scale.RATIO, paired=given["paired"])
    if isinstance(found, NoEstimate):
        return {"no_estimate": found.reason}
    return {**_log(found), "method": found.method.value, "thin": found.thin}


def _hit_rate_diff(given: Answer) -> Answer:
    found = estimated(given, "hit_rate", Scale.DIFFERENCE)
    assert isinstance(found, Estimate)
    change = found.change
    return {"diff": change.point, "lower": change.low, "upper": change.high, "method": found.method.value}


def _histogram_quantile(given: Answer) -> Answer:
    counts = np.array(given["counts"], dtype=float)
    return {"q": quantile(given["p"], bounds=tuple(given["le"]), counts=counts)}


def _quantile_arm(given: Answer) -> Answer:
    found = arm_quantile(given["p"], _histogram(given["counts"]), "buckets", tuple(given["le"]))
    if isinstance(found, ArmQuantile):
        return {"q": found.value, **_lower_upper(own_ends(found, 0.01))}
    return {"no_estimate": found.reason}


def _quantile_ratio(given: Answer) -> Answer:
    pair = Pair(baseline=_histogram(given["baseline"]), canary=_histogram(given["canary"]), paired=True)
    found = quantile_change(pair, "buckets", tuple(given["le"]), p=given["p"], scale=Scale.RATIO, fewest=20)
    assert isinstance(found, Change)
    ends, _ = ends_of(found, 0.01)
    return {"log": found.point, "log_lower": ends.low, "log_upper": ends.high}


def _did(given: Answer) -> Answer:
    periods = [log_changes(given[period], given["measure"]) for period in ("before", "after")]
    found = diff_in_diff(before=periods[0], after=periods[1])
    assert isinstance(found, Change)
    ends, method = ends_of(found, 0.01)
    return {"log": found.point, "log_lower": ends.low, "log_upper": ends.high, "method": method.value}


def log_changes(given: Answer, measure: str) -> Change | Refusal:
    found = recipe(measure, cost=None, db_load="db_queries")
    assert found is not None
    measurement = a_measurement(baseline=_arm(given["baseline"]), canary=_arm(given["canary"]))
    return log_ratio(align(measurement, found.signals), found, fewest=20)


def _holm(given: Answer) -> Answer:
    return {"adjusted": list(holm(given["p"]))}


def _decompose(given: Answer) -> Answer:
    def by_stratum(arm: Answer) -> ByStratum:
        hits, misses = (np.array(arm[key], dtype=float) for key in ("hits", "misses"))
        return ByStratum(over=hits, under=hits + misses)

    found = share_at_mix(baseline=by_stratum(given["baseline"]), canary=by_stratum(given["canary"]), paired=True)
    if isinstance(found, Refusal):
        return {"no_estimate": found.reason}
    at_mix, change = found
    ends, _ = ends_of(change, 0.01)
    return {
        "behaviour": change.point,
        "mix": at_mix.mix,
        "total": at_mix.canary - at_mix.baseline,
        **_lower_upper(ends),
    }


def _warmup(given: Answer) -> Answer:
    found = warm_up(**_both(given), step=given["step"], alpha=0.01)
    assert found.fit is not None
    return {
        "state": found.state.value,
        "skip": found.skip,
        "m": found.fit.level,
        "m_lower": found.fit.level_low,
        "m_upper": found.fit.level_high,
        "A": found.fit.amplitude,
        "tau": found.fit.tau,
        "beta": found.fit.beta,
        "decay": found.fit.decay,
        "warm_at": found.fit.warm_at,
    }


def _both(given: Answer) -> dict[str, FloatArray]:
    return {
        f"{what}_{arm}": np.array(given[arm][key], dtype=float)
        for arm in ("baseline", "canary")
        for what, key in (("events", "n"), ("exposure", "d"))
    }


def _watch(given: Answer) -> Answer:
    z = boundary(given["look"], given["planned"], alpha=given["alpha"])
    alpha = alpha_at(given["look"], given["planned"], alpha=given["alpha"])
    return {"z": z, "t_df5": student_quantile(5, 1 - alpha)}


def _burst(given: Answer) -> Answer:
    found = bursts(**_both(given))
    assert isinstance(found, Bursts)
    return {
        "p": found.p,
        "cv_canary": found.canary.variation,
        "cv_baseline": found.baseline.variation,
        "peak_canary": found.canary.peak,
        "peak_baseline": found.baseline.peak,
    }


def _mover(given: Answer) -> Answer:
    return _lower_upper(
        mover(
            baseline=given["baseline"],
            baseline_ends=Ends(low=given["baseline_lower"], high=given["baseline_upper"]),
            canary=given["canary"],
            canary_ends=Ends(low=given["canary_lower"], high=given["canary_upper"]),
        )
    )


RUN: Mapping[str, Callable[[Answer], Answer]] = {
    "burst": _burst,
    "conditional_ratio": _conditional_ratio,
    "decompose": _decompose,
    "did": _did,
    "ewc": _ewc,
    "ewc_nu": _ewc_nu,
    "histogram_quantile": _histogram_quantile,
    "hit_rate_diff": _hit_rate_diff,
    "holm": _holm,
    "log_ratio": _log_ratio,
    "mover": _mover,
    "newcombe": _newcombe,
    "poisson_level": _poisson_level,
    "quantile_arm": _quantile_arm,
    "quantile_ratio": _quantile_ratio,
    "t_quantile": _t_quantile,
    "units": _units,
    "warmup": _warmup,
    "watch": _watch,
    "welch": _welch,
}


def estimated(given: Answer, measure: str, scale: Scale, *, paired: bool = True) -> Estimated:
    measurement = a_measurement(
        baseline=_arm(given["baseline"]),
        canary=_arm(given["canary"]),
        comparison=Comparison.CONCURRENT if paired else Comparison.BEFORE_AFTER,
    )
    return estimate(measure, scale, measurement, levels=Levels(), cost=None, db_load="db_queries")


def _arm(signals: Answer) -> Answer:
    """With the lookups and the count of timed misses, which the vectors leave to be told from hits and misses."""
    rows = zip(signals["hits"], signals["misses"], strict=True)
    lookups = [
        [None if hits is None or misses is None else hits + misses for hits, misses in zip(*row, strict=True)]
        for row in rows
    ]
    return {**signals, "lookups": lookups, "miss_latency_count": signals["misses"]}


def _histogram(counts: object) -> Aligned:
    array = np.array(counts, dtype=float)
    return Aligned(at=tuple(range(array.shape[1])), values={"buckets": array})


def _log(found: Estimate) -> Answer:
    return {"log": found.change.point, "log_lower": found.change.low, "log_upper": found.change.high}


def _lower_upper(ends: Ends) -> Answer:
    return {"lower": ends.low, "upper": ends.high}


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if vector["kind"] not in ELSEWHERE], ids=lambda vector: vector["id"]
)
def test_a_vector(vector: Answer) -> None:
    answer, expected = RUN[vector["kind"]](vector["given"]), vector["expect"]
    if "no_estimate" in expected:
        assert answer["no_estimate"].startswith(expected["no_estimate"])
        return
    for name, value in expected.items():
        if isinstance(value, float):
            assert answer[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
        else:
            assert answer[name] == value, name


def test_no_kind_of_vector_is_left_out() -> None:
    assert {vector["kind"] for vector in VECTORS} - ELSEWHERE == set(RUN)
