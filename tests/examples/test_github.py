"""The GitHub action and the workflows: valid, safe, and run step by step on recorded incidents."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.examples.runner import Action, Outputs, Runner, bare_environment, load
from tests.servers.loopback import Exchange, Loopback

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "canary-guard"
CI = ROOT / ".github" / "workflows" / "ci.yml"
DEPLOY = ROOT / "examples" / "github-actions" / "deploy.yml"
CONFIG = ROOT / "examples" / "canary-guard.yaml"
RECORDINGS = ROOT / "examples" / "recordings"
FILES = [*sorted(ROOT.glob(".github/workflows/*.yml")), *sorted(ROOT.glob("examples/github-actions/*.yml"))]
DEPLOY_TIME = "1795252267.115"


def recording(name: str) -> str:
    return str(RECORDINGS / f"{name}.jsonl.gz")


def tool(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / name
    return subprocess.run(
        [program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


@pytest.mark.parametrize("path", [*FILES, ACTION / "action.yml"], ids=lambda path: path.name)
def test_file_is_what_github_accepts_and_zizmor_finds_nothing_in_it(path: Path) -> None:
    schema = "vendor.github-actions" if path.name == "action.yml" else "vendor.github-workflows"
    checked = tool("check-jsonschema", "--builtin-schema", schema, path)
    assert checked.returncode == 0, checked.stdout
    audited = tool("zizmor", "--offline", "--quiet", "--no-config", path)
    assert audited.returncode == 0, audited.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_workflow_asks_for_nothing_and_ends_in_time(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert job["permissions"] == {"contents": "read"}


def steps(path: Path) -> list[dict[str, Any]]:
    loaded = load(path)
    if "runs" in loaded:
        return list(loaded["runs"]["steps"])
    return [step for job in loaded["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", [*FILES, ACTION / "action.yml"], ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_nothing_is_pasted_into_a_script(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", "")
        uses = step.get("uses", "./")
        assert uses.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses)
        if uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


class Store:
    """Stands in for actions/upload-artifact."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.kept: dict[str, set[str]] = {}

    def __call__(self, given: Mapping[str, str]) -> Outputs:
        if self.broken:
            raise OSError("the store is full")
        self.kept[given["name"]] = {path.name for path in Path(given["path"]).iterdir()}
        return {}


def actions(store: Store | None = None) -> dict[str, Action | Path]:
    return {
        "actions/checkout": lambda given: {},
        "actions/setup-python": lambda given: {"python-path": sys.executable},
        "actions/upload-artifact": store or Store(),
        "./.github/actions/canary-guard": ACTION,
        "your-organisation/canary-guard/.github/actions/canary-guard": ACTION,
    }


def runner(tmp_path: Path, store: Store | None = None, **contexts: dict[str, str]) -> Runner:
    """The action installs with pip as on GitHub; pip finds everything installed already, and the network closed."""
    temp = tmp_path / "temp"
    temp.mkdir()
    installed = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    environment = bare_environment(PYTHONPATH=installed, PIP_NO_INDEX="1")
    return Runner(workspace=ROOT, temp=temp, environment=environment, actions=actions(store), contexts=contexts)


def guard(tmp_path: Path, inputs: Mapping[str, str], store: Store | None = None) -> Runner:
    """One step that uses the action."""
    ran = runner(tmp_path, store)
    ran.run([{"id": "guard", "uses": "./.github/actions/canary-guard", "with": {"config": str(CONFIG), **inputs}}])
    return ran


@pytest.mark.parametrize(
    "matrix", load(CI)["jobs"]["action"]["strategy"]["matrix"]["include"], ids=lambda row: row["recording"]
)
def test_ci_uses_the_action(tmp_path: Path, matrix: dict[str, str]) -> None:
    store = Store()
    ran = runner(tmp_path, store, matrix=matrix)
    ran.run(load(CI)["jobs"]["action"]["steps"])
    assert not ran.failed, "".join(step.log for step in ran.steps.values())
    assert store.kept == {f"canary-guard-{matrix['recording']}": {"report.html", "report.md", "run.json"}}
    assert ran.steps["guard"].outputs["sentence"] in ran.summary.replace("\\", "")


def test_ci_would_notice_a_wrong_verdict(tmp_path: Path) -> None:
    ran = runner(
        tmp_path, matrix={"recording": "02-key-prefix", "verdict": "pass", "exit-code": "0", "outcome": "success"}
    )
    ran.run(load(CI)["jobs"]["action"]["steps"])
    assert ran.failed


def test_a_failing_store_changes_no_verdict(tmp_path: Path) -> None:
    ran = guard(tmp_path, {"recording": recording("01-aa-healthy")}, Store(broken=True))
    assert (ran.steps["guard"].outcome, ran.steps["guard"].outputs["verdict"]) == ("success", "pass")


def test_every_option_reaches_the_command(tmp_path: Path) -> None:
    inputs = {
        "recording": recording("02-key-prefix"),
        "baseline": 'track="stable"',
        "canary": 'track=~"can.*"',
        "compare": "concurrent",
        "window": "90s",
        "start": "2026-11-21T09:11:40Z",
        "end": "2026-11-21T09:12:40Z",
        "deploy-time": DEPLOY_TIME,
        "step": "2s",
        "wait": "false",
        "inconclusive-as": "exposure=pass,data=fail",
        "source-error-as": "fail",
        "set": "alpha=0.02\nmode=shadow\n",
        "comment": "false",
        "artifact": "",
    }
    assert set(inputs) | {"source-url", "config", "python-version"} == set(load(ACTION / "action.yml")["inputs"])
    store = Store()
    ran = guard(tmp_path, inputs, store)
    assert ran.steps["guard"].outcome == "success", ran.steps["guard"].log
    assert store.kept == {}
    plan = read_record(ran)["plan"]
    assert plan["compare"] == "concurrent"
    assert plan["times"]["window"] == 90_000
    assert plan["times"]["step"] == 2_000
    assert plan["times"]["end"] - plan["times"]["start"] == 60_000
    assert plan["times"]["deploy_time"] == float(DEPLOY_TIME) * 1000
    assert plan["select"]["canary"][0]["value"] == "can.*"
    assert plan["levels"]["alpha"] == 0.02
    assert plan["mode"] == "shadow"
    assert plan["exits"]["inconclusive_as"] == {"exposure": "pass", "data": "fail"}
    assert plan["exits"]["source_error_as"] == "fail"


