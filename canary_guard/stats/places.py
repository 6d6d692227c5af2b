"""Places: which series of which readings make up one side of a comparison."""

from collections.abc import Iterator
from dataclasses import dataclass

from canary_guard.model.plan import Plan
from canary_guard.model.series import Reading, Series
from canary_guard.model.signal import Scope
from canary_guard.model.window import Arm, Grid, Period

BOTH = frozenset({Arm.BASELINE, Arm.CANARY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One side of a comparison, before anything is counted."""

    name: str
    """`the canary`, `the window before the deploy`"""
    period: Period
    grid: Grid
    arms: frozenset[Arm | None]
    unit: str
    """The label that tells units apart."""

    def series(self, reading: Reading) -> Iterator[Series]:
        """The series of a reading that belong here."""
        shared = reading.query.scope is Scope.SHARED
        return (series for series in reading.series if shared or series.arm in self.arms)

    def by_unit(self, reading: Reading) -> bool:
        """Whether the reading tells units apart."""
        return self.unit in reading.split

    def unit_of(self, reading: Reading, series: Series) -> tuple[str, str]:
        """Which unit a series belongs to: its name and its arm; without units, the arm is the unit."""
        name = series.labels[reading.split.index(self.unit)] if self.by_unit(reading) else ""
        return name, series.arm or ""


def arms_side_by_side(plan: Plan, grid: Grid) -> tuple[Place, Place]:
    """Both arms over the same window."""
    baseline, canary = (
        Place(name=f"the {arm.value}", period=Period.AFTER, grid=grid, arms=frozenset({arm}), unit=plan.unit)
        for arm in (Arm.BASELINE, Arm.CANARY)
    )
    return baseline, canary


def before_and_after(plan: Plan, *, before: Grid, after: Grid) -> tuple[Place, Place]:
    """The service before and after the deploy: both arms together if there are any, else everything."""
    arms = BOTH if plan.select.baseline or plan.select.canary else frozenset({None})
    earlier, later = (
        Place(name=f"the window {period.value} the deploy", period=period, grid=grid, arms=arms, unit=plan.unit)
        for period, grid in ((Period.BEFORE, before), (Period.AFTER, after))
    )
    return earlier, later
