"""Why: the three questions with their answers, and the causes, each with the numbers that it rests on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.cause import Cause, CauseStatus, Evidence, Question, QuestionId, Reply
from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Outcome
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.rule import ChangeCondition
from canary_guard.model.run import Run, Verdict
from canary_guard.model.window import Comparison, View
from canary_guard.reports import absent, numbers, sentences
from canary_guard.reports.escaping import said

_ASKED = {
    QuestionId.LOAD: "Did load increase?",
    QuestionId.DATABASE: "Did the database get slower first?",
    QuestionId.CACHE: "Did the deploy change cache behaviour?",
}
_NOT_MEASURED = "Not measured"
_BETTER = "Not for the worse"
_FELL = -0.1
"""A fall beyond this (log ratio) is a change, too, and `No` would deny it."""
_POSSIBLE = 3
"""So many causes that are only possible are told."""
_MEANINGLESS = frozenset({"mix", "cold_start"})
"""Measures whose levels say nothing beside their change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the three questions, answered."""

    question: str
    reply: str
    """`Yes`, `No`, `Not for the worse`, `Unclear` or `Not measured`"""
    evidence: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """`Yes: database load per request 0.0146 → 0.0308 (x2.10)`."""
        return f"{self.reply}: {'; '.join(self.evidence)}" if self.evidence else self.reply


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """A cause as it is told."""

    id: str
    title: str
    evidence: tuple[str, ...]
    """In numbers; of a cause that is only possible what is missing or open"""
    advice: str

    @property
    def told(self) -> str:
        """`: miss rate 0.85 → 1.91 % (x2.24)`; nothing without evidence."""
        return f": {'; '.join(self.evidence)}" if self.evidence else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """What may lie behind the verdict."""

    heading: str
    likely: tuple[CauseRow, ...]
    possible: tuple[CauseRow, ...]
    ruled_out: tuple[CauseRow, ...]

    def __bool__(self) -> bool:
        return bool(self.likely or self.possible or self.ruled_out)


def answers(run: Run) -> tuple[Answer, ...]:
    """The three questions, in their order; those that the record has no answer to were not measured."""
    found = {question.id: question for question in run.questions}
    return tuple(_answer(name, found.get(name), run) for name in QuestionId)


def _answer(name: QuestionId, question: Question | None, run: Run) -> Answer:
    known = [one for one in question.evidence if one.known] if question else []
    if question is None or not known:
        return Answer(question=_ASKED[name], reply=_NOT_MEASURED, evidence=())
    match question.reply:
        case Reply.YES:
            told = [one for one in known if one.finding.outcome is Outcome.EXCEEDED] or known
        case Reply.NO:
            told = known
        case Reply.UNCLEAR:
            told = [one for one in known if one.finding.outcome is Outcome.UNDETERMINED] or known
        case _ as never:
            assert_never(never)
    better = name is QuestionId.CACHE and question.reply is Reply.NO and any(_fell(one) for one in told)
    reply = _BETTER if better else question.reply.capitalize()
    return Answer(question=_ASKED[name], reply=reply, evidence=_told(told, run))


def _fell(one: Evidence) -> bool:
    return one.scale is Scale.RATIO and one.change is not None and one.change < _FELL


def causes(run: Run) -> Causes:
    """What is likely, what is possible (three at most) and what is ruled out.

    A pass accuses nobody: only what is likely is told, of the traffic and the database rather than of the deploy.
    """
    told = () if absent.nothing(run) else run.causes
    by = {status: [cause for cause in told if cause.status is status] for status in CauseStatus}
    passed = run.verdict is Verdict.PASS
    possible = [] if passed else [one for one in by[CauseStatus.POSSIBLE] if _anything(one)]
    return Causes(
        heading="What else was seen" if passed else "Causes",
        likely=tuple(_row(one, _told(one.evidence, run)) for one in by[CauseStatus.LIKELY]),
        possible=tuple(_row(one, tuple(_open(one.evidence))) for one in possible[:_POSSIBLE]),
        ruled_out=() if passed else tuple(_row(one, _told(one.evidence, run)) for one in by[CauseStatus.RULED_OUT]),
    )


def likely_ids(run: Run) -> tuple[str, ...]:
    """The ids of the likely causes on one line, for formats that have one to spare; nothing without any."""
    names = [said(one.id, 60) for one in causes(run).likely]
    return (f"likely cause{'s' if len(names) > 1 else ''}: {', '.join(names)}",) if names else ()


def advised(row: CauseRow, todo: Iterable[str]) -> bool:
    """Whether what to do has the advice of a cause already, or the end of it where its beginning was told before."""
    return any(row.advice.endswith(text) for text in todo)


def _row(cause: Cause, evidence: tuple[str, ...]) -> CauseRow:
    return CauseRow(id=said(cause.id, 100), title=said(cause.title), evidence=evidence, advice=said(cause.advice, 1000))


def _anything(cause: Cause) -> bool:
    return any(one.known for one in cause.evidence)


def _open(evidence: Iterable[Evidence]) -> Iterator[str]:
    """What a cause that is only possible still needs: `evictions per lookup: not measured`."""
    missing = _names(one for one in evidence if not one.known)
    unclear = _names(one for one in evidence if one.known and one.finding.outcome is Outcome.UNDETERMINED)
    if missing:
        yield f"not measured: {', '.join(missing)}"
    if unclear:
        yield f"open: {', '.join(unclear)}"
    if not (missing or unclear):
        yield "only a part of its signs was seen"


def _names(evidence: Iterable[Evidence]) -> list[str]:
    return list(dict.fromkeys(_name(one) for one in evidence))


def _told(evidence: Sequence[Evidence], run: Run) -> tuple[str, ...]:
    """Each in numbers; that no key pattern broke is left out where there is more to tell."""
    telling = [
        one
        for one in evidence
        if not sentences.in_strata(one.finding.condition) or one.finding.outcome is Outcome.EXCEEDED
    ]
    return tuple(dict.fromkeys(_numbers(one, run) for one in telling or evidence))


def _numbers(one: Evidence, run: Run) -> str:
    """`database load per request 0.0146 → 0.0308 (x2.10)`."""
    condition = one.finding.condition
    points = (one.baseline, one.canary)
    name = _name(one) + _where(one, run)
    if not one.known:
        return f"{name} not measured"
    if one.change is None:
        return f"{name} {numbers.from_to(condition.measure, *points)}"
    change = numbers.moved(condition.measure, one.scale, points, one.change)
    if condition.measure in _MEANINGLESS:
        return f"{name}: {'no change' if change.startswith('0.0 ') else change}"
    estimate = sentences.estimate_of(one.finding, run) if _view(one) is None else None
    mix = sentences.at_mix(estimate) if isinstance(estimate, Estimate) else ""
    return f"{name} {numbers.from_to(condition.measure, *points)} ({change}{mix})"


def _name(one: Evidence) -> str:
    name = MEASURES[one.finding.condition.measure].title
    if one.finding.stratum is None:
        return f"{name} of any key pattern" if sentences.in_strata(one.finding.condition) else name
    return f"{name} of {sentences.pattern(one.finding.stratum)}"


def _where(one: Evidence, run: Run) -> str:
    """Which sides moved since the deploy, where the run compares others; a fleet without a canary has none."""
    if run.comparison is Comparison.BEFORE_AFTER:
        return ""
    match _view(one):
        case View.BASELINE:
            return " in the baseline since the deploy"
        case View.FLEET:
            return " in both arms since the deploy"
        case _:
            return ""


def _view(one: Evidence) -> View | None:
    condition = one.finding.condition
    return condition.view if isinstance(condition, ChangeCondition) else None
