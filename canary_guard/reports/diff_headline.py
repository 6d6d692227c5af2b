"""What changed between two runs as one sentence, and whether the question changed or the answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from canary_guard.model.difference import (
    ConditionDifference,
    Difference,
    Held,
    Ingredient,
    RuleDifference,
    RuleState,
    RunSummary,
)
from canary_guard.model.finding import Outcome
from canary_guard.model.rule import Severity
from canary_guard.model.run import Verdict
from canary_guard.reports import diff_rows
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

_FIRST = ("db_load_per_request", "hit_rate", "miss_rate")
_MOST = 2
"""conditions in the sentence"""
_KEYS = 3
"""keys of the configuration in it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether the runs are alike in one of what they follow from."""

    question: str
    reply: str
    told: str
    """What differs; often empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The sentence in its parts."""

    head: str
    """`FAIL → PASS`, `FAIL as before`, `No difference`"""
    told: str
    """The numbers that decided it."""
    made_of: str
    """`Asked the same, of other data`; empty where `told` says it"""


def difference_sentence(found: Difference, look: Look) -> str:
    """`FAIL → PASS: database load per request x2.11 (…) → +1 % (…), bound: rises by 15%. Asked the same, of …`."""
    parts = headline(found, look)
    return f"{parts.head}: {parts.told}.{f' {parts.made_of}.' if parts.made_of else ''}"


def headline(found: Difference, look: Look) -> Headline:
    """What became of the verdict, the numbers that decided it, and what else was another."""
    word, made_of = verdict_word(found.now), _made_of(found)
    if found.nothing:
        return Headline(head="No difference", told=f"{word} both times, {made_of}", made_of="")
    changed = verdict_word(found.then) != word
    head = f"{verdict_word(found.then)} → {word}" if changed else f"{word} as before"
    if found.same_result:
        return Headline(head=head, told=f"with the same numbers, {made_of}", made_of="")
    told = "; ".join(_clauses(found, look, changed=changed)) or "no rule that can fail the run was asked"
    return Headline(head=head, told=told, made_of=made_of[:1].upper() + made_of[1:])


def verdict_word(run: RunSummary) -> str:
    """`FAIL`, `INCONCLUSIVE (data, exposure)`."""
    kinds = f" ({', '.join(run.undetermined)})" if run.undetermined else ""
    return run.verdict.upper() + kinds


def made_of(found: Difference) -> tuple[Answer, ...]:
    """Whether the question, the data and the tool are the same: what tells another question from another answer."""
    keys = _keys(found)
    windows = {one.name: one for one in found.circumstances}.get("window")
    when = "" if windows is None else f"{windows.then} → {windows.now}"
    tools = (found.then.tool, found.now.tool)
    return (
        _answer(found, Ingredient.QUESTION, "Was the same asked?", keys),
        _answer(found, Ingredient.DATA, "Of the same data?", when or "other samples of the same window"),
        _answer(found, Ingredient.TOOL, "By the same canary-guard?", " → ".join(said(tool, 60) for tool in tools)),
    )


def _answer(found: Difference, ingredient: Ingredient, question: str, told: str) -> Answer:
    changed = ingredient in found.changed
    return Answer(question=question, reply="No" if changed else "Yes", told=told if changed else "")


def _keys(found: Difference) -> str:
    """`alpha, rules.db-load and 2 more`"""
    names = [said(one.name, 60) for one in found.question]
    more = f" and {len(names) - _KEYS} more" if len(names) > _KEYS else ""
    return ", ".join(names[:_KEYS]) + more


def _made_of(found: Difference) -> str:
    """`asked the same, of other data`"""
    asked, data, tool = (one in found.changed for one in Ingredient)
    parts = [
        f"asked otherwise ({_keys(found)})" if asked else "asked the same",
        "of other data" if data else "of the same data",
    ]
    if tool:
        parts.append(f"by {said(found.now.tool, 60)} instead of {said(found.then.tool, 60)}")
    if not (found.changed or found.same_result):
        parts.append("by the same version: the program or a record was changed")
    return ", ".join(parts)


def _clauses(found: Difference, look: Look, *, changed: bool) -> Iterator[str]:
    rule = _decider(found, changed=changed)
    if changed and (rule is None or _outcome(rule.then) is _outcome(rule.now)):
        yield from _warned(found)
    if rule is None:
        return
    if _unasked(rule):
        told = diff_rows.rule_row(rule, found, look)
        yield f"rule {told.id} {told.then} → {told.now}"
    for place, one in enumerate(_deciding(rule, found, changed=changed)):
        row = diff_rows.condition_row(one, found, look)
        if place == 0:
            yield f"{row.measure} {_from_to(row.then.text, row.now.text)}, bound: {row.bound}"
        elif row.then.brief != row.now.brief:
            yield f"{row.measure} {row.then.brief} → {row.now.brief}"


def _from_to(then: str, now: str) -> str:
    return f"{now} both times" if then == now else f"{then} → {now}"


def _warned(found: Difference) -> Iterator[str]:
    """A partial answer makes a run inconclusive whatever became of its rules."""
    if found.warnings.now:
        yield f"the source warns now that its answer may be partial: “{said(found.warnings.now[0], 120)}”"
    elif found.warnings.then:
        yield "the source no longer warns that its answer may be partial"


def _unasked(rule: RuleDifference) -> bool:
    """By one of the runs."""
    return (_outcome(rule.then) is None) is not (_outcome(rule.now) is None)


def _decider(found: Difference, *, changed: bool) -> RuleDifference | None:
    """The rule to tell: one that can fail a run and became another, else the one that decided."""
    gating = [one for one in found.rules if _gates(one.then) or _gates(one.now)]
    if changed:
        gating = [one for one in gating if _outcome(one.then) is not _outcome(one.now)] or gating
    wanted = _wanted(found)
    return next((one for one in gating if wanted in (_outcome(one.then), _outcome(one.now))), next(iter(gating), None))


def _wanted(found: Difference) -> Outcome:
    """The outcome that made one of the verdicts what it is: the gravest."""
    verdicts = (found.then.verdict, found.now.verdict)
    if Verdict.FAIL in verdicts:
        return Outcome.EXCEEDED
    return Outcome.UNDETERMINED if Verdict.INCONCLUSIVE in verdicts else Outcome.WITHIN


def _gates(state: RuleState | None) -> bool:
    return state is not None and state.severity is Severity.FAIL


def _outcome(state: RuleState | None) -> Outcome | None:
    return state.outcome if state else None


def _deciding(rule: RuleDifference, found: Difference, *, changed: bool) -> list[ConditionDifference]:
    """Load first, and at most two: those with the wanted outcome, of another verdict those that became another."""
    wanted = _wanted(found)
    decided = [one for one in rule.conditions if wanted in (_became(one.then), _became(one.now))]
    turned = [one for one in decided if changed and _became(one.then) is not _became(one.now)]
    return sorted(turned or decided or rule.conditions, key=_rank)[:_MOST]


def _rank(one: ConditionDifference) -> int:
    held = one.now or one.then
    measure = held.finding.condition.measure if held else ""
    return _FIRST.index(measure) if measure in _FIRST else len(_FIRST)


def _became(held: Held | None) -> Outcome | None:
    return held.finding.outcome if held else None
