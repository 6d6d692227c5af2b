from math import isfinite

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.model.arrays import frozen
from canary_guard.model.estimate import Interval
from canary_guard.model.measure import Shape
from canary_guard.model.run import Trace
from canary_guard.model.window import Arm
from canary_guard.reports.chart import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Chart, Level, chart, path, short, steps, times
from tests.builders import START, STEP

HOUR, DAY = 3_600_000, 86_400_000


def a_trace(*values: float | None, side: Arm = Arm.BASELINE, start: int = START, step: int = STEP) -> Trace:
    """None is a gap."""
    return Trace(
        measure="miss_rate",
        side=side,
        start=start,
        step=step,
        values=frozen(np.array([value or 0.0 for value in values])),
        missing=tuple(index for index, value in enumerate(values) if value is None),
    )


def drawn(*traces: Trace, shape: Shape = Shape.PER, from_zero: bool = True, **more: object) -> Chart:
    made = chart(traces, shape=shape, from_zero=from_zero, **{"levels": {}, **more})  # type: ignore[arg-type]
    assert made is not None
    return made


def test_values_are_drawn_in_the_middle_of_their_intervals() -> None:
    made = drawn(a_trace(0, 10), bounds=(Level(value=10, worse_above=True),))
    first, second = made.lines[0].path.removeprefix("M").split("L")
    quarter = (RIGHT - LEFT) / 4
    assert first == f"{short(LEFT + quarter)},{BOTTOM}"
    assert float(second.partition(",")[0]) == pytest.approx(LEFT + 3 * quarter, abs=0.05)
    assert TOP <= float(second.partition(",")[2]) < TOP + 20


def test_a_gap_breaks_the_line_and_is_not_a_zero() -> None:
    made = drawn(a_trace(5, 5, None, 5, None, 5, 5))
    strokes = made.lines[0].path.split("M")[1:]
    assert [stroke.count("L") for stroke in strokes] == [1, 0, 1]
    assert [stroke.endswith("h0") for stroke in strokes] == [False, True, False]
    assert str(BOTTOM) not in made.lines[0].path
    assert made.lines[0].missing == 2


def test_the_time_before_the_deploy_is_drawn_to_the_left_of_what_is_judged() -> None:
    before = a_trace(5, 5, start=START - 3 * STEP)
    bound = Level(value=7, worse_above=True)
    made = drawn(a_trace(8, 8, 8), earlier=[before], bounds=[bound], moments=[(START - STEP, "deploy")])
    assert made.start == START - 3 * STEP
    assert made.lines[0].path.count("M") == 2
    assert made.lines[0].left == made.judged == pytest.approx((LEFT + RIGHT) / 2)
    assert [moment.at for moment in made.moments] == [pytest.approx(LEFT + (RIGHT - LEFT) / 3)]
    other = drawn(a_trace(8, 8, 8), earlier=[a_trace(5, 5, side=Arm.CANARY, start=START - 3 * STEP)])
    assert other.lines[0].path.count("M") == 1


def test_a_moment_just_before_what_is_judged_is_in_the_picture_and_one_long_before_is_not() -> None:
    values = [8.0] * 20
    near = drawn(a_trace(*values), moments=[(START - STEP, "deploy")])
    assert (near.start, near.moments[0].at) == (START - STEP, LEFT)
    assert LEFT < near.judged < LEFT + 40
    far = drawn(a_trace(*values), moments=[(START - 3 * STEP, "deploy")])
    assert (far.start, far.moments) == (START, ())


def test_without_any_value_there_is_no_picture() -> None:
    assert chart([a_trace(None, None)], shape=Shape.PER, from_zero=True, levels={}) is None
    assert chart([], shape=Shape.PER, from_zero=True, levels={}) is None


def test_an_arm_without_a_value_has_no_line() -> None:
    made = drawn(a_trace(1, 2), a_trace(None, None, side=Arm.CANARY))
    assert [line.arm for line in made.lines] == [Arm.BASELINE]


def test_windows_of_different_grids_lie_after_each_other() -> None:
    made = drawn(
        a_trace(*[1.0] * 10, start=START - 20 * STEP, step=2 * STEP),
        a_trace(*[2.0] * 20, side=Arm.CANARY),
        moments=((START, "deploy"),),
    )
    before, after = made.lines
    middle = (LEFT + RIGHT) / 2
    assert [before.left, before.right] == pytest.approx([LEFT, middle])
    assert [after.left, after.right] == pytest.approx([middle, RIGHT])
    assert [moment.label for moment in made.moments] == ["deploy"]
    assert made.moments[0].at == pytest.approx(middle)


def test_a_moment_outside_the_picture_is_not_marked() -> None:
    outside = ((START - STEP, "deploy"), (START + 2 * STEP, "end"))
    assert drawn(a_trace(1, 2), moments=outside).moments == ()


def test_the_label_of_a_late_moment_is_on_its_left() -> None:
    early, late = drawn(a_trace(*[1.0] * 10), moments=((START, "a"), (START + 9 * STEP, "b"))).moments
    assert (early.anchor, late.anchor) == ("start", "end")


def test_the_bound_is_in_the_picture_with_the_harm_beyond_it() -> None:
    rise = drawn(a_trace(1, 1), bounds=(Level(value=3, worse_above=True),)).limits[0]
    assert TOP <= rise.at < BOTTOM
    assert (rise.top, rise.bottom) == (TOP, rise.at)
    drop = drawn(a_trace(3, 3), bounds=(Level(value=1, worse_above=False),)).limits[0]
    assert (drop.top, drop.bottom) == (drop.at, BOTTOM)


