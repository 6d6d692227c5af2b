"""Annotations as workflow commands, and what later steps may want to know.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; escaping as in actions/toolkit,
packages/core/src/command.ts.
"""

from collections.abc import Mapping

from canary_guard.model.run import Run, Verdict
from canary_guard.reports import explained, sentences, strata
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import plain, said
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look

_MOST_WARNINGS = 9
"""GitHub shows ten annotations of a kind for a step."""
_LONGEST = 4000
"""characters of a message"""


def render(run: Run, look: Look) -> str:
    """One annotation for the verdict, one for each warning, each on a line of its own."""
    why = (*sentences.raised(run), *strata.broken(run), *explained.likely_ids(run))
    text = "\n".join((verdict_sentence(run, look), *why, *what_to_do(run), sentences.exit_sentence(run)))
    title = f"canary-guard: {said(run.plan.service, 100)}"
    lines = [_command(_level(run), title, text)]
    warnings = sentences.warnings(run, look)
    lines += [_command("warning", title, warning) for warning in warnings[:_MOST_WARNINGS]]
    if len(warnings) > _MOST_WARNINGS:
        more = f"{len(warnings) - _MOST_WARNINGS} more warnings are in the other reports"
        lines[-1] = _command("warning", title, f"{warnings[_MOST_WARNINGS - 1]}\n{more}")
    report = "\n".join(lines) + "\n"
    return report if look.unicode else plain(report)


def outputs(run: Run) -> Mapping[str, str]:
    """What later steps of a workflow may want to know, each on one line."""
    return {
        "verdict": run.verdict,
        "exit-code": str(run.exit.code),
        "undetermined": ",".join(run.undetermined),
        "sentence": verdict_sentence(run),
    }


def _level(run: Run) -> str:
    if run.verdict is Verdict.PASS:
        return "notice"
    return "error" if run.exit.code else "warning"


def _command(level: str, title: str, message: str) -> str:
    lines = "\n".join(said(line, _LONGEST) for line in message.split("\n"))[:_LONGEST]
    return f"::{level} title={_property(title)}::{_data(lines)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
