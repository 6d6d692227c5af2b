"""Every page runs: its table as a recording, its configuration, its command, what that prints and its exit code."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml

from canary_guard.__main__ import main
from tests.docs.pages import ROOT, Command, Fence, fences, first_table, replay, table
from tests.scenarios.recording import course, recorded, write

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PAGES = sorted(HERE.glob("*/*.md"))
README = (HERE / "README.md").relative_to(ROOT)
USUAL = dict(table(README, "## The usual shop"))
OUTCOMES = {"held": "within", "breached": "exceeded", "undetermined": "undetermined"}


def ids(pack: str, key: str) -> set[str]:
    return {entry["id"] for entry in yaml.safe_load((ROOT / "rules" / pack).read_text())[key]}


def names(folder: str) -> set[str]:
    return {page.stem for page in PAGES if page.parent.name == folder}


def test_every_default_rule_is_held_breached_and_undetermined_on_a_page() -> None:
    every = {f"{rule}-{outcome}" for rule in ids("default.yaml", "rules") for outcome in OUTCOMES}
    assert names("rules") == every


def test_every_cause_is_named_on_a_page() -> None:
    assert names("causes") == ids("causes.yaml", "causes")


def test_every_pack_of_signals_is_held_and_breached_on_a_page() -> None:
    packs = {path.stem for path in (ROOT / "rules").glob("*.yaml") if "signals" in yaml.safe_load(path.read_text())}
    assert len(packs) >= 2
    for word in ("held", "breached"):
        pages = [page for page in PAGES if page.parent.name == "rules" and page.stem.endswith(word)]
        used = {pack for page in pages for pack in yaml.safe_load(fences_of(page)[0].text)["packs"]}
        assert used == packs


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own, and a terminal of 80 columns in UTC."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield tmp_path
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_scenario_is_as_its_page_says(page: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration, console = fences_of(page)
    (here / "canary-guard.yaml").write_text(configuration.text)
    write(here / "shop.jsonl", columns(page.read_text(), where=page.stem), USUAL)
    wrong = replay(console, Terminal(monkeypatch).answer)
    assert not wrong, "\n".join(wrong)
    if page.parent.name == "rules":
        rule, _, word = page.stem.rpartition("-")
        found = {one["rule"]["id"]: one["outcome"] for one in record(here)["findings"]}
        assert found[rule] == OUTCOMES[word]
    if page.parent.name == "causes":
        first = [one["id"] for one in record(here)["causes"] if one["status"] == "likely"][:2]
        assert page.stem in first


def fences_of(page: Path) -> tuple[Fence, Fence]:
    """The configuration and the console."""
    configuration, console = fences(page.relative_to(ROOT))
    assert (configuration.language, console.language) == ("yaml", "console")
    return configuration, console


def record(folder: Path) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads((folder / "run.json").read_text())
    return loaded


def columns(text: str, *, where: str) -> dict[str, dict[str, str]]:
    """What the page's table says, by column and row."""
    (_, *heads), *rows = first_table(text, where=where)
    return {head: {row[0]: row[at] for row in rows if row[at]} for at, head in enumerate(heads, start=1)}


class Terminal:
    """Runs a page's commands in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.status = 0

    def answer(self, command: Command) -> str:
        """What the page is to show."""
        if command.line == "echo $?":
            return f"{self.status}\n"
        program, *arguments = shlex.split(command.line)
        assert program == "canary-guard"
        self.monkeypatch.setattr(sys, "argv", [program, *arguments])
        screen = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen), pytest.raises(SystemExit) as done:
            main()
        assert isinstance(done.value.code, int)
        self.status = done.value.code
        screen.seek(0)
        return deciding(screen.read())


def deciding(printed: str) -> str:
    """The report down to its rules, and its last words; statistics and method are left out."""
    blocks = printed.rstrip("\n").split("\n\n")
    last = next((at for at, block in enumerate(blocks) if block.startswith("Rules\n")), len(blocks) - 1)
    left_out = ["…"] if last + 2 < len(blocks) else []
    return "\n\n".join([*blocks[: last + 1], *left_out, *blocks[max(last + 1, len(blocks) - 1) :]]) + "\n"


# The parts of the runner


@pytest.mark.parametrize(
    ("cell", "at", "expected"),
    [
        ("10", [-10, 0, 10], [10, 10, 10]),
        ("10 → 30", [-10, 0, 10], [10, 30, 30]),
        ("10, 30 from 20 s", [-10, 10, 20], [10, 10, 30]),
        ("5 → 10, 90 every 60 s", [-60, 0, 10, 60], [5, 90, 10, 90]),
        ("5 → 90 falling to 10 in 60 s", [-60, 0, 60], [5, 90, 10 + 80 / np.e]),
        ("10, not recorded", [-10, 0], [10, 10]),
    ],
)
def test_a_cell_is_a_number_in_time(cell: str, at: list[int], expected: list[float]) -> None:
    assert list(course(cell, np.array(at))) == pytest.approx(expected)
    with pytest.raises(ValueError, match="could not convert"):
        course(f"{cell} or so", np.array(at))


def test_a_series_is_there_where_the_cell_does_not_deny_it() -> None:
    at = np.array([-10, 0, 10])
    assert list(recorded("10", at)) == [True, True, True]
    assert list(recorded("10, not recorded", at)) == [False, False, False]
    assert list(recorded("10 → 10, not recorded", at)) == [True, False, False]
    assert list(recorded("10, not recorded → 10", at)) == [False, True, True]


def test_the_recording_counts_what_the_table_says(tmp_path: Path) -> None:
    table = {"baseline": {}, "canary": {"misses, of 1000 lookups": "10 → 30"}, "cache": {"evictions per second": "5"}}
    write(tmp_path / "shop.jsonl", table, USUAL)
    header, *series = map(json.loads, (tmp_path / "shop.jsonl").read_text().splitlines())
    assert header["end"] - header["deploy_time"] == 230
    counted = {
        arm: sum(
            float(one["values"][-1][1]) - float(one["values"][20 if arm == "stable" else 21][1])
            for one in series
            if one["metric"].get("track") == arm and one["metric"].get("result") == "miss"
        )
        for arm in ("stable", "canary")
    }
    # 6 pods, 100 requests a second, 3 lookups each; what a new process counted in its first 10 s is not seen here.
    assert counted["stable"] == pytest.approx(18 * 230, rel=0.1)
    assert counted["canary"] == pytest.approx(54 * 220, rel=0.1)
    (evicted,) = [one["values"] for one in series if one["metric"]["__name__"] == "redis_evicted_keys_total"]
    assert float(evicted[-1][1]) - float(evicted[0][1]) == pytest.approx(5 * 430, rel=0.1)


def test_a_table_with_a_row_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"not a row: \{.hits.\}"):
        write(tmp_path / "shop.jsonl", {"service": {"hits": "1"}}, USUAL)


def test_a_wrong_page_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "$ canary-guard --version\ncanary-guard 9\n$ echo $?\n1\n"
    monkeypatch.delenv("UPDATE_DOCS", raising=False)
    fence = Fence(page=Path("x.md"), line=1, language="console", text=text)
    assert len(replay(fence, Terminal(monkeypatch).answer)) == 2
