"""What changed between two runs: nothing of one and itself; and then and now change places where the runs do."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.check import check_again
from canary_guard.diff import difference
from canary_guard.errors import ConfigError
from canary_guard.model.arrays import frozen
from canary_guard.model.cause import CauseStatus
from canary_guard.model.difference import Difference, Ingredient, MeasureDifference
from canary_guard.model.estimate import Levels
from canary_guard.model.finding import Outcome
from canary_guard.model.run import Run
from tests.builders import a_plan, a_rule, a_run, an_estimate, no_estimate, rises
from tests.recordings import recordings
from tests.reports import runs
from tests.reports.differences import later
from tests.reports.pages import judged as judging
from tests.test_check import judged, plan_of

CHANGES = st.floats(-3, 3).map(lambda theta: round(theta, 3))
BOUNDS = st.sampled_from(["5%", "15%", "x2", "x9"])


@st.composite
def made_runs(draw: st.DrawFn) -> Run:
    """A run of drawn changes, rules and levels, judged by them."""
    run = draw(st.sampled_from(sorted(runs.RUNS)).map(lambda name: runs.RUNS[name]()))
    if draw(st.booleans()):
        run = later(run)
    if draw(st.booleans()):
        return run
    load = draw(st.one_of(CHANGES.map(lambda theta: an_estimate(theta=theta, half=0.2)), st.just(no_estimate())))
    rules = tuple(
        a_rule(name, title=draw(st.sampled_from(["A", "B"])), when=rises("db_load_per_request", draw(BOUNDS)))
        for name in draw(st.lists(st.sampled_from(["one", "two", "three"]), unique=True))
    )
    levels = Levels(alpha=draw(st.sampled_from([0.01, 0.02])))
    return judging(replace(run, plan=replace(run.plan, levels=levels)), rules, (load,))


@given(made_runs())
def test_a_run_and_itself_differ_in_nothing(run: Run) -> None:
    found = difference(run, run)
    assert found.nothing
    assert all(one.moved in (None, 0) for one in found.measures)
    assert all(one.overlap is not False for one in (*found.measures, *found.strata))


@settings(max_examples=50)
@given(made_runs(), made_runs())
def test_then_and_now_change_places_where_the_runs_do(one: Run, other: Run) -> None:
    there, back = difference(one, other, names=("a", "b")), difference(other, one, names=("b", "a"))
    assert (there.then, there.now) == (back.now, back.then)
    assert there.changed == back.changed
    for name in ("question", "answers", "causes", "checks", "circumstances"):
        mirrored = {replace(each, then=each.now, now=each.then) for each in getattr(back, name)}
        assert set(getattr(there, name)) == mirrored
    for name in ("data", "warnings"):
        assert getattr(there, name).then == getattr(back, name).now
    assert {rule.id: (rule.then, rule.now) for rule in there.rules} == {
        rule.id: (rule.now, rule.then) for rule in back.rules
    }
    assert {(rule.id, each.then, each.now, each.overlap) for rule in there.rules for each in rule.conditions} == {
        (rule.id, each.now, each.then, each.overlap) for rule in back.rules for each in rule.conditions
    }
    assert set(map(mirror, back.measures)) == set(there.measures)
    assert set(map(mirror, back.strata)) == set(there.strata)


def mirror(one: MeasureDifference) -> MeasureDifference:
    return replace(one, then=one.now, now=one.then, moved=None if one.moved is None else -one.moved)


def names(found: Difference) -> set[str]:
    return {one.name for one in found.question}


def test_another_question_of_the_same_data_is_told_from_another_answer() -> None:
    run = runs.fail()
    stricter = replace(run, plan=replace(run.plan, levels=Levels(alpha=0.001)))
    assert difference(run, stricter).changed == (Ingredient.QUESTION,)
    assert names(difference(run, stricter)) == {"alpha"}
    assert difference(run, later(run)).changed == (Ingredient.DATA,)
    assert difference(run, later(run)).question == ()
    newer = replace(later(stricter), tool="canary-guard 9")
    assert difference(run, newer).changed == tuple(Ingredient)


def test_the_same_series_read_from_elsewhere_are_the_same_data() -> None:
    run = runs.fail()
    moved = tuple(replace(one, where="elsewhere", text="other") for one in run.queries)
    assert difference(run, replace(run, queries=moved)).changed == ()
    counted = frozen(run.queries[0].series[0].values + 1)
    other = tuple(replace(one, series=(replace(one.series[0], values=counted), one.series[1])) for one in run.queries)
    assert difference(run, replace(run, queries=other)).changed == (Ingredient.DATA,)
    fewer = tuple(replace(one, series=one.series[:1]) for one in run.queries)
    assert difference(run, replace(run, queries=fewer)).changed == (Ingredient.DATA,)


def test_a_window_that_is_longer_by_chance_is_no_other_question() -> None:
    run = runs.fail()
    before = replace(runs.before_after().windows, notes=("clipped",))
    found = difference(run, replace(run, windows=before))
    assert found.question == ()
    assert {one.name for one in found.circumstances} >= {"before the deploy", "about the window"}


def test_a_rule_that_only_one_run_has_is_told_once() -> None:
    run = runs.fail()
    extra = a_rule("extra", when=rises("db_load_per_request", "x9"))
    found = difference(run, judging(run, (*run.plan.rules, extra), run.estimates))
    assert names(found) == {"rules.extra"}
    assert not [one for one in found.circumstances if one.name.startswith("rules.extra")]
    (rule,) = [one for one in found.rules if one.id == "extra"]
    assert rule.then is None
    assert rule.now is not None
    assert rule.now.outcome is Outcome.WITHIN


def test_runs_of_different_services_are_refused() -> None:
    other = a_run(plan=a_plan(service="cart-api"))
    with pytest.raises(
        ConfigError, match=r"today\.json: the runs are of different services, 'shop-api' and 'cart-api'"
    ):
        difference(runs.fail(), other, names=("yesterday.json", "today.json"))


def test_two_recorded_incidents() -> None:
    incident, healthy = (judged(plan_of(recordings()[name])) for name in ("02", "12"))
    found = difference(incident, healthy)
    assert found.changed == (Ingredient.DATA,)
    (rule,) = [one for one in found.rules if one.id == "origin-regression"]
    assert (rule.then and rule.then.outcome, rule.now and rule.now.outcome) == (Outcome.EXCEEDED, Outcome.WITHIN)
    apart = {one.measure for one in found.measures if one.overlap is False}
    assert apart >= {"hit_rate", "miss_rate", "db_load_per_request"}
    causes = {one.id: (one.then, one.now) for one in found.causes}
    assert causes["key-change"][0] is CauseStatus.LIKELY


def test_a_record_judged_again_by_its_own_plan_differs_in_nothing() -> None:
    run = judged(plan_of(recordings()["19"]))
    assert difference(run, check_again(run)).nothing
