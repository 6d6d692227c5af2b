"""What a window can prove, and how long one must be to settle what is undetermined (statistics.md, section 14)."""

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, floor, sqrt
from typing import Final

from canary_guard.judge.bounds import Limit, limit_of, towards
from canary_guard.model.estimate import Candidate, Estimate, Interval, Levels, Method, NoEstimate, Undetermined
from canary_guard.model.measure import Scale
from canary_guard.model.power import Ability
from canary_guard.model.rule import ChangeCondition, Direction, Rule

FEWEST_INTERVALS: Final = 8
"""No variance is told from fewer."""
POWER: Final = 0.8
"""With which probability a change that lies beyond its bound by the margin is proved to."""
LONGEST_WAIT: Final = 86_400_000
"""ms: a day; a rollout that had to wait longer has no use for the number"""


def margin(variance: float, degrees: float | None, *, alpha: float) -> float:
    """How far from its bound a change must lie for a proof at one-sided `alpha` to succeed with POWER.

    `degrees` None is infinite. The smallest detectable change is the bound plus this.
    """
    from scipy.special import ndtri, stdtrit

    quantiles = [ndtri(p) if degrees is None else stdtrit(degrees, p) for p in (1 - alpha, POWER)]
    return float(sum(quantiles)) * sqrt(variance)


