import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import pytest

from canary_guard.model.run import Exit, Run
from canary_guard.reports import junit
from canary_guard.reports.look import Look
from tests.reports import runs

EVERY = {**runs.RUNS, "hostile": runs.hostile, "many-patterns": runs.many_patterns}
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure"],
}
"""What windyroad's JUnit.xsd allows, in its order; Jenkins' junit-10.xsd allows it in any. Transcribed: a validator for
XSD is not among the packages that tests use."""
ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": {
        "name", "package", "id", "tests", "failures", "errors", "skipped", "timestamp", "hostname", "time",
    },
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "skipped": {"message"},
    "error": {"message", "type"},
    "failure": {"message", "type"},
}  # fmt: skip


def parsed(run: Run) -> ET.Element:
    return ET.fromstring(junit.render(run, Look()))


def results(run: Run) -> dict[str, str]:
    """Of each case what keeps it from being green."""
    return {
        case.attrib["name"].partition(":")[0]: case[0].tag if len(case) else "" for case in parsed(run).iter("testcase")
    }


@pytest.mark.parametrize("name", EVERY)
def test_it_is_what_the_common_schemas_allow(name: str) -> None:
    for element in parsed(EVERY[name]()).iter():
        allowed = CHILDREN.get(element.tag, [])
        order = [allowed.index(child.tag) for child in element]
        assert order == sorted(order)
        assert set(element.attrib) == ATTRIBUTES.get(element.tag, set())
        if element.tag == "testcase":
            assert len(element) <= 1


@pytest.mark.parametrize("name", EVERY)
def test_the_counts_are_those_of_the_cases(name: str) -> None:
    suite = parsed(EVERY[name]())[0]
    found = Counter(case[0].tag if len(case) else "" for case in suite.iter("testcase"))
    counted = {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
    assert counted == {
        "tests": found.total(),
        "failures": found["failure"],
        "errors": found["error"],
        "skipped": found["skipped"],
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pass", {"origin-regression": "", "hit-rate": "", "capacity": "skipped"}),
        ("fail", {"origin-regression": "failure", "hit-rate": "skipped", "capacity": "skipped"}),
        ("inconclusive", {"origin-regression": "error", "hit-rate": "skipped", "capacity": "skipped"}),
        ("source-error", {"origin-regression": "error", "hit-rate": "skipped", "capacity": "skipped"}),
        (
            "partial",
            {"origin-regression": "failure", "hit-rate": "skipped", "capacity": "skipped", "verdict": "error"},
        ),
        ("shadow", {"origin-regression": "skipped", "hit-rate": "skipped", "capacity": "skipped"}),
    ],
)
def test_each_rule_has_its_case(name: str, expected: dict[str, str]) -> None:
    assert results(runs.RUNS[name]()) == expected


@pytest.mark.parametrize("name", [name for name in EVERY if name != "pass"])
def test_what_is_no_pass_is_never_all_green(name: str) -> None:
    run = EVERY[name]()
    suite = parsed(run)[0]
    red = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    assert bool(red) == bool(run.exit.code)


def test_an_inconclusive_run_without_any_rule_is_an_error() -> None:
    assert results(replace(runs.no_data(), findings=()))["verdict"] == "error"


def test_what_is_let_through_on_purpose_is_skipped_and_not_green() -> None:
    run = replace(runs.inconclusive(), exit=Exit(code=0, note="inconclusive (exposure) counts as pass"))
    assert results(run)["origin-regression"] == "skipped"


def test_the_message_has_the_numbers() -> None:
    failure = parsed(runs.fail()).find(".//failure")
    assert failure is not None
    assert "database load per request 0.0147 → 0.0310 (x2.11) exceeds its bound" in failure.attrib["message"]
    assert failure.text is not None
    assert failure.text.splitlines()[-1] == "Roll back or disable the change first; tune later."


def test_verdict_and_measures_are_properties() -> None:
    found = {one.attrib["name"]: one.attrib["value"] for one in parsed(runs.fail()).iter("property")}
    assert found["verdict"] == "fail"
    assert found["exit_code"] == "1"
    assert found["db_load_per_request.change"] == "x2.11"
    assert not any(name.startswith("hit_rate") for name in properties_of(runs.no_data()))


def properties_of(run: Run) -> list[str]:
    return [one.attrib["name"] for one in parsed(run).iter("property")]


def test_warnings_are_printed() -> None:
    out = parsed(runs.partial()).findtext(".//system-out") or ""
    assert "The source warns: receive series from store-2" in out
    assert out.startswith("INCONCLUSIVE (data): ")
    assert out.splitlines()[-1] == "exit code 3"


def test_checks_are_properties_and_what_they_raised_is_printed() -> None:
    text = junit.render(runs.contamination(), Look())
    raised = "both arms became worse with the deploy (origin-regression): seen before/after only"
    assert f'<property name="check.contamination" value="raised: {raised}" />' in text
    assert f"\ncontamination: {raised}\n" in text
    assert "key patterns beyond their bound: hit rate of stock" in junit.render(runs.broken_pattern(), Look())
