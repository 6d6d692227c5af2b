"""Counting: a source's answers in, a measurement and the quality of its data out (design, section 7)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import assert_never

from canary_guard.model.measure import MEASURES, needs
from canary_guard.model.measurement import Measurement, Missing, Side
from canary_guard.model.plan import Plan
from canary_guard.model.run import DataQuality
from canary_guard.model.series import Reading
from canary_guard.model.signal import NoData, Scope
from canary_guard.model.window import Comparison, Grid, Period, Windows
from canary_guard.stats.absence import NO_WINDOW_BEFORE, not_side_by_side
from canary_guard.stats.cells import Cell, cell
from canary_guard.stats.places import Place, arms_side_by_side, before_and_after
from canary_guard.stats.quality import quality
from canary_guard.stats.sides import paired


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted in one run."""

    measurement: Measurement
    shared: Measurement | None
    """Side by side only: before and after the deploy, both arms together, where shared signals were asked for."""
    of_shared: frozenset[str]
    """The measures that need a shared signal."""
    quality: DataQuality

    def measurement_of(self, measure: str) -> Measurement:
        """Where a measure is to be estimated: one that needs a shared signal is never compared side by side."""
        return self.shared if self.shared is not None and measure in self.of_shared else self.measurement


def count(readings: Sequence[Reading], *, plan: Plan, comparison: Comparison, windows: Windows) -> Counted:
    """Count the answers to `series_queries`, unit by unit, and pair them.

    Nothing is raised for what a source may answer: what cannot be used stands in a side's `missing`, with the reason.
    """
    match comparison:
        case Comparison.CONCURRENT:
            return _side_by_side(readings, plan, windows)
        case Comparison.BEFORE_AFTER:
            periods = _periods(readings, plan, windows)
            measurement = _measurement(comparison, periods, plan) if periods else _without_before(readings, windows)
            return Counted(
                measurement=measurement, shared=None, of_shared=frozenset(), quality=quality(periods, readings)
            )
        case _ as never:
            assert_never(never)


def _side_by_side(readings: Sequence[Reading], plan: Plan, windows: Windows) -> Counted:
    own = [reading for reading in readings if reading.query.scope is Scope.ARM]
    arms = [_cell(place, own, plan) for place in arms_side_by_side(plan, windows.after)]
    measurement = _measurement(Comparison.CONCURRENT, arms, plan)
    asked_before = {reading.query.key for reading in readings if reading.query.period is Period.BEFORE}
    periods = _periods([reading for reading in readings if reading.query.key in asked_before], plan, windows)
    if not periods:
        measurement = _lacking(measurement, not_side_by_side(plan))
    return Counted(
        measurement=measurement,
        shared=_measurement(Comparison.BEFORE_AFTER, periods, plan) if periods else None,
        of_shared=_needing({reading.query.key for reading in readings if reading.query.scope is Scope.SHARED}, plan),
        quality=quality([*arms, *periods[:1]], readings),
    )


def _periods(readings: Sequence[Reading], plan: Plan, windows: Windows) -> Sequence[Cell]:
    """The cells before and after the deploy; none where nothing can be said about before."""
    if windows.before is None or not readings:
        return ()
    places = before_and_after(plan, before=windows.before, after=windows.after)
    return [_cell(place, readings, plan) for place in places]


def _cell(place: Place, readings: Sequence[Reading], plan: Plan) -> Cell:
    here = [reading for reading in readings if reading.query.period is place.period]
    return cell(place, here, ignored=_ignored(plan))


def _measurement(comparison: Comparison, cells: Sequence[Cell], plan: Plan) -> Measurement:
    baseline, canary = paired(*cells, ignored=_ignored(plan), fewest=plan.levels.minimum.misses)
    return Measurement(comparison=comparison, baseline=baseline, canary=canary)


def _without_before(readings: Sequence[Reading], windows: Windows) -> Measurement:
    after = windows.after
    missing = {reading.query.key: NO_WINDOW_BEFORE for reading in readings}
    empty = Side(
        grid=Grid(start=after.start, end=after.start, step=after.step), signals={}, buckets={}, missing=missing
    )
    return Measurement(comparison=Comparison.BEFORE_AFTER, baseline=empty, canary=replace(empty, grid=after))


def _lacking(measurement: Measurement, missing: Mapping[str, Missing]) -> Measurement:
    baseline, canary = (
        replace(side, missing={**side.missing, **missing}) for side in (measurement.baseline, measurement.canary)
    )
    return replace(measurement, baseline=baseline, canary=canary)


def _needing(keys: AbstractSet[str], plan: Plan) -> frozenset[str]:
    """The measures that need one of these keys."""
    return frozenset(
        name for name in MEASURES if keys & (needs(name, cost=plan.cost, db_load=plan.db_load) or frozenset())
    )


def _ignored(plan: Plan) -> frozenset[str]:
    return frozenset(signal.name for signal in plan.signals if signal.no_data is NoData.IGNORE)
