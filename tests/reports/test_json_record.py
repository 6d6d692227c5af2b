import json
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from canary_guard.errors import RecordingError
from canary_guard.model.arrays import frozen
from canary_guard.model.plan import PrometheusPlan
from canary_guard.model.run import RUN_FORMAT, Run
from canary_guard.model.series import Series
from canary_guard.model.window import Arm
from canary_guard.reports import json_record
from canary_guard.reports.escaping import HIDDEN
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.json_record import read, render, run_schema
from tests.builders import a_reading, a_run, an_estimate
from tests.reports import runs
from tests.reports.goldens import golden

SCHEMA = Path(__file__).parents[2] / "schemas" / "run.schema.json"
EVERY = {**runs.RUNS, "hostile": runs.hostile, "many-patterns": runs.many_patterns}


def record(run: Run | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(render(run or a_run()))
    return fields


@pytest.mark.parametrize("name", EVERY)
def test_a_record_read_again_is_the_same_bytes(name: str) -> None:
    text = render(EVERY[name]())
    assert render(read(text, where="run.json")) == text


@pytest.mark.parametrize("name", EVERY)
def test_a_record_is_as_its_schema_says(name: str) -> None:
    Draft202012Validator(run_schema()).validate(record(EVERY[name]()))


def test_a_record_of_before_a_key_was_added_is_read() -> None:
    fields = record(runs.explained())
    for added in ("traces_before", "traces_by_pattern"):
        del fields[added]
    for trace in fields["traces"]:
        del trace["stratum"]
    run = read(json.dumps(fields), where="run.json")
    assert (run.traces_before, run.traces_by_pattern) == ((), ())
    assert run.verdict is runs.explained().verdict


def test_the_schema_is_the_committed_one() -> None:
    Draft202012Validator.check_schema(run_schema())
    golden(SCHEMA, json.dumps(run_schema(), indent=2) + "\n")


def test_the_schema_says_what_fields_mean_and_refuses_other_records() -> None:
    schema = run_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert "milliseconds" in schema["description"]
    assert schema["$defs"]["Grid"]["properties"]["step"]["description"] == "ms"
    validator = Draft202012Validator(schema)
    assert not validator.is_valid(record() | {"verdict": "perhaps"})
    assert not validator.is_valid(record() | {"format": "canary-guard/run/v2"})
    assert validator.is_valid(record() | {"a_later_key": 1})
    assert not validator.is_valid({key: value for key, value in record().items() if key != "findings"})


def test_what_a_machine_asks_for_first_stands_at_the_top() -> None:
    fields = record()
    assert list(fields)[:4] == ["format", "tool", "verdict", "sentence"]
    assert {"findings", "estimates", "queries", "data_quality", "exit"} <= set(fields)
    assert (fields["format"], fields["verdict"]) == (RUN_FORMAT, "fail")
    assert fields["sentence"] == verdict_sentence(a_run())


def test_values_are_exact_and_series_take_one_line() -> None:
    numbers = [0.0, 0.1, 1 / 3, 12_345_678_901_234.0, 1e300, 5e-324] + [0.0] * 35
    reading = a_reading()
    series = Series(arm=Arm.CANARY, labels=("pod",), values=frozen(np.array(numbers)))
    text = render(a_run(queries=(replace(reading, series=(series,)),)))
    assert '"values": [0, 0.1, 0.3333333333333333, 12345678901234, 1e+300, 5e-324, 0,' in text
    again = read(text, where="run.json").queries[0].series[0].values
    assert again.tolist() == numbers
    assert not again.flags.writeable


def test_secrets_are_never_written() -> None:
    source = PrometheusPlan(
        url="http://prometheus:9090",
        token=SecretStr("s3cret-token"),
        username="me",
        password=SecretStr("s3cret-password"),
        headers={"X-Scope-OrgID": SecretStr("s3cret-tenant")},
    )
    run = a_run()
    text = render(replace(run, plan=replace(run.plan, source=source)))
    assert "s3cret" not in text
    assert text.count('"**********"') == 3
    assert render(read(text, where="run.json")) == text


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_json_does_not_have_are_refused(number: float) -> None:
    reading = a_reading()
    no_series = replace(reading.series[0], values=frozen(np.array([number] * 41)))
    for run in (
        a_run(queries=(replace(reading, series=(no_series,)),)),
        a_run(estimates=(an_estimate(theta=number),)),
    ):
        with pytest.raises(ValueError, match="JSON compliant"):
            render(run)


def test_hidden_characters_are_written_as_escapes_and_kept() -> None:
    text = render(runs.hostile())
    assert not HIDDEN.search(text.replace("\n", ""))
    assert "##[" not in text
    assert read(text, where="run.json").plan.service == runs.hostile().plan.service


def test_a_lone_surrogate_does_not_break_the_record() -> None:
    run = a_run(comparison_note="a\ud800b")
    assert read(render(run), where="run.json").comparison_note == "a\ufffdb"


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_others_wrote_is_kept(text: str) -> None:
    again = read(render(runs.hostile(text)), where="run.json")
    assert again.plan.service == text
    assert again.queries[0].series[0].labels == (text,)


def test_a_key_of_a_later_version_is_skipped() -> None:
    fields = record()
    fields["later"] = {"a": [1]}
    fields["findings"][0]["later"] = 1
    assert render(read(json.dumps(fields), where="run.json")) == render(a_run())


def broken(**changes: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps({**record(), **changes})


def with_series(**changes: Any) -> str:  # noqa: ANN401 - any JSON
    fields = record()
    fields["queries"][0]["series"][0].update(changes)
    return json.dumps(fields)


def with_levels(**changes: Any) -> str:  # noqa: ANN401 - any JSON
    fields = record()
    fields["plan"]["levels"].update(changes)
    return json.dumps(fields)


def with_end(period: str) -> str:
    fields = record()
    fields["windows"][period] = {**fields["windows"]["after"], "end": fields["windows"]["after"]["end"] - 30_000}
    fields["queries"][0]["query"]["period"] = period
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "run.json:1: this is no complete JSON text"),
        (render(a_run())[:2000], "this is no complete JSON text"),
        ("[]", "it does not say that its format is canary-guard/run/v1"),
        ("{}", "it does not say that its format is canary-guard/run/v1"),
        (broken(format="canary-guard/run/v2"), "its format is canary-guard/run/v2, and this version reads"),
        (broken(format="canary-guard/\n\x1b"), r"its format is canary-guard/\n\x1b, and"),
        (broken(format="canary-guard/recording/v1"), "its format is canary-guard/recording/v1"),
        (broken(verdict="perhaps"), "verdict: Input should be 'pass', 'fail' or 'inconclusive'"),
        (broken(plan=None), "plan"),
        (broken(windows={"after": {"start": 1, "end": 2, "step": 15000}}), "not a grid"),
        (json.dumps({"format": RUN_FORMAT}), "tool: Field required (and "),
        ('{"format": NaN}', "NaN is no number in JSON"),
        ('{"format": "canary-guard/run/v1", "x": 1e999}', "1e999 is no number in JSON"),
        ("[" * 100_000, "run.json"),
        ("9" * 5000, "run.json"),
        (with_series(values=[1, 2]), "a series of misses has 2 values where 41 belong"),
        (with_series(missing=[41]), "a series of misses misses values that it cannot have"),
        (with_series(labels=[]), "a series of misses has 0 labels, not 1"),
        (with_end("after"), "misses was read on another grid than the window's"),
        (with_end("before"), "misses was read on another grid than the window's"),
        (with_levels(alpha=0), "its plan has levels that no run can have: alpha 0, alpha_within 0.05, indifference 2"),
        (with_levels(alpha=2), "levels that no run can have: alpha 2"),
        (with_levels(alpha=-1), "levels that no run can have: alpha -1"),
        (with_levels(alpha_within=0.5), "alpha_within 0.5"),
        (with_levels(alpha_within=0.001), "alpha_within 0.001"),
        (with_levels(indifference=0.5), "indifference 0.5"),
        (with_levels(minimum={"intervals": 7, "lookups": 1, "misses": 1}), "a minimum of 7 intervals"),
        (with_levels(minimum={"intervals": 8, "lookups": -1, "misses": 1}), "-1 lookups"),
        (with_levels(minimum={"intervals": 8, "lookups": 1, "misses": 0}), "0 misses"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(text, where="run.json")
    message = str(caught.value)
    assert says in message
    assert message.startswith("run.json")
    assert len(message.splitlines()) == 1
    assert caught.value.exit_code == 4


def test_a_record_of_a_third_of_a_megabyte_is_written_and_read_in_no_time() -> None:
    rng = np.random.default_rng(1)
    series = tuple(
        Series(arm=Arm.CANARY, labels=(f"pod-{index}",), values=frozen(rng.random(41) * 1e6)) for index in range(20)
    )
    run = a_run(queries=tuple(replace(a_reading(f"signal_{index}"), series=series) for index in range(20)))
    json_record.read(render(a_run()), where="run.json")
    began = process_time()
    text = render(run)
    read(text, where="run.json")
    assert len(text) > 300_000
    assert process_time() - began < 1, "a hundred times what a healthy machine needs for it: something is quadratic"
