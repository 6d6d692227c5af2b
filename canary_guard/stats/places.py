"""Places: which series of which readings make up one side of a comparison."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.plan import Plan
from canary_guard.model.series import Reading, Series
from canary_guard.model.signal import Scope
from canary_guard.model.window import Arm, Grid, Period, View, Windows

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


def places(plan: Plan, windows: Windows, view: View) -> tuple[Place, Place] | None:
    """The two sides of a view; None where it needs a window before the deploy and there is none.

    The fleet is both arms together if there are any, else everything.
    """
    if view is View.ARMS:
        return _arms(plan, Period.AFTER, windows.after)
    if windows.before is None:
        return None
    match view:
        case View.ARMS_BEFORE:
            return _arms(plan, Period.BEFORE, windows.before)
        case View.BASELINE:
            (before, _), (after, _) = (
                _arms(plan, Period.BEFORE, windows.before),
                _arms(plan, Period.AFTER, windows.after),
            )
            return before, after
        case View.FLEET:
            return _fleet(plan, windows.before, windows.after)
        case _ as never:
            assert_never(never)


def _arms(plan: Plan, period: Period, grid: Grid) -> tuple[Place, Place]:
    before = " before the deploy" if period is Period.BEFORE else ""
    baseline, canary = (
        Place(name=f"the {arm.value}{before}", period=period, grid=grid, arms=frozenset({arm}), unit=plan.unit)
        for arm in (Arm.BASELINE, Arm.CANARY)
    )
    return baseline, canary


def _fleet(plan: Plan, before: Grid, after: Grid) -> tuple[Place, Place]:
    arms: frozenset[Arm | None] = BOTH if plan.select.baseline or plan.select.canary else frozenset({None})
    earlier, later = (
        Place(name=f"the window {period.value} the deploy", period=period, grid=grid, arms=arms, unit=plan.unit)
        for period, grid in ((Period.BEFORE, before), (Period.AFTER, after))
    )
    return earlier, later
