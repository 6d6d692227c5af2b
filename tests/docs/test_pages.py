"""Every fence of every page is loaded or run; `UPDATE_DOCS=1` writes what commands print into the console fences."""

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from canary_guard.config.load import load_plan
from tests.docs.pages import PAGES, ROOT, Command, Console, Fence, agrees, commands, fences, replay

FENCES = [fence for page in PAGES for fence in fences(page)]
LANGUAGES = {"console", "python", "text", "yaml"}
MINIMAL = """
service: shop-api
source: {prometheus: {url: "http://127.0.0.1:9090"}}
select: {all: 'service="shop-api"', baseline: 'track="stable"', canary: 'track="canary"'}
"""


def of(language: str) -> list[Fence]:
    return [fence for fence in FENCES if fence.language == language]


def test_there_are_pages_and_fences() -> None:
    assert {str(page) for page in PAGES} >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
    assert {page.parent.name for page in PAGES} >= {"argo-rollouts", "github-actions", "rules"}
    assert len(of("console")) >= 3
    assert len(of("yaml")) >= 3


@pytest.mark.parametrize("fence", FENCES, ids=str)
def test_fence_says_what_it_is(fence: Fence) -> None:
    assert fence.language in LANGUAGES


@pytest.mark.parametrize("fence", of("yaml"), ids=str)
def test_yaml_is_accepted_where_it_belongs(fence: Fence, tmp_path: Path) -> None:
    loaded = yaml.safe_load(fence.text)
    if isinstance(loaded, list):
        assert_workflow({"on": "push", "jobs": {"job": {"runs-on": "ubuntu-24.04", "steps": loaded}}}, tmp_path)
    elif "jobs" in loaded:
        assert_workflow(loaded, tmp_path)
    elif "apiVersion" in loaded or "podMetricsEndpoints" in loaded:
        assert loaded["kind"]
    else:
        text = fence.text
        if "service" not in loaded:
            text = MINIMAL + ("" if "packs" in loaded else "packs: [prometheus-client]\n") + text
        environment = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "x")
        load_plan(text, file=str(fence), environment=environment, now=1_795_252_260_000)


@pytest.mark.parametrize("fence", of("python"), ids=str)
def test_python_runs(fence: Fence) -> None:
    done = subprocess.run([sys.executable, "-c", fence.text], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def assert_workflow(workflow: dict[object, object], folder: Path) -> None:
    path = folder / "workflow.yaml"
    path.write_text(json.dumps({key if isinstance(key, str) else "on": value for key, value in workflow.items()}))
    program = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    done = subprocess.run(
        [program, "--builtin-schema", "vendor.github-workflows", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(fence.page == page for fence in of("console"))], ids=str
)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    """In order, and in one folder, so that a later command may use what an earlier one wrote."""
    console = Console(tmp_path)

    def answer(command: Command) -> str:
        printed = console.run(command.line)
        if printed is None:
            return ""
        return command.shown if agrees(command.shown, printed) else shown_again(command, printed)

    wrong = [one for fence in of("console") if fence.page == page for one in replay(fence, answer)]
    assert not wrong, "\n".join(wrong)


def shown_again(command: Command, printed: str) -> str:
    """What it prints now, with as many lines left out for a `…` as the page showed around it."""
    if "…\n" not in command.shown:
        return printed
    head, _, tail = (part.splitlines() for part in command.shown.partition("…\n"))
    lines = printed.splitlines()
    return "\n".join((*lines[: len(head)], "…", *lines[len(lines) - len(tail) :], ""))


def test_dots_stand_for_any_lines() -> None:
    assert agrees("a\n…\nc\n", "a\nb\nb\nc\n")
    assert agrees("a\n…\n", "a\n")
    assert not agrees("a\n…\nc\n", "a\nb\n")
    assert not agrees("a\n", "a\nb\n")
    assert not agrees("a.c\n", "abc\n")


def test_commands_are_told_from_what_they_print() -> None:
    fence = Fence(page=Path("x"), line=1, language="console", text="$ a \\\n    -b\nout\n$ c\n")
    assert commands(fence) == [Command(line="a \\\n    -b", shown="out\n"), Command(line="c", shown="")]


def test_dots_are_kept_when_a_fence_is_rewritten() -> None:
    printed = "1\n2\n3\n4\n5\n"
    assert shown_again(Command(line="x", shown="a\nb\n…\nc\n"), printed) == "1\n2\n…\n5\n"
    assert shown_again(Command(line="x", shown="…\n"), printed) == "…\n"
    assert shown_again(Command(line="x", shown="a\n"), printed) == printed


def test_a_wrong_page_is_noticed(tmp_path: Path) -> None:
    console = Console(tmp_path)
    assert console.run("canary-guard --version") != "canary-guard 9\n"
    with pytest.raises(AssertionError, match="no such target"):
        console.run("make tea")
    with pytest.raises(AssertionError, match="no such file"):
        console.run("kubectl apply -f examples/none.yaml")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text()):
        if not re.match(r"https?:|#", target):
            assert (ROOT / page).parent.joinpath(target.partition("#")[0]).exists(), target
