"""Key patterns: a table for each condition that is held in every one of them, the worst pattern first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from canary_guard.model.estimate import Estimate, StratumEstimate
from canary_guard.model.finding import StrataEstimates
from canary_guard.model.measure import MEASURES
from canary_guard.model.run import Run
from canary_guard.reports import absent, bounds, numbers, sentences
from canary_guard.reports.escaping import said
from canary_guard.reports.forest import Forest, forest
from canary_guard.reports.small_charts import SmallChart, small_charts

SHOWN = 12
"""So many key patterns are shown at first."""
_LISTED = 200
"""So many are listed at all: a page has an end."""
_NAMED = 6
"""So many are named in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumRow:
    """One key pattern, or the small ones together."""

    name: str
    share_baseline: str
    share_canary: str
    """Of the lookups."""
    baseline: str
    canary: str
    levels: str
    """Both sides' together: `86.78 → 0.00 %`."""
    change: str
    interval: str
    """Of the change; empty where there is none."""
    reason: str
    """Why there is no change; empty where there is one."""
    note: str
    """Which patterns it is made of; often empty."""
    exceeded: bool
    forest: Forest | None
    forest_label: str
    small: SmallChart | None
    """Of the first ones, both arms over time."""

    @property
    def outcome(self) -> str:
        """For the picture's colour: nothing is said of a pattern that is not proved to be beyond the bound."""
        return "exceeded" if self.exceeded else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrataTable:
    """The key patterns that a condition was held in."""

    measure: str
    bound: str
    rows: tuple[StratumRow, ...]
    scale: str
    """Of the pictures over time, which all have the same; empty without any."""
    unlisted: int
    """How many more there are."""
    only: tuple[str, ...]
    """Which key patterns one side alone has, in sentences."""
    missing: str
    """Why there are none; empty where there are."""


def strata_tables(run: Run) -> tuple[StrataTable, ...]:
    """In the order of the rules."""
    return () if absent.nothing(run) else tuple(_table(found, run) for found in run.strata)


def broken(run: Run) -> tuple[str, ...]:
    """The key patterns that are proved to be beyond a bound, on one line; none if none is."""
    lines = [
        f"{table.measure} of {row.name} {row.levels} ({row.change})"
        for table in strata_tables(run)
        for row in table.rows
        if row.exceeded
    ]
    more = [f"and {len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
    return (f"key patterns beyond their bound: {'; '.join([*lines[:_NAMED], *more])}",) if lines else ()


def _table(found: StrataEstimates, run: Run) -> StrataTable:
    condition = found.condition
    sign = -1 if bounds.worse_above(condition) else 1

    def harm(one: StratumEstimate) -> tuple[bool, float, float]:
        point = one.estimate.change.point if isinstance(one.estimate, Estimate) else None
        size = inf if point is None else sign * point
        return not _exceeded(one, found, run), 1.0 if one.p is None else one.p, size

    worst = sorted(found.strata, key=harm)
    small = small_charts(run, condition.measure, [one.stratum for one in worst[:SHOWN]])
    return StrataTable(
        measure=MEASURES[condition.measure].title,
        bound=sentences.bound(condition),
        rows=tuple(_row(one, found, run, small.by_pattern.get(one.stratum)) for one in worst[:_LISTED]),
        scale=small.scale,
        unlisted=max(0, len(worst) - _LISTED),
        only=tuple(_only(found, run)),
        missing=said(found.missing or ""),
    )


def _exceeded(one: StratumEstimate, found: StrataEstimates, run: Run) -> bool:
    """Whether the whole interval lies beyond the bound, and the family of patterns confirms it."""
    if not isinstance(one.estimate, Estimate) or one.p is None or one.p > run.plan.levels.alpha:
        return False
    change = one.estimate.change
    return bounds.beyond(change.low if bounds.worse_above(found.condition) else change.high, found.condition)


def _row(one: StratumEstimate, found: StrataEstimates, run: Run, small: SmallChart | None) -> StratumRow:
    name, note = sentences.pattern(one.stratum), _note(one)
    shares = numbers.percent(one.share_baseline), numbers.percent(one.share_canary)
    if not isinstance(one.estimate, Estimate):
        none = numbers.UNDEFINED
        return StratumRow(
            name=name,
            share_baseline=shares[0],
            share_canary=shares[1],
            baseline=none,
            canary=none,
            levels=none,
            change=none,
            interval="",
            reason=said(one.estimate.reason),
            note=note,
            exceeded=False,
            forest=None,
            forest_label="",
            small=small,
        )
    estimate, bound = one.estimate, bounds.change_at(found.condition)
    baseline, canary = numbers.estimate_levels(estimate)
    change = numbers.change(estimate, estimate.change.point)
    interval = numbers.change_interval(estimate, estimate.change)
    exceeded = _exceeded(one, found, run)
    words = f"{name}: {change}, {interval or 'without an interval'}; bound: {sentences.bound(found.condition)}"
    return StratumRow(
        name=name,
        share_baseline=shares[0],
        share_canary=shares[1],
        baseline=baseline,
        canary=canary,
        levels=numbers.levels(estimate),
        change=change,
        interval=interval,
        reason="",
        note=note,
        exceeded=exceeded,
        forest=None if bound is None else forest(estimate.change, bound=bound),
        forest_label=words + ("; exceeded" if exceeded else ""),
        small=small,
    )


def _note(one: StratumEstimate) -> str:
    if len(one.members) > 1:
        return f"{len(one.members)} small patterns together: {_named(one.members)}"
    return f"small: {_named(one.members)}" if one.members and one.members != (one.stratum,) else ""


def _only(found: StrataEstimates, run: Run) -> Iterator[str]:
    sides = sentences.sides(run.comparison)
    for side, names in zip(sides, (found.only_baseline, found.only_canary), strict=True):
        if names:
            yield f"{side} only: {_named(names)}"


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(sentences.pattern(name) for name in names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
