"""Counting: a source's answers in, a measurement and the quality of its data out (design, section 7)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from canary_guard.model.measure import MEASURES
from canary_guard.model.measurement import Measurement, Missing, Side
from canary_guard.model.plan import Plan
from canary_guard.model.recipe import needs
from canary_guard.model.run import DataQuality
from canary_guard.model.series import Reading
from canary_guard.model.signal import NoData, Scope
from canary_guard.model.window import Comparison, Grid, View, Windows
from canary_guard.stats.absence import NO_WINDOW_BEFORE, not_side_by_side
from canary_guard.stats.cells import Cell, cell
from canary_guard.stats.places import Place, places
from canary_guard.stats.quality import quality
from canary_guard.stats.sides import paired


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted in one run."""

    views: Mapping[View, Measurement]
    """Those that the windows allow; always the main one."""
    main: View
    of_shared: Mapping[str, Measurement]
    """Where a measure is to be estimated that needs a shared signal: it is never compared side by side."""
    quality: DataQuality

    @property
    def measurement(self) -> Measurement:
        """Of the main comparison."""
        return self.views[self.main]


def count(readings: Sequence[Reading], *, plan: Plan, comparison: Comparison, windows: Windows) -> Counted:
    """Count the answers to `series_queries`, unit by unit, and pair them.

    Nothing is raised for what a source may answer: what cannot be used stands in a side's `missing`, with the reason.
    """
    if comparison is Comparison.BEFORE_AFTER:
        main, wanted = View.FLEET, [View.FLEET]
    else:
        main, wanted = View.ARMS, list(View)
    found = {view: sides for view in wanted if (sides := places(plan, windows, view)) is not None}
    cells: dict[Place, Cell] = {}
    for place in (place for sides in found.values() for place in sides):
        if place not in cells:
            own = [one for one in readings if one.query.scope is Scope.ARM or len(place.arms) > 1 or None in place.arms]
            cells[place] = _cell(place, own, plan)
    views = {view: _measurement(view, [cells[place] for place in sides], plan) for view, sides in found.items()}
    if main not in views:
        views[main] = _without_before(readings, windows)
    if View.FLEET not in views:
        views[main] = _lacking(views[main], not_side_by_side(plan))
    of_shared = _needing({one.query.key for one in readings if one.query.scope is Scope.SHARED}, plan)
    return Counted(
        views=views,
        main=main,
        of_shared=dict.fromkeys(of_shared, views[View.FLEET]) if View.FLEET in views else {},
        quality=quality([cells[place] for place in _told(found, main)], readings),
    )


def _told(found: Mapping[View, tuple[Place, Place]], main: View) -> Sequence[Place]:
    """The places of which the quality is told: those of the main comparison, then the window before the deploy."""
    sides = [place for view in (main, View.ARMS_BEFORE) for place in found.get(view, ())]
    return list(dict.fromkeys(sides))


def _cell(place: Place, readings: Sequence[Reading], plan: Plan) -> Cell:
    here = [reading for reading in readings if reading.query.period is place.period]
    return cell(place, here, ignored=_ignored(plan))


def _measurement(view: View, cells: Sequence[Cell], plan: Plan) -> Measurement:
    beside = view in (View.ARMS, View.ARMS_BEFORE)
    comparison = Comparison.CONCURRENT if beside else Comparison.BEFORE_AFTER
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
