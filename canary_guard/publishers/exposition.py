"""The verdict as metrics, in the text exposition format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterable, Iterator, Mapping

from canary_guard.model.finding import Outcome
from canary_guard.model.run import Run, Verdict

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def metrics(run: Run) -> str:
    """Gauges; 1 for the verdict and the outcomes that are, 0 for the others, so that none goes stale."""
    service = {"service": run.plan.service}
    times = {
        "run": ("When the run was judged", run.plan.times.now),
        "window_start": ("Start of the window that was judged", run.windows.after.start),
        "window_end": ("End of the window that was judged", run.windows.after.end),
    }
    return "".join(
        (
            _metric(
                "canary_guard_verdict",
                "Verdict of the last run; 1 for the one that it is.",
                (({**service, "verdict": one.value}, float(one is run.verdict)) for one in Verdict),
            ),
            _metric("canary_guard_exit_code", "Exit code of the last run.", [(service, float(run.exit.code))]),
            _metric("canary_guard_rule_outcome", "Outcome of a rule; 1 for the one that it is.", _rules(run, service)),
            *(
                _metric(f"canary_guard_{name}_timestamp_seconds", f"{text}.", [(service, at / 1000)])
                for name, (text, at) in times.items()
            ),
        )
    )


def _rules(run: Run, service: Labels) -> Iterator[Sample]:
    for finding in run.findings:
        rule = {**service, "rule": finding.rule.id, "severity": finding.rule.severity.value}
        for outcome in Outcome:
            yield {**rule, "outcome": outcome.value}, float(outcome is finding.outcome)


def _metric(name: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        told = ",".join(f'{label}="{_escaped(one)}"' for label, one in labels.items())
        lines.append(f"{name}{{{told}}} {value:.15g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """A label's value: UTF-8, with backslash, quote and line feed escaped."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
