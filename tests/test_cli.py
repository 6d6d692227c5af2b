"""The command line, as a person and a pipeline use it: in a process of its own, with its real exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from canary_guard.cli import cli
from canary_guard.options import FORMATS
from canary_guard.reports import REPORTS
from tests.recordings import recordings
from tests.servers.loopback import Exchange, Loopback
from tests.test_check import CONFIG

if TYPE_CHECKING:
    from collections.abc import Mapping

INCIDENT = str(recordings()["02"].path)
HEALTHY = str(recordings()["12"].path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "canary-guard.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, given: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    kept: Mapping[str, str] = {key: value for key, value in os.environ.items() if not key.startswith("CANARY_GUARD_")}
    return subprocess.run(
        [sys.executable, "-m", "canary_guard", *arguments],
        capture_output=True,
        text=True,
        input=given,
        env={**kept, "COLUMNS": "80", **environment},
        check=False,
        timeout=60,
    )


def test_the_formats_of_the_command_line_are_those_of_the_registry() -> None:
    assert tuple(REPORTS) == FORMATS


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("recording", "code", "word"), [(INCIDENT, 1, "FAIL"), (HEALTHY, 0, "PASS")])
def test_the_exit_code_is_the_verdict(recording: str, code: int, word: str) -> None:
    done = run("check", "--recording", recording)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith(word)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


def test_every_report_goes_where_it_was_asked_for(here: Path) -> None:
    wanted = [f"{form}={form}.out" for form in FORMATS]
    done = run("check", "--recording", INCIDENT, *(part for want in wanted for part in ("-o", want)))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert sorted(path.name for path in here.glob("*.out")) == [f"{form}.out" for form in FORMATS]
    record = json.loads((here / "json.out").read_text())
    assert record["format"] == "canary-guard/run/v1"
    assert record["verdict"] == "fail"
    assert {"findings", "estimates", "queries", "data_quality"} <= record.keys()


def test_a_report_that_cannot_be_written_changes_nothing_else(here: Path) -> None:
    done = run("check", "--recording", INCIDENT, "-o", "html=no/such/report.html", "-o", "json=run.json", "-q")
    assert done.returncode == 1
    assert "could not write no/such/report.html: No such file or directory" in done.stderr
    assert "FAIL: the canary sends" in done.stderr
    assert (here / "run.json").exists()
    assert run("check", "--recording", HEALTHY, "-o", "html=no/such/report.html").returncode == 0
    for command in (("report", "run.json", "-o", "html=no/such/report.html"), ("demo", "--report", "no/such.html")):
        assert run(*command).returncode == 2


def test_a_record_is_judged_and_rendered_again_to_the_byte(here: Path) -> None:
    first = run("check", "--recording", INCIDENT, "-o", "json=run.json", "-o", "html=first.html")
    again = run("check", "--run", "run.json", "-o", "json=again.json")
    page = run("report", "run.json", "-o", "html=second.html")
    assert (first.returncode, again.returncode, page.returncode) == (1, 1, 0)
    assert (here / "run.json").read_bytes() == (here / "again.json").read_bytes()
    assert (here / "first.html").read_bytes() == (here / "second.html").read_bytes()
    assert run("report", "-", given=(here / "run.json").read_text()).stdout.startswith("FAIL")


def test_a_record_may_be_judged_by_other_rules(here: Path) -> None:
    run("check", "--recording", INCIDENT, "-o", "json=run.json")
    lax = CONFIG + "default_rules: false\nrules:\n  - {id: lax, title: lax, severity: fail, advice: none,"
    (here / "lax.yaml").write_text(lax + " when: {measure: db_load_per_request, rises_by: x9}}\n")
    assert run("check", "--run", "run.json", "--config", "lax.yaml").returncode == 0
    refused = run("check", "--run", "run.json", "--deploy-time", "-5m")
    assert refused.returncode == 2
    assert "--deploy-time needs a --config" in refused.stderr
    refused = run("check", "--run", "run.json", CANARY_GUARD_DEPLOY_TIME="-5m")
    assert "CANARY_GUARD_DEPLOY_TIME needs a --config" in refused.stderr


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (("--canary", 'track="nope"'), "select"),
        (("--set", 'signals.misses.where=result="nope"'), "signals"),
        (("--set", "unit=instance"), "unit"),
        (("--config", "flat.yaml"), "strata"),
        (("--start", "-5s"), "start"),
        (("--window", "10m"), "window"),
        (("--set", "settle=1s"), "settle"),
    ],
)
def test_a_record_is_not_judged_by_what_was_never_read(here: Path, options: tuple[str, ...], key: str) -> None:
    (here / "flat.yaml").write_text(CONFIG.replace("strata: key_pattern\n", ""))
    run("check", "--recording", HEALTHY, "--window", "40s", "-o", "json=run.json")
    assert run("check", "--run", "run.json", "--config", "canary-guard.yaml", "--window", "40s").returncode in (0, 3)
    done = run("check", "--run", "run.json", "--config", "canary-guard.yaml", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`{key}` is not what the record was read with" in done.stderr


@pytest.mark.usefixtures("here")
def test_github_gets_annotations_and_outputs(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    done = run("check", "--recording", INCIDENT, "-o", "github", GITHUB_OUTPUT=str(outputs))
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")
    assert "verdict=fail\n" in outputs.read_text() or "verdict<<" in outputs.read_text()


@pytest.mark.usefixtures("here")
def test_shadow_reports_and_exits_with_zero() -> None:
    done = run("check", "--recording", INCIDENT, "--set", "mode=shadow")
    assert done.returncode == 0
    assert "trial" in done.stdout
    assert "FAIL" in done.stdout


@pytest.mark.usefixtures("here")
def test_environment_variables_stand_in_for_flags_and_flags_win() -> None:
    assert run("check", CANARY_GUARD_RECORDING=INCIDENT).returncode == 1
    assert run("check", "--recording", HEALTHY, CANARY_GUARD_RECORDING=INCIDENT).returncode == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WINDW", "5m", "an environment variable that sets no option; did you mean `CANARY_GUARD_WINDOW`?"),
        ("WINDOW", "5mm", "expected a duration such as `10m`, found `5mm`"),
        ("CANARY", "track=", "expected a value in quotes"),
        ("COMPARE", "both", "'both' is not one of"),
    ],
)
def test_an_environment_variable_that_is_wrong_is_named(name: str, value: str, says: str) -> None:
    done = run("check", "--recording", HEALTHY, **{f"CANARY_GUARD_{name}": value})
    assert (done.returncode, done.stdout) == (2, "")
    assert f"CANARY_GUARD_{name}: {says}" in done.stderr


@pytest.mark.usefixtures("here")
def test_inconclusive_may_be_mapped() -> None:
    short = ("check", "--recording", HEALTHY, "--window", "5s", "-q")
    assert run(*short).returncode == 3
    assert run(*short, "--inconclusive-as", "pass").returncode == 0
    assert run(*short, "--inconclusive-as", "exposure=fail").returncode == 1
    assert run(*short, "--inconclusive-as", "data=pass").returncode == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "--config", "missing.yaml"), "missing.yaml: cannot be read: No such file or directory"),
        (("check", "-o", "pdf"), "'pdf' is not a report"),
        (("check", "--set", "windw=5m"), "window"),
        (("check", "--baseline", ""), "baseline"),
        (("check", "--run", "a", "--recording", "b"), "exclude each other"),
        (("check", "--wait"), "--wait needs --deploy-time"),
        (("check", "--wait", "--deploy-time", "-1m", "--recording", "a"), "--wait waits for a live window"),
        (("check", "--wait", "--run", "a"), "--wait waits for a live window"),
        (("check", "-q", "-v", "--recording", HEALTHY), "--quiet and --verbose exclude each other"),
        (("report", "-vq", "run.json"), "--quiet and --verbose exclude each other"),
        (
            (
                "check",
                "--nonsense",
            ),
            "--nonsense",
        ),
        (("report",), "RUN.json"),
    ],
)
@pytest.mark.usefixtures("here")
def test_usage_and_configuration_errors_exit_with_two(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("answer", "code"), [(None, 4), ("pass", 0), ("fail", 1), ("inconclusive", 3)])
def test_a_recording_that_cannot_be_read_is_a_source_error(tmp_path: Path, answer: str | None, code: int) -> None:
    (tmp_path / "broken.jsonl").write_text('{"format": "canary-guard/recording/v1", "start": 1, "end": 2}\nnonsense\n')
    mapped = ("--source-error-as", answer) if answer else ()
    done = run("check", "--recording", "broken.jsonl", *mapped)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("error: broken.jsonl:2: not JSON: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("nope.gz", "nope.gz: No such file or directory"),
        ("canary-guard.yaml", "canary-guard.yaml:1: this is no recording: it looks like other text"),
    ],
)
def test_a_file_that_is_no_recording_is_one_line(here: Path, file: str, says: str) -> None:
    done = run("check", "--recording", file)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith(f"error: {says}")
    assert len(done.stderr.splitlines()) == 1
    (here / "canary-guard.yaml").write_text(CONFIG + "source_error_as: inconclusive\n")
    assert run("check", "--recording", file).returncode == 3


def test_without_a_configuration_it_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("check")
    assert done.returncode == 2
    assert "examples/canary-guard.yaml" in done.stderr
    assert "canary-guard schema config" in done.stderr


def test_the_list_of_commands_is_not_cut() -> None:
    assert "..." not in run("--help").stdout.split("Commands:")[1]


def test_a_prometheus_that_is_down_gives_four_and_a_page(here: Path) -> None:
    done = run(
        "check", "--deploy-time", "-12m", "-o", "html=down.html", "-o", "terminal", "--source-url", "http://127.0.0.1:1"
    )
    assert done.returncode == 4
    assert "127.0.0.1:1" in done.stdout
    assert "refused" in done.stdout.lower()
    assert "refused" in (here / "down.html").read_text().lower()


@pytest.mark.usefixtures("here")
def test_ctrl_c_exits_with_130_and_leaves_no_half_report(here: Path) -> None:
    with Loopback(Exchange.hang) as server:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "canary_guard",
                "check",
                "--deploy-time",
                "-12m",
                "--source-url",
                server.url,
                "-o",
                "html=x.html",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        while not server.received:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - began < 15
    assert "Traceback" not in stderr
    assert sorted(path.name for path in here.iterdir()) == ["canary-guard.yaml"]


def test_schemas_are_json() -> None:
    for of in ("config", "diff", "run"):
        done = run("schema", of)
        assert done.returncode == 0
        assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/")


def test_completion_offers_the_commands() -> None:
    done = run(_CANARY_GUARD_COMPLETE="bash_complete", COMP_WORDS="canary-guard re", COMP_CWORD="1")
    assert [line.split(",")[1] for line in done.stdout.split()] == ["record", "report"]


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(cli, [name, "--help"], prog_name="canary-guard")
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: canary-guard {name}")


@pytest.mark.usefixtures("here")
def test_a_reader_that_leaves_early_changes_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "canary_guard", "check", "--recording", INCIDENT, "-o", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        stderr = process.stderr.read()
    assert process.returncode == 1
    assert "Traceback" not in stderr