def test_the_label_of_a_bound_stays_in_the_field() -> None:
    for value, above in ((1.0, True), (0.0, False), (0.01, False), (1.0, False), (0.0, True)):
        limit = drawn(a_trace(0, 1), bounds=(Level(value=value, worse_above=above),)).limits[0]
        assert TOP - 8 <= limit.label_at <= BOTTOM + 14, (value, above)


def test_a_level_has_a_band_that_is_cut_to_the_field() -> None:
    levels = {Arm.BASELINE: Interval(point=1, low=0.5, high=9), Arm.CANARY: Interval(point=2, low=None, high=3)}
    made = drawn(a_trace(1, 1), a_trace(2, 2, side=Arm.CANARY), levels=levels)
    assert made.lines[0].band is not None
    assert made.lines[0].band[0] == TOP
    assert made.lines[0].band[1] < BOTTOM
    assert made.lines[1].band is None
    first, second = (line.level for line in made.lines)
    assert first is not None
    assert second is not None
    assert first > second


def test_loads_begin_at_zero_and_a_hit_rate_does_not() -> None:
    assert drawn(a_trace(0.99, 0.98), shape=Shape.SHARE).low == 0
    zoomed = drawn(a_trace(0.99, 0.98), shape=Shape.SHARE, from_zero=False)
    assert 97 < zoomed.low < 98
    assert 99 < zoomed.high <= 100
    assert zoomed.unit == "%"


def test_nothing_but_zeros_has_an_axis_that_can_be_read() -> None:
    assert [tick.label for tick in drawn(a_trace(0, 0)).values] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert drawn(a_trace(0, 0), shape=Shape.SHARE, from_zero=False).high == 1


def test_no_share_axis_goes_beyond_all() -> None:
    assert drawn(a_trace(0.2, 1.0), shape=Shape.SHARE, from_zero=False).high == 100


def test_short_times_are_in_milliseconds_and_long_ones_in_seconds() -> None:
    assert drawn(a_trace(0.004, 0.9), shape=Shape.SECONDS).unit == "ms"
    assert drawn(a_trace(0.004, 1.2), shape=Shape.SECONDS).unit == "s"


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 0.041, ["0.00", "0.01", "0.02", "0.03", "0.04"]),
        (97.3, 99.6, ["97.5", "98.0", "98.5", "99.0", "99.5"]),
        (0, 1234, ["0", "500", "1,000"]),
        (0, 5, ["0", "1", "2", "3", "4", "5"]),
        (-1, 1, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (0, 3e-9, ["0", "1e-09", "2e-09", "3e-09"]),
        (0, 2.5e8, ["0", "5e+07", "1e+08", "1.5e+08", "2e+08", "2.5e+08"]),
    ],
)
def test_values_are_marked_at_round_numbers(low: float, high: float, labels: list[str]) -> None:
    assert [label for _, label in steps(low, high)] == labels


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (10 * 60_000, ["09:12", "09:14", "09:16", "09:18", "09:20"]),
        (45_000, ["09:11:00", "09:11:10", "09:11:20", "09:11:30", "09:11:40"]),
        (6 * HOUR, ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]),
        (4 * DAY, ["day 2", "day 3", "day 4", "day 5"]),
        (400 * DAY, ["day 60", "day 127", "day 194", "day 261", "day 328", "day 395"]),
    ],
)
def test_times_are_marked_at_round_times_of_the_clock(length: int, labels: list[str]) -> None:
    assert [label for _, label in times(START, START + length)] == labels


def test_no_time_label_leaves_the_picture() -> None:
    for count in range(1, 60):
        for tick in drawn(a_trace(*[1.0] * count)).times:
            assert tick.at - 4.6 * len(tick.label) > LEFT - 8
            assert tick.at + 4.6 * len(tick.label) < WIDTH


def test_coordinates_are_short() -> None:
    assert [short(number) for number in (12.0, 12.04, 12.26, 0.0)] == ["12", "12", "12.3", "0"]
    assert path([(0, 1.234, 5.0), (1, 2.0, 6.789)]) == "M1.2,5L2,6.8"


numbers_of_any_size = st.floats(min_value=0, max_value=1e200, allow_nan=False)


@given(values=st.lists(st.none() | numbers_of_any_size, min_size=1, max_size=20), bound=numbers_of_any_size)
def test_whatever_the_values_are_all_is_inside_the_picture(values: list[float | None], bound: float) -> None:
    for shape in Shape:
        for from_zero in (True, False):
            made = chart(
                [a_trace(*values)],
                shape=shape,
                from_zero=from_zero,
                levels={Arm.BASELINE: Interval(point=bound, low=None, high=bound)},
                bounds=(Level(value=bound, worse_above=True),),
            )
            if made is None:
                assert all(value is None for value in values)
                continue
            assert isfinite(made.low)
            assert isfinite(made.high)
            assert made.low < made.high
            assert 1 <= len(made.values) <= 12
            assert all(TOP <= tick.at <= BOTTOM for tick in made.values)
            assert all(TOP <= limit.at <= BOTTOM for limit in made.limits)
            for point in made.lines[0].path.replace("M", "L").split("L")[1:]:
                x, y = (float(part) for part in point.removesuffix("h0").split(","))
                assert LEFT <= x <= RIGHT
                assert TOP <= y <= BOTTOM


def test_a_very_uncertain_level_has_no_band() -> None:
    levels = {Arm.BASELINE: Interval(point=1, low=0.5, high=11), Arm.CANARY: Interval(point=2, low=0.1, high=3)}
    made = drawn(a_trace(1, 1), a_trace(2, 2, side=Arm.CANARY), levels=levels)
    assert [line.band for line in made.lines] == [None, None]
