"""The change of a ratio as a difference: `canary - baseline`, in the measure's own unit (statistics.md, section 5)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Candidate, Method
from canary_guard.stats.change import Change, Floor, spread_of
from canary_guard.stats.ends import Ends, mover
from canary_guard.stats.influence import denominator, numerator, plain_influence
from canary_guard.stats.proportions import newcombe, proportion_variance
from canary_guard.stats.refusal import Refusal, fewer_than, untimed
from canary_guard.stats.small_counts import poisson_rate

if TYPE_CHECKING:
    from canary_guard.model.recipe import Recipe
    from canary_guard.stats.alignment import Aligned, Pair


def difference_of_proportions(pair: Pair, recipe: Recipe) -> Change:
    """The change of a share of trials (hits of lookups, errors of requests); there are trials in both arms.

    A count of 0 is as good as any other.
    """
    over, under = numerator(recipe), denominator(recipe)
    successes = (pair.baseline.total(over), pair.canary.total(over))
    trials = (pair.baseline.total(under), pair.canary.total(under))
    floor = Floor(
        method=Method.COUNTS,
        ends=partial(_newcombe_ends, successes=successes, trials=trials),
        variance=proportion_variance(events=successes[0], trials=trials[0])
        + proportion_variance(events=successes[1], trials=trials[1]),
    )
    return _difference(pair, recipe, floor=floor, limit=1.0)


def difference_of_means(pair: Pair, recipe: Recipe, *, fewest: float) -> Change | Refusal:
    """The change of a mean or of a rate that is no proportion; the sums that divide are above 0 in both arms.

    A mean needs `fewest` events in both arms. A rate of events does not: where they are few, the interval of small
    counts takes the place of one that would vanish with them.
    """
    over, under = numerator(recipe), denominator(recipe)
    sums = (pair.baseline.total(over), pair.canary.total(over))
    exposure = (pair.baseline.total(under), pair.canary.total(under))
    events = (pair.baseline.total(recipe.events), pair.canary.total(recipe.events))
    refused = untimed(over, under, baseline=sums[0], canary=sums[1])
    if refused is not None:
        return refused
    if min(events) >= fewest:
        noise = sum((sums[arm] / exposure[arm]) ** 2 / events[arm] for arm in (0, 1))
        return _difference(pair, recipe, noise=Candidate(method=Method.COUNTS, variance=noise, degrees=None))
    if recipe.events != over:
        return fewer_than(fewest, recipe.events, baseline=events[0], canary=events[1])
    return _difference(
        pair, recipe, floor=Floor(method=Method.COUNTS, ends=partial(_rate_ends, events=events, exposure=exposure))
    )


def _difference(
    pair: Pair,
    recipe: Recipe,
    *,
    noise: Candidate | None = None,
    floor: Floor | None = None,
    limit: float | None = None,
) -> Change:
    over, under = numerator(recipe), denominator(recipe)

    def level(arm: Aligned) -> float:
        return arm.total(over) / arm.total(under)

    spread, alike, notes = spread_of(
        baseline=plain_influence(pair.baseline, over=over, under=under),
        weights_baseline=pair.baseline.values[under].sum(axis=1),
        canary=plain_influence(pair.canary, over=over, under=under),
        weights_canary=pair.canary.values[under].sum(axis=1),
        paired=pair.paired,
    )
    return Change(
        point=level(pair.canary) - level(pair.baseline),
        spread=spread if noise is None else (*spread, noise),
        floor=floor,
        alike=alike,
        limit=limit,
        notes=notes,
        events_baseline=pair.baseline.total(recipe.events),
        events_canary=pair.canary.total(recipe.events),
    )


def _newcombe_ends(alpha: float, *, successes: tuple[float, float], trials: tuple[float, float]) -> Ends:
    """Baseline first."""
    return newcombe(
        events_baseline=successes[0],
        trials_baseline=trials[0],
        events_canary=successes[1],
        trials_canary=trials[1],
        alpha=alpha,
    )


def _rate_ends(alpha: float, *, events: tuple[float, float], exposure: tuple[float, float]) -> Ends:
    """Baseline first."""
    rates = [
        poisson_rate(events=count, exposure=total, alpha=alpha) for count, total in zip(events, exposure, strict=True)
    ]
    # A rate cannot fall below 0, even where no event gives it a lower end.
    baseline, canary = (Ends(low=rate.low or 0.0, high=rate.high) for rate in rates)
    return mover(
        baseline=events[0] / exposure[0],
        baseline_ends=baseline,
        canary=events[1] / exposure[1],
        canary_ends=canary,
    )
