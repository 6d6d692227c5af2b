"""`canary-guard diff`, on the runs of two recorded incidents, and on what is no pair of runs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from canary_guard.cli import cli
from canary_guard.options import DIFF_FORMATS
from canary_guard.reports import REPORTS
from canary_guard.reports.look import Look
from tests.builders import a_plan, a_run
from tests.recordings import recordings
from tests.test_check import judged, plan_of
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of an incident and of a healthy deploy."""
    made = tmp_path_factory.mktemp("records")
    for name in ("02", "12"):
        (made / f"{name}.json").write_text(REPORTS["json"](judged(plan_of(recordings()[name])), Look()))
    return made


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("here")
def test_two_incidents() -> None:
    done = run("diff", "02.json", "12.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("FAIL → PASS: database load per request x2.1")
    assert "Was the same asked? Yes" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


def test_every_format_goes_where_it_was_asked_for(here: Path) -> None:
    wanted = [part for form in DIFF_FORMATS for part in ("-o", f"{form}={form}.out")]
    done = run("diff", "02.json", "12.json", *wanted, "-o", "markdown")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("## canary-guard: `shop-api`, what changed")
    assert json.loads((here / "json.out").read_text())["format"] == "canary-guard/diff/v1"
    assert (here / "html.out").read_text().startswith("<!doctype html>")
    assert (here / "terminal.out").exists()


def test_a_run_and_itself_from_standard_input(here: Path) -> None:
    done = run("diff", "-", "02.json", "-q", given=(here / "02.json").read_text())
    assert (done.returncode, done.stdout) == (0, "No difference: FAIL both times, asked the same, of the same data.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("02.json", "none.json"), 2, r"none\.json: cannot be read: No such file or directory"),
        (("02.json", "cart.json"), 2, r"cart\.json: the runs are of different services, 'shop-api' and 'cart-api'"),
        (("-", "-"), 2, "only one of the two records can be standard input"),
        (("02.json",), 2, r"Missing argument 'RUN2\.json'"),
        (("02.json", "12.json", "-o", "junit"), 2, "'junit' is not a report; there are html, json, markdown, terminal"),
        (("02.json", "12.json", "-q", "-v"), 2, "--quiet and --verbose exclude each other"),
        (("broken.json", "02.json"), 4, r"broken\.json:1: this is no complete JSON text"),
        (("02.json", "diff.json"), 4, r"diff\.json: its format is canary-guard/diff/v1, and this version reads"),
        (("02.json", "12.json", "-o", "html=no/such.html"), 2, r"could not write no/such\.html"),
    ],
)
def test_what_is_no_pair_of_runs_is_an_error(arguments: tuple[str, ...], code: int, says: str, here: Path) -> None:
    (here / "cart.json").write_text(REPORTS["json"](a_run(plan=a_plan(service="cart-api")), Look()))
    (here / "broken.json").write_text('{"format":')
    (here / "diff.json").write_text('{"format": "canary-guard/diff/v1"}')
    done = run("diff", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert re.search(says, done.stderr)
    assert "Traceback" not in done.stderr


def test_the_help_says_why_there_is_no_junit() -> None:
    shown = " ".join(CliRunner().invoke(cli, ["diff", "--help"]).output.split())
    assert "exits 0 whatever changed" in shown
    assert "no junit and no github, which say what failed" in shown
