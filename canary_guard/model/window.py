"""Times, windows and the grid on which counters are read.

Every time is a whole number of milliseconds since the Unix epoch (UTC), and every duration a whole number of
milliseconds: Prometheus' own resolution, so that edges compare exactly in a recording and on a server.
"""

from dataclasses import dataclass
from enum import StrEnum


class Arm(StrEnum):
    """Which side of a comparison."""

    BASELINE = "baseline"
    CANARY = "canary"


class Period(StrEnum):
    """Which side of the deploy."""

    BEFORE = "before"
    AFTER = "after"


class Comparison(StrEnum):
    """How arms and windows pair."""

    CONCURRENT = "concurrent"
    BEFORE_AFTER = "before-after"
    DIFF_IN_DIFF = "diff-in-diff"


class View(StrEnum):
    """Which two sides are held against each other."""

    ARMS = "arms"
    """the canary against the baseline, since the deploy"""
    ARMS_BEFORE = "arms-before"
    """the same before the deploy: a placebo"""
    BASELINE = "baseline"
    """the baseline since the deploy against before it"""
    FLEET = "fleet"
    """all that is selected since the deploy, against before it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A half-open window `[start, end)` cut into intervals of one step; start and end are multiples of the step."""

    start: int
    """ms since the epoch"""
    end: int
    """ms since the epoch"""
    step: int
    """ms"""

    def __post_init__(self) -> None:
        if self.step <= 0 or self.start % self.step or self.end % self.step or self.end < self.start:
            raise ValueError(f"not a grid: {self.start} to {self.end} by {self.step} ms")

    @property
    def intervals(self) -> int:
        """How many intervals (T); the grid has one edge more."""
        return (self.end - self.start) // self.step

    @property
    def edges(self) -> range:
        """The times of the T + 1 edges, in ms."""
        return range(self.start, self.end + 1, self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The windows of a run: the one that is judged, and the one before the deploy where it is wanted and known."""

    after: Grid
    before: Grid | None
    deploy_time: int | None
    """ms since the epoch"""
    scrape_interval: int
    """ms"""
    notes: tuple[str, ...] = ()
    """What was clipped, rounded or left out, in sentences."""

    def grid(self, period: Period) -> Grid | None:
        """The grid of one period."""
        return self.after if period is Period.AFTER else self.before
