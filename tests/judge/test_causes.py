from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from canary_guard.judge.causes import Seen, causes, questions
from canary_guard.model.cause import CausePattern, CauseStatus, QuestionId, QuestionPattern, Reply
from canary_guard.model.estimate import Estimated, Levels, StratumEstimate
from canary_guard.model.finding import Outcome, StrataEstimates
from canary_guard.model.rule import All, Condition, Not
from canary_guard.model.window import View
from tests.builders import STEP, an_estimate, drops, in_any_stratum, no_estimate, rises

MISSES, LOAD = rises("miss_rate", "25%"), rises("db_load_per_request", "15%")
BEFORE = replace(MISSES, view=View.BASELINE)
ROSE = an_estimate("miss_rate", theta=0.8, half=0.1)
FLAT = an_estimate("miss_rate", theta=0.0, half=0.05)
OPEN = an_estimate("miss_rate", theta=0.1, half=0.9)
LOOKS_BAD = an_estimate("miss_rate", theta=0.6, half=0.9)


def seen(
    own: Sequence[Estimated] = (), *, strata: Sequence[StrataEstimates] = (), **views: Sequence[Estimated]
) -> Seen:
    found: Mapping[View | None, Sequence[Estimated]] = {None: own, **{View(name): one for name, one in views.items()}}
    return Seen(views=found, strata=strata, levels=Levels(), step=STEP)


def a_cause(likely: Condition = MISSES, ruled_out: Condition | None = None, id: str = "x") -> CausePattern:  # noqa: A002 - the record's own field name
    return CausePattern(id=id, title=f"{id}?", likely=likely, ruled_out=ruled_out or Not(part=likely), advice="Look.")


@pytest.mark.parametrize(
    ("estimate", "status"),
    [(ROSE, CauseStatus.LIKELY), (FLAT, CauseStatus.RULED_OUT), (OPEN, CauseStatus.POSSIBLE)],
)
def test_exceeded_is_likely_within_is_ruled_out_and_the_rest_possible(estimate: Estimated, status: CauseStatus) -> None:
    (found,) = causes([a_cause()], seen([estimate]))
    assert (found.id, found.title, found.status, found.advice) == ("x", "x?", status, "Look.")


def test_what_was_not_measured_is_possible_and_says_so() -> None:
    for nothing in ([], [no_estimate("miss_rate")]):
        (found,) = causes([a_cause()], seen(nothing))
        assert found.status is CauseStatus.POSSIBLE
        assert [(one.finding.outcome, one.change) for one in found.evidence] == [(Outcome.UNDETERMINED, None)]


def test_the_evidence_is_told_in_numbers() -> None:
    (found,) = causes([a_cause()], seen([ROSE]))
    (evidence,) = found.evidence
    assert (evidence.baseline, evidence.canary, evidence.change) == (ROSE.baseline.point, ROSE.canary.point, 0.8)
    assert (evidence.scale, evidence.finding.condition) == (MISSES.scale, MISSES)


def test_where_no_pattern_was_counted_the_total_is_no_evidence_of_any() -> None:
    (found,) = causes([a_cause(in_any_stratum(drops("hit_rate", "5pp")))], seen([an_estimate("hit_rate", theta=0.0)]))
    assert found.status is CauseStatus.POSSIBLE
    assert [one.known for one in found.evidence] == [False]


def test_a_view_is_looked_at_by_itself() -> None:
    pattern = a_cause(BEFORE)
    assert causes([pattern], seen([FLAT], baseline=[ROSE]))[0].status is CauseStatus.LIKELY
    assert causes([pattern], seen([ROSE], baseline=[FLAT]))[0].status is CauseStatus.RULED_OUT
    assert causes([pattern], seen([ROSE]))[0].status is CauseStatus.POSSIBLE


def test_likely_stands_over_ruled_out() -> None:
    pattern = a_cause(MISSES, Not(part=BEFORE))
    assert causes([pattern], seen([ROSE], baseline=[FLAT]))[0].status is CauseStatus.LIKELY


def test_the_likely_first_then_what_has_most_of_what_it_needs() -> None:
    half = All(parts=(MISSES, LOAD))
    patterns = [
        a_cause(Not(part=MISSES), MISSES, id="out"),
        a_cause(LOAD, id="nothing-known"),
        a_cause(half, id="half-known"),
        a_cause(id="second"),
        a_cause(id="third"),
    ]
    found = causes(patterns, seen([ROSE]))
    assert [one.id for one in found] == ["second", "third", "half-known", "nothing-known", "out"]
    assert causes([a_cause(LOAD), a_cause(id="looks-bad")], seen([LOOKS_BAD]))[0].id == "looks-bad"


def test_a_pattern_is_told_by_its_numbers() -> None:
    condition = replace(drops("hit_rate", "5pp"), any_stratum=True)
    collapsed = an_estimate("hit_rate", baseline=0.9, canary=0.4, theta=-0.5, half=0.05)
    strata = StrataEstimates(
        condition=condition,
        strata=(
            StratumEstimate(
                stratum="stock", members=("stock",), share_baseline=1, share_canary=1, estimate=collapsed, p=1e-9
            ),
        ),
    )
    (found,) = causes([a_cause(condition)], seen(strata=[strata]))
    assert found.status is CauseStatus.LIKELY
    assert [(one.finding.stratum, one.change) for one in found.evidence] == [("stock", -0.5)]


@pytest.mark.parametrize(("estimate", "reply"), [(ROSE, Reply.YES), (FLAT, Reply.NO), (OPEN, Reply.UNCLEAR)])
def test_questions_are_answered_yes_no_or_not(estimate: Estimated, reply: Reply) -> None:
    patterns = [
        QuestionPattern(id=QuestionId.CACHE, yes=MISSES, no=Not(part=MISSES)),
        QuestionPattern(id=QuestionId.LOAD, yes=LOAD, no=Not(part=LOAD)),
    ]
    found = questions(patterns, seen([estimate]))
    assert [(one.id, one.reply) for one in found] == [(QuestionId.CACHE, reply), (QuestionId.LOAD, Reply.UNCLEAR)]
    assert found[0].evidence[0].change == estimate.change.point if isinstance(estimate, type(ROSE)) else False
