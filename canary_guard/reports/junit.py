"""JUnit XML: a test case for each rule, so that a CI system shows what was exceeded.

In the form that the common schemas share (Jenkins' junit-10.xsd, windyroad's JUnit.xsd): one suite, and in it the
properties, the cases, and what was printed.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import assert_never

from canary_guard.model.finding import Finding, Outcome
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run, Verdict
from canary_guard.reports import explained, numbers, rows, sentences, strata, times
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import said
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look

_RESULTS = ("failure", "error", "skipped")


def render(run: Run, look: Look) -> str:
    """Exceeded is a `failure`, undetermined an `error`: what is inconclusive never looks like a pass.

    What the team lets through on purpose (a warn rule, a trial, an exit code that is mapped to 0) is `skipped`.
    """
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite")
    _properties(suite, run)
    for finding in run.findings:
        _case(suite, run, f"{said(finding.rule.id, 100)}: {said(finding.rule.title)}", *_result(finding, run, look))
    for rule in run.plan.not_asked:
        name = f"{said(rule.id, 100)}: {said(rule.title)}"
        _case(suite, run, name, "skipped", f"not asked: {said(rule.reason)}")
    if run.verdict is not Verdict.PASS and not any(_says_so(finding, run.verdict) for finding in run.findings):
        result = "failure" if run.verdict is Verdict.FAIL else "error"
        _case(suite, run, "verdict", _let_through(result, run), verdict_sentence(run, look))
    why = (*sentences.raised(run), *strata.broken(run), *explained.likely_ids(run))
    printed = (verdict_sentence(run, look), *why, *what_to_do(run), *sentences.warnings(run, look))
    ET.SubElement(suite, "system-out").text = "\n".join((*printed, sentences.exit_sentence(run)))
    ET.SubElement(suite, "system-err")
    _count(suite, run)
    ET.indent(suites, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _properties(suite: ET.Element, run: Run) -> None:
    pairs = {
        "verdict": run.verdict,
        "exit_code": str(run.exit.code),
        "undetermined": ",".join(run.undetermined),
        "tool": said(run.tool),
    }
    pairs |= {f"check.{row.name}": f"{row.alarm}: {row.sentence}" for row in rows.check_rows(run)}
    for row in (row for row in rows.measure_rows(run) if row.change != numbers.UNDEFINED):
        pairs |= {
            f"{row.measure}.baseline": row.baseline,
            f"{row.measure}.canary": row.canary,
            f"{row.measure}.change": row.change,
        }
    properties = ET.SubElement(suite, "properties")
    for name, value in pairs.items():
        ET.SubElement(properties, "property", {"name": name, "value": value})


def _case(suite: ET.Element, run: Run, name: str, result: str, message: str, details: Sequence[str] = ()) -> None:
    """A test case; `result` is the element that keeps it from being green, or nothing."""
    names = {"classname": f"canary-guard.{said(run.plan.service, 100)}", "name": name, "time": "0"}
    case = ET.SubElement(suite, "testcase", names)
    if result:
        kind = {} if result == "skipped" else {"type": "canary-guard"}
        element = ET.SubElement(case, result, {"message": message, **kind})
        element.text = "\n".join(details or (message,))


def _result(finding: Finding, run: Run, look: Look) -> tuple[str, str, Sequence[str]]:
    """What keeps a rule's case from being green, its message, and its details, line by line."""
    message = sentences.rule_sentence(finding, run, look)
    warns = finding.rule.severity is Severity.WARN
    details = [sentences.condition_sentence(one, run, look) for one in finding.conditions]
    match finding.outcome:
        case Outcome.WITHIN:
            return "", message, details
        case Outcome.EXCEEDED:
            result = "skipped" if warns else _let_through("failure", run)
            return result, f"warning: {message}" if warns else message, (*details, said(finding.rule.advice, 1000))
        case Outcome.UNDETERMINED:
            return "skipped" if warns else _let_through("error", run), message, details
        case _ as never:
            assert_never(never)


def _let_through(result: str, run: Run) -> str:
    return result if run.exit.code else "skipped"


def _says_so(finding: Finding, verdict: Verdict) -> bool:
    """Whether the case of this finding shows what the verdict is."""
    decides = Outcome.EXCEEDED if verdict is Verdict.FAIL else Outcome.UNDETERMINED
    return finding.rule.severity is Severity.FAIL and finding.outcome is decides


def _count(suite: ET.Element, run: Run) -> None:
    counts = {result: len(suite.findall(f"testcase/{result}")) for result in _RESULTS}
    for name, value in {
        "name": f"canary-guard: {said(run.plan.service, 100)}",
        "package": "canary-guard",
        "id": "0",
        "tests": len(suite.findall("testcase")),
        "failures": counts["failure"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
        "timestamp": times.iso(run.windows.after.end)[:19],
        "hostname": "localhost",
        "time": "0",
    }.items():
        suite.set(name, str(value))
