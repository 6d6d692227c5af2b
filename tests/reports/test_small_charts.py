from dataclasses import replace

import numpy as np
import pytest

from canary_guard.model.arrays import frozen
from canary_guard.model.run import Run, Trace
from canary_guard.model.window import Arm, Comparison
from canary_guard.reports.small_charts import HEIGHT, WIDTH, small_charts
from tests.builders import START, STEP, a_run


def a_trace(stratum: str, side: Arm, *values: float | None, measure: str = "hit_rate") -> Trace:
    """None is a gap."""
    return Trace(
        measure=measure,
        side=side,
        start=START,
        step=STEP,
        values=frozen(np.array([value or 0.0 for value in values])),
        missing=tuple(index for index, value in enumerate(values) if value is None),
        stratum=stratum,
    )


def a_broken_run() -> Run:
    return a_run(
        traces_by_pattern=(
            a_trace("price", Arm.BASELINE, 1.0, 0.99),
            a_trace("price", Arm.CANARY, 0.98, 0.99),
            a_trace("stock", Arm.BASELINE, 0.9, None),
            a_trace("stock", Arm.CANARY, 0.0, 0.0),
            a_trace("empty", Arm.CANARY, None, None),
            a_trace("price", Arm.CANARY, 0.5, measure="miss_rate"),
        )
    )


def heights(path: str) -> list[float]:
    return [float(point.removesuffix("h0").partition(",")[2]) for point in path.replace("L", "M").split("M")[1:]]


def test_all_pictures_have_one_scale() -> None:
    found = small_charts(a_broken_run(), "hit_rate", ["price", "stock", "empty", "unknown"])
    assert found.scale == "from 0.00 to 100.00 %"
    assert list(found.by_pattern) == ["price", "stock"]
    price, stock = found.by_pattern["price"], found.by_pattern["stock"]
    assert [line.arm for line in price.lines] == [Arm.BASELINE, Arm.CANARY]
    assert heights(price.lines[0].path)[0] == pytest.approx(2)
    assert heights(stock.lines[1].path) == [HEIGHT - 2] * 2
    assert stock.lines[0].path.endswith("h0")
    assert price.lines[0].path.startswith(f"M{WIDTH / 4:.1f},")


def test_only_what_is_asked_for_sets_the_scale() -> None:
    found = small_charts(a_broken_run(), "hit_rate", ["price"])
    assert found.scale == "from 97.84 to 100.00 %"


def test_a_picture_is_told_in_words() -> None:
    found = small_charts(a_broken_run(), "hit_rate", ["stock"])
    assert found.by_pattern["stock"].described == (
        "stock over time: baseline from 90.00 to 90.00 %; canary from 0.00 to 0.00 %"
    )
    fleet = small_charts(replace(a_broken_run(), comparison=Comparison.BEFORE_AFTER), "hit_rate", ["stock"])
    assert fleet.by_pattern["stock"].described.startswith("stock over time: before from")


def test_without_traces_there_are_no_pictures() -> None:
    found = small_charts(a_run(), "hit_rate", ["stock"])
    assert (found.by_pattern, found.scale) == ({}, "")
