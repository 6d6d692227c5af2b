"""Why: what was counted in every view in, the causes and the answers to the three questions out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from canary_guard.judge.causes import Seen, causes, questions
from canary_guard.model.cause import Cause, Question
from canary_guard.model.estimate import Estimate, Estimated
from canary_guard.model.finding import StrataEstimates
from canary_guard.model.measure import Scale
from canary_guard.model.measurement import Measurement
from canary_guard.model.plan import Cache, Plan
from canary_guard.model.recipe import available, needs
from canary_guard.model.rule import ChangeCondition, Leaf, leaves
from canary_guard.model.window import View
from canary_guard.sources.queries import asked_keys
from canary_guard.stats.context import cache_exposure, cold_start, mix, traffic
from canary_guard.stats.counting import Counted
from canary_guard.stats.warming import Warming
from canary_guard.views import Change, estimates_of


def explain(
    plan: Plan, counted: Counted, warm: Warming, estimates: Sequence[Estimated], strata: Sequence[StrataEstimates]
) -> tuple[tuple[Cause, ...], tuple[Question, ...]]:
    """The causes, ranked, and the questions; `estimates` and `strata` are those of the run's own comparison."""
    seen = Seen(
        views=_views(plan, counted, warm, [_as_it_stands(one) for one in estimates]),
        strata=strata,
        levels=plan.levels,
        step=warm.whole.canary.grid.step,
    )
    return causes(plan.explanations.causes, seen), questions(plan.explanations.questions, seen)


def conditions(plan: Plan) -> tuple[Leaf, ...]:
    """All that causes and questions are held against."""
    trees = [
        *(condition for one in plan.explanations.causes for condition in (one.likely, one.ruled_out)),
        *(condition for one in plan.explanations.questions for condition in (one.yes, one.no)),
    ]
    return tuple(dict.fromkeys(leaf for tree in trees for leaf in leaves(tree)))


def _as_it_stands(estimated: Estimated) -> Estimated:
    """A cause asks what is, not what a cold cache is heading for."""
    return replace(estimated, recovery=None) if isinstance(estimated, Estimate) else estimated


def _views(
    plan: Plan, counted: Counted, warm: Warming, estimates: Sequence[Estimated]
) -> Mapping[View | None, Sequence[Estimated]]:
    """By view; where there are no arms, the baseline before and after is the fleet's."""
    rates = [one for one in estimates if one.measure == "miss_rate" and one.scale is Scale.RATIO]
    own = [
        *estimates,
        *map(mix, rates),
        cold_start(warm.found, warm.whole.comparison),
        traffic(warm.whole),
        cache_exposure(warm.whole, shared=plan.cache is Cache.SHARED),
    ]
    found: dict[View | None, Sequence[Estimated]] = {None: own}
    for view in (View.BASELINE, View.FLEET):
        there = view if view in counted.views else View.FLEET
        measurement = counted.views.get(there)
        if measurement is not None:
            found[view] = own if there is counted.main else _estimates(plan, measurement, view)
    return found


def _estimates(plan: Plan, measurement: Measurement, view: View) -> Sequence[Estimated]:
    """What the causes ask of a view, as far as the configuration has the signals."""
    asked = [leaf for leaf in conditions(plan) if isinstance(leaf, ChangeCondition) and leaf.view is view]
    wanted = dict.fromkeys((leaf.measure, leaf.scale) for leaf in asked)
    return [traffic(measurement), *estimates_of(plan, _known(plan, wanted), measurement)]


def _known(plan: Plan, wanted: Iterable[Change]) -> Iterable[Change]:
    keys = available(asked_keys(plan))
    for name, scale in wanted:
        needed = needs(name, cost=plan.cost, db_load=plan.db_load)
        if needed is not None and needed <= keys:
            yield name, scale
