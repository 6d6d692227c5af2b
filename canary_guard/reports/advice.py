"""What a person should do now."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.run import Run, Verdict
from canary_guard.reports import explained, sentences, times
from canary_guard.reports.escaping import said

_LONGEST = 1000
_SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")


def what_to_do(run: Run) -> tuple[str, ...]:
    """In sentences: the advice of what was exceeded, or what would settle it, or how to reach the source."""
    match run.verdict:
        case Verdict.FAIL:
            exceeded = (one for one in sentences.gating(run) if one.outcome is Outcome.EXCEEDED)
            return _once((*(said(finding.rule.advice, _LONGEST) for finding in exceeded), *_of_causes(run)))
        case Verdict.PASS:
            warned = any(one.outcome is Outcome.EXCEEDED for one in run.findings)
            return (f"{'Look at the warnings' if warned else 'Nothing'}: the rollout may go on.",)
        case Verdict.INCONCLUSIVE:
            return _once((*_to_settle(run), *_of_causes(run)))
        case _ as never:
            assert_never(never)


def _of_causes(run: Run) -> Iterator[str]:
    """The advice of what is likely behind it."""
    yield from (cause.advice for cause in explained.causes(run).likely)


def _once(advice: Iterable[str]) -> tuple[str, ...]:
    """Each sentence of the advice once, where it comes first."""
    told: set[str] = set()
    kept = []
    for text in advice:
        new = [sentence for sentence in _SENTENCES.split(text) if sentence.rstrip(".") not in told]
        told.update(sentence.rstrip(".") for sentence in new)
        kept.append(" ".join(new))
    return tuple(text for text in kept if text)


def _to_settle(run: Run) -> Iterator[str]:
    from_source = dict.fromkeys(said(failure.advice, _LONGEST) for _, failure in sentences.failures(run))
    yield from list(from_source)[:3]
    if run.exit.source_error:
        return
    undetermined = [finding for finding in sentences.gating(run) if finding.outcome is Outcome.UNDETERMINED]
    kinds = {sentences.kind(finding) for finding in undetermined}
    bad = any(sentences.looks_bad(finding) for finding in undetermined)
    if bad:
        yield "It looks bad so far: hold the rollout, and be ready to roll back."
    if run.warnings:
        yield "Hold the rollout, find out why the source's answer is partial, then check again."
    elif Undetermined.DATA in kinds and not from_source:
        yield "Hold the rollout until the missing data is there, then check again."
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
        return "Compare more pods, then check again: no longer window would settle it."
    waits = [finding.more_time for finding in short]
    known = [wait for wait in waits if wait is not None]
    if len(known) < len(waits):
        return "Send the canary more traffic, or compare over a longer window, then check again."
    window = run.windows.after
    longer = times.setting(window.end - window.start + max(known))
    return f"Wait another {times.wait(max(known))}, then check again over the longer window (--window {longer})."
