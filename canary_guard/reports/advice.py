"""What a person should do now."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.run import Run, Verdict
from canary_guard.reports import explained, projected, sentences, times
from canary_guard.reports.escaping import said

_LONGEST = 1000
_AT_ONCE = 3
"""So many pieces of advice are told to be followed at once; a person who is called at night reads no more."""
_SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")
_ROLL_BACK = re.compile(r"Roll back( first)?")
"""What many a rule advises: nothing new beside another sentence that begins so."""


_FULL = "The database has no headroom at the peak, with this build or without it: see to that first."


def what_to_do(run: Run) -> tuple[str, ...]:
    """In sentences: the advice of what was exceeded, or what would settle it, or how to reach the source."""
    return tuple(text for sentences_of in _once(_advice(run)) if (text := " ".join(sentences_of)))


def now_and_then(run: Run) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same in two: what the advice of each rule begins with, to be done at once, and all else."""
    now: list[str] = []
    then: list[str] = []
    own, advice = len(_of_rules(run)), _advice(run)
    for at, (text, kept) in enumerate(zip(advice, _once(advice), strict=True)):
        at_once = 1 if at < own and kept and text.startswith(kept[0]) and len(now) < _AT_ONCE else 0
        now += kept[:at_once]
        then += [" ".join(kept[at_once:])] if kept[at_once:] else []
    return tuple(now), tuple(then)


def _advice(run: Run) -> tuple[str, ...]:
    """A pass follows no cause."""
    return (*_of_rules(run), *(() if run.verdict is Verdict.PASS else _of_causes(run)))


def _of_rules(run: Run) -> tuple[str, ...]:
    match run.verdict:
        case Verdict.FAIL:
            exceeded = (one for one in sentences.gating(run) if one.outcome is Outcome.EXCEEDED)
            return tuple(said(finding.rule.advice, _LONGEST) for finding in exceeded)
        case Verdict.PASS:
            warned = any(one.outcome is Outcome.EXCEEDED for one in run.findings)
            seen = "the warnings" if warned else "what else was seen" if explained.causes(run).likely else ""
            rest = (_FULL,) if run.projection and projected.is_full(run.projection) else ()
            return (f"{f'Look at {seen}' if seen else 'Nothing'}: the rollout may go on.", *rest)
        case Verdict.INCONCLUSIVE:
            return tuple(_to_settle(run))
        case _ as never:
            assert_never(never)


def _of_causes(run: Run) -> Iterator[str]:
    """The advice of what is likely behind it."""
    yield from (cause.advice for cause in explained.causes(run).likely)


def _once(advice: Iterable[str]) -> Iterator[list[str]]:
    """The sentences of each piece of advice, without those that were told before."""
    told: set[str] = set()
    for text in advice:
        new = [sentence for sentence in _SENTENCES.split(text) if not _known(sentence.rstrip("."), told)]
        told.update(sentence.rstrip(".") for sentence in new)
        yield new


def _known(sentence: str, told: set[str]) -> bool:
    return sentence in told or bool(_ROLL_BACK.fullmatch(sentence) and any(_ROLL_BACK.match(one) for one in told))


def _to_settle(run: Run) -> Iterator[str]:
    from_source = dict.fromkeys(said(failure.advice, _LONGEST) for _, failure in sentences.failures(run))
    yield from list(from_source)[:3]
    if run.exit.source_error:
        yield "Hold the rollout: the canary was not judged."
        return
    undetermined = [finding for finding in sentences.gating(run) if finding.outcome is Outcome.UNDETERMINED]
    kinds = {sentences.kind(finding) for finding in undetermined}
    bad = any(sentences.looks_bad(finding) for finding in undetermined)
    if bad and all(sentences.only_late(finding) for finding in undetermined if sentences.looks_bad(finding)):
        yield "Only the end of the window looks bad: hold the rollout, and check again over what comes."
    elif bad:
        yield "It looks bad so far: hold the rollout, and be ready to roll back."
    if run.warnings:
        yield "Hold the rollout, find out why the source's answer is partial, then check again."
    elif Undetermined.DATA in kinds and not from_source:
        yield "Hold the rollout until the data are complete, then check again."
    likely = {cause.id for cause in explained.causes(run).likely}
    if Undetermined.WARM_UP in kinds and "cold-start" not in likely:
        yield "Hold the rollout until the canary's cache is warm, then check again."
    elif Undetermined.WARM_UP in kinds and not bad:
        yield "Hold the rollout."
    if Undetermined.EXPOSURE in kinds:
        yield _more_exposure(undetermined, run)


def _more_exposure(undetermined: Iterable[Finding], run: Run) -> str:
    short = [finding for finding in undetermined if sentences.kind(finding) is Undetermined.EXPOSURE]
    if any(sentences.hopeless(finding) for finding in short):
        return "Compare more pods, then check again: more time alone is not expected to settle it."
    waits = [finding.more_time for finding in short]
    known = [wait for wait in waits if wait is not None]
    if len(known) < len(waits):
        return "Send the canary more traffic, or compare over a longer window, then check again."
    window = run.windows.after
    longer = times.setting(window.end - window.start + max(known))
    return f"Wait another {times.wait(max(known))}, then check again over the longer window (--window {longer})."
