"""Reports go where they were asked for, each by itself; then the run goes to its publishers, which change nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from canary_guard.errors import ConfigError, PublishError
from canary_guard.model.publishing import FilesPlan, GitHubPlan, PublisherPlan, SlackPlan, TextfilePlan, WebhookPlan
from canary_guard.model.run import Run
from canary_guard.publish import chosen, publish, send
from canary_guard.reports import REPORTS
from canary_guard.reports.json_record import render
from canary_guard.reports.look import Look
from tests.builders import a_plan, a_run
from tests.recordings import recordings
from tests.servers.loopback import Exchange, Loopback
from tests.test_check import CONFIG


def test_standard_output_and_files_in_one_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish(a_run(), [("terminal", "-"), ("json", str(tmp_path / "run.json"))])
    assert capsys.readouterr().out.startswith("FAIL")
    assert (tmp_path / "run.json").read_text() == REPORTS["json"](a_run(), Look())


def test_one_that_fails_leaves_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not publish(a_run(), [("html", str(tmp_path / "no" / "x.html")), ("json", str(tmp_path / "run.json"))])
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("error: could not write")
    assert said[1].startswith("FAIL: ")
    assert (tmp_path / "run.json").exists()


def test_a_report_that_cannot_be_made_leaves_the_others_and_the_publishers(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(run: Run, look: Look) -> str:
        raise RuntimeError("odd\nindeed")

    monkeypatch.setattr("canary_guard.publish.REPORTS", {**REPORTS, "html": fail})
    outputs = [("html", str(tmp_path / "x.html")), ("json", str(tmp_path / "run.json"))]
    plans = [TextfilePlan(path=str(tmp_path / "x.prom")), TextfilePlan(path=str(tmp_path / "no" / "x.prom"))]
    assert not publish(a_run(), outputs, plans)
    said = capsys.readouterr().err.splitlines()
    what = "the html report could not be made: RuntimeError: odd indeed; this is a fault of canary-guard's"
    assert said[0] == f"error: {what}"
    assert said[1].startswith("FAIL: ")
    assert said[2].startswith("published to textfile: ")
    assert said[3].startswith("not published to textfile: could not write ")
    assert said[3].endswith(" The report could not be kept.")
    assert len(said) == 4
    assert (tmp_path / "run.json").exists()


def test_github_outputs_are_appended_where_the_runner_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("other=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    assert publish(a_run(), [("github", "-")])
    assert outputs.read_text().startswith("other=1\n")
    assert (tmp_path / "summary").read_text() == REPORTS["markdown"](a_run(), Look())
    assert "fail" in outputs.read_text()
    assert "::error" in capsys.readouterr().out


def test_outputs_that_cannot_be_appended_leave_the_annotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "no" / "outputs"))
    assert not publish(a_run(), [("github", "-")])
    shown = capsys.readouterr()
    assert "::error" in shown.out
    assert "could not append" in shown.err


def test_a_github_publisher_writes_the_runners_files_in_place_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    monkeypatch.delenv("GITHUB_EVENT_PATH", raising=False)
    assert publish(a_run(), [("github", "-")], [GitHubPlan()])
    assert (tmp_path / "summary").read_text().count("\n## ") + 1 == 1
    assert capsys.readouterr().err == "published to github: the job's summary\n"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where directories for what failed are made."""
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_each_publisher_is_told_in_a_line_whatever_becomes_of_the_others(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SLACK_TOKEN", raising=False)
    plans: list[PublisherPlan] = [
        FilesPlan(directory=str(tmp_path / "runs")),
        SlackPlan(channel="#x", token="${SLACK_TOKEN}"),
        TextfilePlan(path=str(tmp_path / "no" / "x.prom")),
        WebhookPlan(url="http://127.0.0.1:1"),
    ]
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert not send(a_run(), plans, record=None)
    lines = capsys.readouterr().err.splitlines()
    (folder,) = kept.iterdir()
    again = f" The report is in {folder}; to repeat: canary-guard publish {folder}/run.json --to "
    assert lines[0].startswith(f"published to files: {tmp_path}/runs/2026")
    assert lines[1] == "not published to slack: SLACK_TOKEN is not set"
    assert lines[2].startswith("not published to textfile: could not write ")
    assert lines[2].endswith(f"{again}textfile")
    assert lines[3].startswith("not published to webhook: posting the run as json: http://127.0.0.1:1 gave no answer (")
    assert lines[3].endswith(f"{again}webhook")
    assert len(lines) == 4
    assert (folder / "run.json").read_text() == render(a_run())
    assert (folder / "report.html").read_text() == REPORTS["html"](a_run(), Look())


def test_nothing_is_kept_for_what_was_not_tried(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not send(a_run(), [SlackPlan(webhook="${NO_SUCH_VARIABLE}")], record=None)
    assert capsys.readouterr().err == "not published to slack: NO_SUCH_VARIABLE is not set\n"
    assert list(kept.iterdir()) == []


def test_a_record_that_is_there_is_named(tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = replace(a_run(), plan=a_plan(config_file="my config.yaml"))
    path = str(tmp_path / "run.json")
    assert publish(run, [("json", path)], [TextfilePlan(path=str(tmp_path / "no" / "x.prom"))])
    assert capsys.readouterr().err.endswith(
        f"The report is in {path}; to repeat: canary-guard publish {path} --config 'my config.yaml' --to textfile\n"
    )
    assert list(kept.iterdir()) == []


def test_where_nothing_can_be_kept_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no"))
    assert not send(a_run(), [TextfilePlan(path=str(tmp_path / "no" / "x.prom"))], record=None)
    assert capsys.readouterr().err.endswith("The report could not be kept.\n")


def test_not_even_a_fault_of_ours_is_a_crash(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: PublisherPlan = WebhookPlan(url="http://h", format="pdf")  # type: ignore[arg-type] # on purpose
    assert not send(a_run(), [wrong], record="run.json")
    assert "not published to webhook: a fault in canary-guard (KeyError)." in capsys.readouterr().err


def test_a_server_that_never_ends_its_headers_is_left(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not exchange.hang(0.05):
            exchange.wfile.write(b"x")
            exchange.wfile.flush()

    with Loopback(drip) as server:
        began = time.monotonic()
        assert not send(a_run(), [WebhookPlan(url=server.url, timeout=200)], record="run.json")
        assert time.monotonic() - began < 5
    assert "not published to webhook: not done within 2.2 s. See what it waits for" in capsys.readouterr().err


def test_what_a_server_says_is_made_visible(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Loopback(lambda exchange: exchange.answer(b"##[error]pwned \x1b[31m\n::error::x", status=400)) as server:
        send(a_run(), [WebhookPlan(url=server.url)], record="run.json")
    said = capsys.readouterr().err
    assert "HTTP 400: " in said
    assert len(said.splitlines()) == 1
    assert "##[" not in said
    assert "\x1b" not in said
    assert not re.search(r"(?<!\S)::error", said)


def test_publishers_are_chosen_by_name() -> None:
    plan = a_plan(publish=(FilesPlan(directory="x"), GitHubPlan()))
    assert chosen(plan, ()) == list(plan.publish)
    assert chosen(plan, ["github"]) == [GitHubPlan()]
    with pytest.raises(ConfigError, match="nothing says how to publish to jira; there are files, github"):
        chosen(plan, ["jira"])
    with pytest.raises(ConfigError, match="nothing says where to publish; there is no `publish` section"):
        chosen(a_plan(), ())


def test_a_record_has_no_secret_and_is_read_again() -> None:
    plans: tuple[PublisherPlan, ...] = (GitHubPlan(), WebhookPlan(url="${U}", headers={"A": "Bearer ${T}"}))
    run = replace(a_run(), plan=a_plan(publish=plans))
    text = render(run)
    assert json.loads(text)["plan"]["publish"][1]["headers"] == {"A": "Bearer ${T}"}
    assert REPORTS["json"](read_again(text), Look()) == text


def read_again(text: str) -> Run:
    from canary_guard.reports.json_record import read

    run = read(text, where="x")
    assert isinstance(run.plan.publish[0], GitHubPlan)
    return run


INCIDENT = str(recordings()["02"].path)


def guard(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CANARY_GUARD_", "GITHUB_"))}
    return subprocess.run(
        [sys.executable, "-m", "canary_guard", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**kept, "COLUMNS": "80", "TMPDIR": str(folder), **environment},
        check=False,
        timeout=60,
    )


def test_end_to_end_a_run_is_published_and_repeated(tmp_path: Path) -> None:
    """To a webhook that answers, one that hangs and one that refuses; then again, when it is well."""
    ill = True

    def respond(exchange: Exchange) -> None:
        if exchange.received.path == "/hang/s3cret-path" and ill:
            exchange.hang()
        elif exchange.received.path == "/refuse/s3cret-path" and ill:
            exchange.answer({"message": "no, s3cret-token"}, status=403)
        else:
            exchange.answer({"ok": True})

    with Loopback(respond) as server:
        environment = {"TOKEN": "s3cret-token", "OUT": "s3cret-path", "HOST": server.url}
        section = "publish: {webhook: {url: '${HOST}/%s/${OUT}', headers: {X-Token: '${TOKEN}'}, timeout: 500ms}}\n"
        check = ("check", "--recording", INCIDENT, "--quiet")
        for name in ("take", "hang", "refuse"):
            (tmp_path / f"{name}.yaml").write_text(CONFIG + section % name)
        done = {
            name: guard(tmp_path, *check, "--config", f"{name}.yaml", **environment)
            for name in ("take", "hang", "refuse")
        }
        took, hung, refused = (done[name].stderr for name in ("take", "hang", "refuse"))
        assert {one.returncode for one in done.values()} == {1}
        assert len({one.stdout for one in done.values()}) == 1
        assert took == f"published to webhook: {server.url}\n"
        assert server.received[0].headers["x-token"] == "s3cret-token"
        record = json.loads(server.received[0].body)
        assert record["verdict"] == "fail"
        assert record["plan"]["publish"][0]["headers"] == {"X-Token": "${TOKEN}"}
        assert f"webhook: posting the run as json: {server.url} gave no answer (no whole answer within 0.5 s)" in hung
        assert f"webhook: posting the run as json: {server.url} answered HTTP 403: no, ***. " in refused
        repeat = re.search(r"to repeat: canary-guard (publish (\S+/run\.json) --config hang\.yaml --to webhook)$", hung)
        assert repeat
        assert (Path(repeat[2]).parent / "report.html").exists()
        printed = done["hang"].stdout
        everything = f"{took}{hung}{refused}{printed}{Path(repeat[2]).read_text()}"
        assert "s3cret" not in everything
        again = guard(tmp_path, *repeat[1].split(), **environment)
        assert again.returncode == 2
        ill = False
        again = guard(tmp_path, *repeat[1].split(), **environment)
        assert (again.returncode, again.stderr) == (0, f"published to webhook: {server.url}\n")
        assert server.received[-1].body == Path(repeat[2]).read_text()


def test_end_to_end_nothing_is_published_without_being_asked(tmp_path: Path) -> None:
    with Loopback(lambda exchange: exchange.answer(b"")) as server:
        (tmp_path / "canary-guard.yaml").write_text(CONFIG + f"publish: {{webhook: {{url: '{server.url}'}}}}\n")
        done = guard(tmp_path, "check", "--recording", INCIDENT, "--no-publish", "-q", "-o", "json=run.json")
        assert (done.returncode, done.stderr) == (1, "")
        # A record may come from anywhere: what it says of publishing is not done with this environment's secrets.
        assert guard(tmp_path, "check", "--run", "run.json", "-q").stderr == ""
        assert server.received == []
        done = guard(tmp_path, "check", "--run", "run.json", "--config", "canary-guard.yaml", "-q")
        assert done.stderr == f"published to webhook: {server.url}\n"


def test_end_to_end_a_laptop_without_variables_is_told_and_judged(tmp_path: Path) -> None:
    (tmp_path / "canary-guard.yaml").write_text(
        CONFIG + "publish: {jira: {url: http://j, issue: A-1, token: '${NO_JIRA_TOKEN}'}, github: {}}\n"
    )
    done = guard(tmp_path, "check", "--recording", INCIDENT, "-q")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "not published to github: GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set, and no pull request is known",
        "not published to jira: NO_JIRA_TOKEN is not set",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["canary-guard.yaml"]
    refused = guard(tmp_path, "publish", "no.json")
    assert (refused.returncode, refused.stderr) == (2, "error: no.json: cannot be read: No such file or directory\n")


def test_a_publishers_failure_is_an_error_of_output() -> None:
    assert PublishError.exit_code == 2
