"""Markdown pages taken apart: their fences and their tables; and the console fences run, and written again."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "examples/**/*.md",
        "rules/*.md",
        "tests/scenarios/README.md",
    )
    for path in ROOT.glob(pattern)
)


@dataclass(frozen=True, kw_only=True)
class Fence:
    """A block of code in a page."""

    page: Path
    line: int
    """of its first line of text, from 1"""
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def fences(page: Path) -> Iterator[Fence]:
    """All fenced blocks, in order; an indented fence loses its indentation."""
    inside: list[str] | None = None
    opening = re.compile(r"( *)(`{3,})(\S*)\s*$")
    for number, line in enumerate((ROOT / page).read_text().splitlines(keepends=True), start=1):
        found = opening.match(line)
        if inside is None and found:
            indent, ticks, language = found.groups()
            inside, first = [], number + 1
        elif inside is not None and line.strip() == ticks:
            text = "".join(part.removeprefix(indent) for part in inside)
            yield Fence(page=page, line=first, language=language, text=text)
            inside = None
        elif inside is not None:
            inside.append(line)
    assert inside is None, f"{page}: a fence is never closed"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of a console fence, and what the page says that it prints."""

    line: str
    shown: str


def commands(fence: Fence) -> list[Command]:
    """`$ command`, each with the lines under it; a backslash at the end continues a command on the next line."""
    found: list[Command] = []
    for block in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
        lines = block.splitlines(keepends=True)
        length = 1
        while lines[length - 1].rstrip("\n").endswith("\\"):
            length += 1
        found.append(Command(line="".join(lines[:length]).rstrip("\n"), shown="".join(lines[length:])))
    return found


def table(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its header row."""
    text = (ROOT / page).read_text()
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"{page} has no heading {heading}"
    return first_table(re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0], where=f"{page}, {heading}")[1:]


def first_table(text: str, *, where: str) -> list[list[str]]:
    """The cells of the first table of a text, its header row first."""
    rows = re.search(r"^(\|.*\n)\|[-| :]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert rows, f"{where}: there is no table"
    return [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for row in f"{rows[1]}{rows[2]}".splitlines()
    ]


def replay(fence: Fence, answer: Callable[[Command], str]) -> list[str]:
    """What a console fence shows and `answer` does not say; `UPDATE_DOCS=1` writes the answers into the page."""
    answers = [(command, answer(command)) for command in commands(fence)]
    wrong = [f"{fence}: $ {command.line}\n{text}" for command, text in answers if text != command.shown]
    if wrong and os.environ.get("UPDATE_DOCS"):
        path = ROOT / fence.page
        whole = path.read_text()
        assert whole.count(f"\n{fence.text}```") == 1
        again = "".join(f"$ {command.line}\n{text}" for command, text in answers)
        path.write_text(whole.replace(f"\n{fence.text}```", f"\n{again}```"))
    return wrong


def agrees(shown: str, printed: str) -> bool:
    """Whether a fence shows what a command prints; a line with nothing but `…` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line) for line in shown.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


@dataclass
class Console:
    """A terminal of 80 columns, without colour and without a network, in a folder of its own."""

    folder: Path
    status: int = 0

    def __post_init__(self) -> None:
        for name in ("examples", "rules", "constraints", "Makefile", "pyproject.toml"):
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / "canary-guard.yaml").write_text((ROOT / "examples" / "canary-guard.yaml").read_text())

    def run(self, line: str) -> str | None:
        """What the command prints; None for a command that is only checked, because it would install or deploy."""
        line = self._made(line)
        if line == "echo $?":
            return f"{self.status}\n"
        match line.split()[0]:
            case "canary-guard" | "jq" | "cat" | "ls":
                return self._bash(line)
            case "make":
                targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
                assert set(re.findall(r"(?<= )[a-z-]+(?= |$)", line)) <= set(targets), f"no such target: {line}"
            case "python" | "python3" | "pip" | "kubectl" | "docker" | "git" | "cd":
                for path in re.findall(r"(?:-r|-f|--requirement|--file|--filename)[ =](\S+)", line):
                    assert (self.folder / path).exists(), f"no such file: {path}"
            case other:
                raise AssertionError(f"nobody has said how {other} is tried")
        return None

    def _made(self, line: str) -> str:
        """`make demo` as the command that its recipe runs in the environment that it makes."""
        recipe = re.search(
            r"^demo:.*\n\t@\$\(BIN\)/python -m canary_guard (.*)\n", (ROOT / "Makefile").read_text(), re.MULTILINE
        )
        assert recipe
        return f"canary-guard {recipe[1]}" if line == "make demo" else line

    def _bash(self, line: str) -> str:
        closed = "http://127.0.0.1:9"
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={
                "PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "COLUMNS": "80",
                "NO_COLOR": "1",
                "http_proxy": closed,
                "https_proxy": closed,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.status = done.returncode
        return done.stdout
