"""A verdict in, an exit code out: the mappings for platforms that know only zero and non-zero (design section 8)."""

from collections.abc import Sequence
from typing import Final

from canary_guard.errors import SourceError
from canary_guard.judge.conditions import rule_on
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.plan import Answer, ExitPlan, Mode, Plan
from canary_guard.model.rule import Severity
from canary_guard.model.run import Exit, Verdict
from canary_guard.model.series import Reading

_CODES: Final = {Answer.PASS: 0, Answer.FAIL: 1, Answer.INCONCLUSIVE: 3}
_WORST_FIRST: Final = (Answer.FAIL, Answer.INCONCLUSIVE, Answer.PASS)


def exit_for(
    verdict: Verdict,
    undetermined: Sequence[Undetermined],
    findings: Sequence[Finding],
    *,
    plan: Plan,
    failures: Sequence[Reading],
) -> Exit:
    """The exit code of a verdict, with a note on each mapping that was applied.

    `undetermined` are the kinds because of which the verdict is inconclusive, `failures` the readings that failed.
    """
    code, notes, source_error = _CODES[Answer(verdict)], list[str](), None
    if verdict is Verdict.INCONCLUSIVE:
        if _nothing_left_to_judge(findings):
            source_error = _source_error(findings, failures)
            code, notes = _source_error_code(plan.exits, undetermined)
        else:
            code, notes = _inconclusive_code(plan.exits, undetermined, looks_bad=_looks_bad(findings))
    if plan.mode is Mode.SHADOW:
        notes.append(f"trial (mode: shadow): would have exited {code}")
        code = 0
    return Exit(code=code, note="; ".join(notes) or None, source_error=source_error)


def _nothing_left_to_judge(findings: Sequence[Finding]) -> bool:
    gating = [finding for finding in findings if finding.rule.severity is Severity.FAIL]
    return bool(gating) and all(_failed_by_source(finding) for finding in gating)


def _failed_by_source(finding: Finding) -> bool:
    because = rule_on(finding.rule.when, finding.conditions).because
    return finding.outcome is Outcome.UNDETERMINED and any(condition.from_source for condition in because)


def _source_error_code(exits: ExitPlan, undetermined: Sequence[Undetermined]) -> tuple[int, list[str]]:
    answer = exits.source_error_as
    if answer is None:
        return SourceError.exit_code, ["the source failed, and nothing is left that could fail the run"]
    note = f"the source error counts as {answer} (--source-error-as)"
    if answer is not Answer.INCONCLUSIVE:
        return _CODES[answer], [note]
    code, notes = _inconclusive_code(exits, (*undetermined, Undetermined.DATA))
    return code, [note, *notes]


def _looks_bad(findings: Sequence[Finding]) -> bool:
    """Whether a rule that can fail is left open by what looks like a regression."""
    gating = (finding for finding in findings if finding.rule.severity is Severity.FAIL)
    because = (one for finding in gating for one in rule_on(finding.rule.when, finding.conditions).because)
    return any(condition.looks_bad for condition in because)


def _inconclusive_code(
    exits: ExitPlan, undetermined: Sequence[Undetermined], *, looks_bad: bool = False
) -> tuple[int, list[str]]:
    """Of several kinds the worst answer counts; a kind that is not mapped stays inconclusive.

    To wave low traffic through is not to wave through what looks bad; who wants that says `pass` for every kind.
    """
    kinds = sorted(set(undetermined)) or [Undetermined.DATA]
    answers = {exits.inconclusive_as.get(kind, Answer.INCONCLUSIVE) for kind in kinds}
    answer = min(answers, key=_WORST_FIRST.index)
    if answer is Answer.INCONCLUSIVE:
        return _CODES[answer], []
    if (
        answer is Answer.PASS
        and looks_bad
        and any(exits.inconclusive_as.get(one) is not answer for one in Undetermined)
    ):
        return _CODES[Answer.INCONCLUSIVE], ["it looks bad, so --inconclusive-as does not make it a pass"]
    return _CODES[answer], [f"inconclusive ({', '.join(kinds)}) counts as {answer} (--inconclusive-as)"]


def _source_error(findings: Sequence[Finding], failures: Sequence[Reading]) -> str:
    """One line: where, what came back, what was asked, what to do; of several failures the first, and how many more."""
    failed = [(reading, reading.failure) for reading in failures if reading.failure is not None]
    if not failed:
        reasons = [finding.reason for finding in findings if _failed_by_source(finding) and finding.reason]
        return " ".join(("the source failed:", *reasons[:1]))
    reading, failure = failed[0]
    error = SourceError(
        asked=f"{reading.query.key}, {reading.text}",
        where=reading.where,
        answer=failure.answer,
        advice=failure.advice,
    )
    others = f" {len(failed) - 1} more of the queries failed." if len(failed) > 1 else ""
    return " ".join(f"{error}{others}".split())