def time_to_settle(estimate: Estimate, *, direction: Direction, limit: Limit, levels: Levels, step: int) -> int | None:
    """ms of further window after which the change would be proved beyond its bound, or inside it, if it stays as it is.

    None where no window of a day would do (what pods differ by does not shrink with time), and where nothing is known
    to reckon with: an arm without events.
    """
    lengths = range(estimate.intervals + 1, estimate.intervals + LONGEST_WAIT // step + 1)
    found = _shortest(estimate, towards(estimate.change, direction), limit, levels=levels, lengths=lengths)
    return None if found is None else (found - estimate.intervals) * step


def ability(rule: Rule, condition: ChangeCondition, estimate: Estimate, *, levels: Levels, step: int) -> Ability | None:
    """What a window like this one can prove of a condition; None where its bound means nothing. `step` in ms."""
    limit = limit_of(condition, indifference=levels.indifference)
    if limit is None:
        return None
    change = towards(estimate.change, condition.direction)
    candidates = _candidates(estimate, change, beyond=True, alpha=levels.alpha)
    unchanged = Interval(
        point=0.0,
        low=None if change.low is None or change.point is None else change.low - change.point,
        high=None if change.high is None or change.point is None else change.high - change.point,
    )
    lengths = range(max(FEWEST_INTERVALS, levels.minimum.intervals), LONGEST_WAIT // step + 1)
    needed = _shortest(estimate, unchanged, limit, levels=levels, lengths=lengths)
    smallest = limit.bound + _widest(candidates, alpha=levels.alpha) if candidates else None
    signed = -1 if condition.direction is Direction.DROPS else 1
    return Ability(
        rule=rule.id,
        measure=condition.measure,
        direction=condition.direction,
        bound=condition.bound.text,
        scale=condition.scale,
        smallest=None if smallest is None else signed * smallest,
        window=estimate.intervals * step,
        needed=None if needed is None else needed * step,
        by_pods=estimate.method is Method.UNITS,
    )


def _shortest(estimate: Estimate, change: Interval, limit: Limit, *, levels: Levels, lengths: range) -> int | None:
    """The first of these numbers of intervals in which a change, as the estimate's noise has it, would be proved."""
    if change.point is None:
        return None
    beyond = change.point > limit.bound
    candidates = _candidates(estimate, change, beyond=beyond, alpha=levels.alpha)
    shortest = 0.0
    if estimate.thin and not beyond:
        fewest = min(estimate.events_baseline, estimate.events_canary)
        if fewest <= 0:
            return None
        shortest = estimate.intervals * levels.minimum.misses / fewest
    if not candidates:
        return None
    ways = _ways(change.point, limit, levels)
    counts = sum(candidate.variance for candidate in candidates if candidate.method is Method.COUNTS)

    def settles(intervals: int) -> bool:
        later = [_at(candidate, estimate.intervals, intervals, counts) for candidate in candidates]
        return intervals >= shortest and any(
            all(gap >= _widest(later, alpha=alpha) for gap, alpha in demands) for demands in ways
        )

    place = bisect_left(lengths, True, key=settles)
    return lengths[place] if place < len(lengths) else None


def time_to_estimate(nothing: NoEstimate, *, limit: Limit | None, levels: Levels, step: int) -> int | None:
    """ms of further window after which there would be an estimate: of a ratio, one that can prove it within its limit.

    None where what is too little was not counted or is nothing at all, where a day would not do, and where more time
    is not what is wanting.
    """
    seen = nothing.intervals
    if seen is None or nothing.undetermined is not Undetermined.EXPOSURE:
        return None
    fewest = levels.minimum.intervals
    wanted = max(fewest, seen * (nothing.shortfall or 0))
    if nothing.scale is Scale.RATIO and nothing.events_baseline is not None and nothing.events_canary is not None:
        events = min(nothing.events_baseline, nothing.events_canary)
        if events > 0:
            wanted = max(wanted, seen * _least_events(limit, levels) / events)
        elif seen >= fewest:
            return None
    more = wanted - seen
    return ceil(more) * step if 0 < more <= LONGEST_WAIT / step else None


def _least_events(limit: Limit | None, levels: Levels) -> float:
    """How many events each arm needs, at the least, for a ratio to be proved within its limit (section 14)."""
    if limit is None or limit.bound <= 0:
        return levels.minimum.misses
    from scipy.special import ndtri

    quantile = float(ndtri(1 - levels.alpha_within))
    return max(levels.minimum.misses, 2 * (quantile / limit.bound) ** 2)


def _candidates(estimate: Estimate, change: Interval, *, beyond: bool, alpha: float) -> tuple[Candidate, ...]:
    """The estimate's candidates, and in place of a widest one that is not among them what its interval amounts to."""
    if any(candidate.method is estimate.method for candidate in estimate.candidates):
        return estimate.candidates
    from scipy.special import ndtri

    end = change.low if beyond else change.high
    if end is None or change.point is None:
        return ()
    error = (end - change.point) / float(ndtri(1 - alpha))
    return (*estimate.candidates, Candidate(method=estimate.method, variance=error**2, degrees=None))


def _ways(point: float, limit: Limit, levels: Levels) -> list[list[tuple[float, float]]]:
    """The ways to a proof, each a list of demands: a gap that must be at least the margin at an alpha."""
    if point > limit.bound:
        return [[(point - limit.bound, levels.alpha)]]
    inside = limit.bound - point
    ways = [[(inside, levels.alpha_within)]]
    if limit.zone is not None:
        # The point has only to stay inside: the margin of an even chance and no more.
        ways.append([(limit.zone - point, levels.alpha), (inside, 0.5)])
    return ways


def _at(candidate: Candidate, now: int, later: int, counts: float) -> Candidate:
    """The same candidate in a window of `later` intervals instead of `now`, without autocorrelation.

    Of what lies between units, `counts` is how much chance alone makes of counts as small as these: that shrinks.
    """
    if candidate.method is Method.UNITS:
        chance = min(counts, candidate.variance)
        variance = candidate.variance - chance + chance * now / later
        return Candidate(method=candidate.method, variance=variance, degrees=candidate.degrees)
    degrees = candidate.degrees
    if candidate.method is Method.TIME and degrees is not None:
        degrees = max(degrees, 3, floor(0.60 * later ** (2 / 3) + 0.5))
    return Candidate(method=candidate.method, variance=candidate.variance * now / later, degrees=degrees)


def _widest(candidates: Sequence[Candidate], *, alpha: float) -> float:
    return max(margin(candidate.variance, candidate.degrees, alpha=alpha) for candidate in candidates)
