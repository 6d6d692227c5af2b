from dataclasses import replace

import pytest

from canary_guard.model.estimate import Interval
from canary_guard.model.projection import Projection
from canary_guard.reports.chart import BOTTOM, LEFT, RIGHT, TOP
from canary_guard.reports.projected import RolloutChart, headroom, projection, rollout_chart
from tests.builders import a_projection, a_run
from tests.reports import runs


def drawn(found: Projection) -> RolloutChart:
    made = rollout_chart(found)
    assert made is not None
    return made


def test_without_a_capacity_there_is_none() -> None:
    assert projection(runs.fail()) is None


def test_both_arms_are_told_at_the_peak() -> None:
    table = projection(runs.explained())
    assert table is not None
    assert table.peak == "at 3,000 requests/s, with room for 80 queries/s"
    assert [(row.title, row.baseline, row.canary) for row in table.rows] == [
        ("queries/s", "44.0 (39.6 to 48.4)", "92.0 (82.8 to 101)"),
        ("utilisation", "55 % (50 to 61 %)", "115 % (103 to 126 %)"),
        ("busy connections (of 20)", "0.0880 (0.0792 to 0.0968)", "0.184 (0.166 to 0.202)"),
        ("chance to wait for a connection", "0.4 % (0.4 to 0.5 %)", "0.9 % (0.8 to 1.0 %)"),
    ]
    assert table.lines[0].startswith("baseline → canary: queries/s 44.0 → 92.0; utilisation 55 % → 115 %;")
    assert len(table.lines) == 2


def test_what_is_not_known_is_left_out() -> None:
    table = projection(a_run(projection=a_projection(pool=None)))
    assert table is not None
    assert [row.title for row in table.rows] == ["queries/s", "utilisation", "busy connections"]


def test_an_interval_without_width_or_without_an_end_is_written_shortly() -> None:
    found = a_projection()
    arm = replace(
        found.canary,
        queries_per_second=Interval(point=92, low=90, high=None),
        chance_to_wait=Interval(point=1e-40, low=1e-43, high=1e-38),
    )
    table = projection(a_run(projection=replace(found, canary=arm)))
    assert table is not None
    assert table.rows[0].canary == "92.0 (at least 90.0)"
    assert table.rows[3].canary == "under 0.1 %"


QUEUES = "Beyond it queries wait for each other, and hold their connections for longer than is projected here."


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ((0.75, 0.42, None), "Headroom ends at 75 % of the rollout (at the earliest 42 %). " + QUEUES),
        (
            (0.75, 0.42, 0.9),
            "Headroom ends at 75 % of the rollout (at the earliest 42 %; at the latest 90 %). " + QUEUES,
        ),
        ((None, None, None), "Headroom never ends, as far as measured."),
        ((None, 0.6, None), "Headroom never ends, as far as measured; at the earliest at 60 % of the rollout."),
        ((0.0, 0.0, 0.0), "There is no headroom: the baseline alone takes more than the database can. " + QUEUES),
    ],
)
def test_where_the_headroom_ends_is_a_sentence(ends: tuple[float | None, ...], sentence: str) -> None:
    point, low, high = ends
    assert headroom(a_projection(headroom=Interval(point=point, low=low, high=high))) == sentence


def test_the_picture_leads_from_the_baseline_to_the_canary_through_the_capacity() -> None:
    chart = drawn(a_projection())
    assert chart.line.startswith(f"M{LEFT},")
    assert f"L{RIGHT}," in chart.line
    start, end = (float(part.partition(",")[2]) for part in chart.line.removeprefix("M").split("L"))
    assert TOP < end < chart.capacity < start < BOTTOM
    assert chart.ends is not None
    # The load crosses the capacity where the headroom ends.
    at = start + (end - start) * (80 - 44) / (92 - 44)
    assert at == pytest.approx(chart.capacity, abs=0.2)
    assert chart.ends == LEFT + (RIGHT - LEFT) * 0.75
    assert chart.ends_from == LEFT + (RIGHT - LEFT) * 0.42
    assert chart.band.endswith("Z")
    assert [tick.label for tick in chart.shares] == ["0 %", "25 %", "50 %", "75 %", "100 %"]


def test_the_capacity_is_in_the_picture_even_far_above_the_load() -> None:
    chart = drawn(a_projection(baseline=2, canary=3, headroom=Interval(point=None, low=None, high=None)))
    assert TOP <= chart.capacity < TOP + 30
    assert (chart.ends, chart.ends_from) == (None, None)


def test_without_ends_there_is_no_band_and_without_points_no_picture() -> None:
    found = a_projection()
    open_arm = replace(found.canary, queries_per_second=Interval(point=92, low=None, high=None))
    assert drawn(replace(found, canary=open_arm)).band == ""
    nothing = replace(found.canary, queries_per_second=Interval(point=None, low=None, high=None))
    assert rollout_chart(replace(found, canary=nothing)) is None