def test_a_pull_request_gets_a_comment_and_the_job_one_summary(tmp_path: Path) -> None:
    def github(exchange: Exchange) -> None:
        posted = exchange.received.method == "POST"
        exchange.answer({"html_url": "https://github.com/shop/api/pull/12#issuecomment-5"} if posted else [])

    (tmp_path / "event.json").write_text('{"pull_request": {"number": 12}}')
    with Loopback(github) as server:
        ran = runner(tmp_path)
        ran.environment = {
            **ran.environment,
            "GITHUB_API_URL": server.url,
            "GITHUB_REPOSITORY": "shop/api",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_TOKEN": "ghs_s3cret",
        }
        inputs = {"config": str(CONFIG), "recording": recording("02-key-prefix"), "comment": "true"}
        ran.run([{"id": "guard", "uses": "./.github/actions/canary-guard", "with": inputs}])
        body = json.loads(server.received[-1].body)["body"]
    step = ran.steps["guard"]
    assert (step.outcome, step.outputs["verdict"], step.outputs["exit-code"]) == ("failure", "fail", "1")
    assert "published to github: the job's summary, the step's outputs, comment https://github.com/shop/api" in step.log
    assert server.received[-1].path == "/repos/shop/api/issues/12/comments"
    assert body.startswith("<!-- canary-guard shop-api ")
    assert ran.summary.count("\n**What to do**\n") == 1
    assert ran.summary in body
    assert "s3cret" not in step.log


def test_wait_reaches_the_command_which_has_nothing_to_wait_for_in_a_recording(tmp_path: Path) -> None:
    ran = guard(tmp_path, {"recording": recording("02-key-prefix"), "deploy-time": DEPLOY_TIME, "wait": "true"})
    assert ran.steps["guard"].outputs["exit-code"] == "2"
    assert "--wait waits for a live window" in ran.steps["guard"].log


def read_record(ran: Runner) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(Path(ran.steps["guard"].outputs["record"]).read_text())
    return record


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"config": "no-such.yaml"}, "2"),
        ({"window": '1m"; touch pwned; echo "', "step": "$(touch pwned)", "set": "`touch pwned`"}, "2"),
        ({"source-url": "http://127.0.0.1:9", "set": "source.prometheus.retries=0"}, "4"),
    ],
)
def test_what_cannot_be_judged_fails_the_step(tmp_path: Path, inputs: dict[str, str], code: str) -> None:
    ran = guard(tmp_path, inputs)
    assert (ran.steps["guard"].outcome, ran.steps["guard"].outputs["exit-code"]) == ("failure", code)
    assert ran.steps["guard"].outputs["verdict"] != "pass"
    assert not list(ROOT.glob("pwned"))


def test_a_failed_installation_fails_the_step(tmp_path: Path) -> None:
    ran = runner(tmp_path)
    ran.environment = {**ran.environment, "PYTHONPATH": ""}
    ran.run([{"id": "guard", "uses": "./.github/actions/canary-guard", "with": {"config": str(CONFIG)}}])
    assert ran.steps["guard"].outcome == "failure"
    assert ran.steps["guard"].outputs["exit-code"] == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01-aa-healthy", ["set image deployment/shop-api-canary", "set image deployment/shop-api shop-api=new"]),
        ("02-key-prefix", ["set image deployment/shop-api-canary", "rollout undo deployment/shop-api-canary"]),
        ("no-such", ["set image deployment/shop-api-canary", "rollout undo deployment/shop-api-canary"]),
    ],
)
def test_deploy_promotes_what_passes_and_rolls_back_what_does_not(
    tmp_path: Path, name: str, expected: list[str]
) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    calls = tmp_path / "calls"
    stand_in(bin_folder / "kubectl", f'echo "$*" >> {calls}')
    stand_in(bin_folder / "date", f"echo {DEPLOY_TIME}")
    ran = runner(tmp_path, inputs={"image": "new"}, secrets={"PROMETHEUS_TOKEN": "s3cret"})
    ran.workspace = tmp_path
    (tmp_path / "canary-guard.yaml").write_text(CONFIG.read_text())
    ran.environment = {**ran.environment, "PATH": f"{bin_folder}:{ran.environment['PATH']}"}
    workflow = load(DEPLOY)["jobs"]["deploy"]["steps"]
    (uses,) = (step for step in workflow if step.get("id") == "guard")
    uses["with"] |= {"recording": recording(name), "wait": "false"}
    ran.run(workflow)
    passed = name == "01-aa-healthy"
    assert ran.failed is not passed
    made = [line for line in calls.read_text().splitlines() if not line.startswith("rollout status")]
    assert [call.startswith(start) for call, start in zip(made, expected, strict=True)] == [True, True]
    if not passed:
        assert "Rolling back. " in ran.steps["Roll back"].log
    assert "s3cret" not in "".join(step.log for step in ran.steps.values()) + ran.summary


def stand_in(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
