import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canary_guard.reports.diff_headline import difference_sentence
from canary_guard.reports.diff_json import diff_schema, render
from canary_guard.reports.look import Look
from tests.reports.differences import DIFFERENCES
from tests.reports.goldens import golden

SCHEMA = Path(__file__).parents[2] / "schemas" / "diff.schema.json"


def fields(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(DIFFERENCES[name]()))
    return found


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_is_as_its_schema_says(name: str) -> None:
    Draft202012Validator(diff_schema()).validate(fields(name))


def test_the_schema_is_the_committed_one() -> None:
    """`canary-guard schema diff > schemas/diff.schema.json` writes it."""
    Draft202012Validator.check_schema(diff_schema())
    golden(SCHEMA, json.dumps(diff_schema(), indent=2) + "\n")


def test_the_schema_refuses_other_things() -> None:
    validator = Draft202012Validator(diff_schema())
    good = fields("fail-pass")
    assert not validator.is_valid(good | {"format": "canary-guard/diff/v2"})
    assert not validator.is_valid(good | {"changed": ["mood"]})
    assert not validator.is_valid({key: value for key, value in good.items() if key != "rules"})
    assert validator.is_valid(good | {"a_later_key": 1})


def test_what_a_machine_asks_for_first_stands_at_the_top() -> None:
    found = fields("other-rules")
    assert list(found)[:4] == ["format", "service", "changed", "sentence"]
    assert (found["format"], found["changed"]) == ("canary-guard/diff/v1", ["question"])
    assert found["sentence"] == difference_sentence(DIFFERENCES["other-rules"](), Look())
    assert (found["then"]["verdict"], found["now"]["verdict"]) == ("fail", "pass")


def test_the_reader_s_clock_changes_no_byte() -> None:
    found = DIFFERENCES["explained"]()
    assert render(found, Look(utc_offset=3_600_000, zone="CET", width=40)) == render(found)
