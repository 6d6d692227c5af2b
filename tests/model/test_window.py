import pytest

from canary_guard.model.window import Grid, Period, Windows


def test_a_grid_has_one_edge_more_than_intervals() -> None:
    grid = Grid(start=30_000, end=75_000, step=15_000)
    assert grid.intervals == 3
    assert list(grid.edges) == [30_000, 45_000, 60_000, 75_000]


def test_an_empty_grid_has_one_edge() -> None:
    grid = Grid(start=30_000, end=30_000, step=15_000)
    assert grid.intervals == 0
    assert list(grid.edges) == [30_000]


@pytest.mark.parametrize(("start", "end", "step"), [(1, 2, 0), (10, 40, 15), (15, 40, 15), (30, 15, 15), (15, 30, -15)])
def test_edges_off_the_step_or_out_of_order_are_refused(start: int, end: int, step: int) -> None:
    with pytest.raises(ValueError, match="not a grid"):
        Grid(start=start, end=end, step=step)


def test_windows_give_the_grid_of_a_period() -> None:
    after = Grid(start=30, end=60, step=15)
    windows = Windows(after=after, before=None, deploy_time=None, scrape_interval=15)
    assert windows.grid(Period.AFTER) is after
    assert windows.grid(Period.BEFORE) is None
