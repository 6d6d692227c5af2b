"""The change of a log-linear measure as a ratio: `theta = ln(canary / baseline)` (statistics.md, sections 2 to 4)."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from canary_guard.model.estimate import Candidate, Method
from canary_guard.model.recipe import Noise
from canary_guard.stats.change import Change, Floor, spread_of
from canary_guard.stats.ends import Ends, logarithm
from canary_guard.stats.influence import denominator, log_influence, numerator
from canary_guard.stats.refusal import Refusal, fewer_than, none_in_either_arm, untimed
from canary_guard.stats.small_counts import conditional_ratio, overdispersion

if TYPE_CHECKING:
    from canary_guard.model.recipe import Recipe
    from canary_guard.stats.alignment import Pair


def log_ratio(pair: Pair, recipe: Recipe, *, fewest: float) -> Change | Refusal:
    """The change of a measure on the log scale, or why there is none.

    The sums of all signals but the first numerator are above 0 in both arms. With fewer than `fewest` events in one
    arm of an exact measure, small counts alone are looked at (thin).
    """
    over = numerator(recipe)
    counts = (pair.baseline.total(over), pair.canary.total(over))
    if max(counts) <= 0:
        return none_in_either_arm(over)
    events = (pair.baseline.total(recipe.events), pair.canary.total(recipe.events))
    exact = recipe.noise is Noise.EXACT and recipe.events == over
    if min(events) < fewest and not (exact and max(events) >= fewest):
        return fewer_than(fewest, recipe.events, baseline=events[0], canary=events[1])
    if min(events) < fewest or min(counts) <= 0:
        return _thin(pair, over=over, under=denominator(recipe), fewest=fewest)
    return _log_linear(pair, recipe, exact=exact)


def _log_linear(pair: Pair, recipe: Recipe, *, exact: bool) -> Change:
    """With enough events in both arms."""
    under = denominator(recipe)
    spread, alike, notes = spread_of(
        baseline=log_influence(pair.baseline, recipe),
        weights_baseline=pair.baseline.values[under].sum(axis=1),
        canary=log_influence(pair.canary, recipe),
        weights_canary=pair.canary.values[under].sum(axis=1),
        paired=pair.paired,
    )
    events = (pair.baseline.total(recipe.events), pair.canary.total(recipe.events))
    noise = 1 / events[0] + 1 / events[1]
    floor = None
    if exact:
        ends = partial(
            _log_ends,
            events=events,
            exposure=(pair.baseline.total(under), pair.canary.total(under)),
        )
        floor = Floor(method=Method.EXACT, ends=ends, variance=noise)
    else:
        spread = (*spread, Candidate(method=Method.COUNTS, variance=noise, degrees=None))
    return Change(
        point=sum(
            term.power * (math.log(pair.canary.total(term.signal)) - math.log(pair.baseline.total(term.signal)))
            for term in recipe.terms
        ),
        spread=spread,
        floor=floor,
        alike=alike,
        notes=notes,
        events_baseline=events[0],
        events_canary=events[1],
    )


def _thin(pair: Pair, *, over: str, under: str, fewest: float) -> Change | Refusal:
    """Few events in one arm: their exact interval, with the other arm's overdispersion."""
    events = (pair.baseline.total(over), pair.canary.total(over))
    refused = untimed(over, under, baseline=events[0], canary=events[1])
    if refused is not None:
        return refused
    if max(events) < fewest:
        return fewer_than(fewest, over, baseline=events[0], canary=events[1])
    exposure = (pair.baseline.total(under), pair.canary.total(under))
    larger = pair.baseline if events[0] > events[1] else pair.canary
    kappa = overdispersion(larger.values[over].sum(axis=0), larger.values[under].sum(axis=0))
    scaled = (events[0] / kappa, events[1] / kappa)
    point = None
    if min(events) > 0:
        point = math.log(events[1]) - math.log(events[0]) + math.log(exposure[0]) - math.log(exposure[1])
    return Change(
        point=point,
        floor=Floor(method=Method.EXACT, ends=partial(_log_ends, events=scaled, exposure=exposure)),
        thin=True,
        events_baseline=events[0],
        events_canary=events[1],
    )


def _log_ends(alpha: float, *, events: tuple[float, float], exposure: tuple[float, float]) -> Ends:
    """Baseline first."""
    ends = conditional_ratio(
        events_baseline=events[0],
        exposure_baseline=exposure[0],
        events_canary=events[1],
        exposure_canary=exposure[1],
        alpha=alpha,
    )
    return Ends(low=logarithm(ends.low), high=logarithm(ends.high))
