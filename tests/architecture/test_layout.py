"""The house stays as it is drawn: layers, sizes, names, a test beside every module, nothing slow or foreign inside."""

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import canary_guard
from canary_guard.model.plan import SourcePlan
from canary_guard.model.publishing import PublisherPlan
from canary_guard.options import FORMATS
from canary_guard.publishers import PUBLISHERS, publisher
from canary_guard.reports import REPORTS
from canary_guard.sources import SOURCES

PACKAGE = Path(canary_guard.__file__).parent
ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
ROOMS = ("config", "judge", "model", "publishers", "reports", "sources", "stats")
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
SIZES = {"check.py": 80, "cli.py": 250}
"""lines, where less than the common 300"""
GATHERING = {"utils", "util", "common", "helpers", "helper", "core", "misc", "shared", "base_utils"}


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_rooms_know_the_model_and_never_each_other() -> None:
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_contracts_are_in_force() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers, pure, cycles, doors = settings["contracts"]
    assert (layers["type"], layers["exhaustive"]) == ("layers", True)
    assert any(set(re.split(r" \| ", layer)) == set(ROOMS) - {"model"} for layer in layers["layers"])
    assert set(pure["source_modules"]) == {f"canary_guard.{room}" for room in ("model", "stats", "judge", "reports")}
    assert {"requests", "os", "time", "random", "pathlib", "logging"} <= set(pure["forbidden_modules"])
    assert cycles["ancestors"] == ["canary_guard"]
    assert set(doors["forbidden_modules"]) == {f"canary_guard.{room}" for room in ROOMS}


def test_the_rooms_are_those_of_the_design() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(ROOMS)
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_is_small(module: Path) -> None:
    assert lines(PACKAGE / module) <= SIZES.get(str(module), 300), "split it by noun"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_is_named_after_what_it_holds(module: Path) -> None:
    assert module.stem not in GATHERING
    assert not module.stem.startswith("_") or module.stem in ("__init__", "__main__")
    assert module.stem not in sys.stdlib_module_names - {"numbers", "selectors", "signal"}, (
        "it would be taken for the library's"
    )


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_says_what_it_is(module: Path) -> None:
    first = (PACKAGE / module).read_text().lstrip()
    assert first.startswith('"""')


def has_code(module: Path) -> bool:
    """Whether anything in it can go wrong: records and enumerations alone are proved by those who use them."""
    tree = ast.parse((PACKAGE / module).read_text())
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))


@pytest.mark.parametrize("module", [path for path in MODULES if has_code(path) and path.name != "__init__.py"], ids=str)
def test_module_has_a_test_of_its_own(module: Path) -> None:
    mirror = TESTS / module.parent / f"test_{module.name}"
    assert mirror.exists(), f"{module} has no {mirror.relative_to(ROOT)}"


def test_nothing_names_this_machine_or_a_registry() -> None:
    """Text that only means something where it was written: home and work folders, package hosts, index options."""
    foreign = re.compile(
        r"(?<![\w.])/(?:work|root|home)/|pypi\.(?:org|python)|pythonhosted|npmjs|--(?:extra-)?index-url|--trusted-host"
    )
    files = [
        path
        for pattern in (
            "*.md",
            "*.toml",
            "Makefile",
            ".ci/*",
            ".github/**/*",
            "bench/*.py",
            "constraints/*",
            "examples/**/*",
            "rules/*",
            "tests/**/*.*y*",
        )
        for path in ROOT.glob(pattern)
        if path.is_file() and path.suffix not in (".gz", ".pyc") and path != Path(__file__)
    ]
    files += [PACKAGE / module for module in MODULES]
    assert len(files) > 20
    found = [
        f"{path}:{number}: {line}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if foreign.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_every_pinned_dependency_has_its_hash(name: str) -> None:
    text = (ROOT / "constraints" / name).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[\w.\[\]-]+==[\w.]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_dependencies_are_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        re.split(r"[=\[]", line)[0].lower().replace("_", "-")
        for line in (ROOT / "constraints" / "run.txt").read_text().splitlines()
        if "==" in line
    }
    assert {re.split(r"[<>=~ ]", entry)[0].lower() for entry in project["dependencies"]} <= pinned


HEAVY = ("jinja2", "numpy", "pydantic", "requests", "scipy", "yaml")
TELL = f"\nprint('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"


def test_no_part_imports_the_slow_half_of_scipy() -> None:
    names = [".".join(("canary_guard", *module.with_suffix("").parts)) for module in MODULES if has_code(module)]
    code = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
    assert python(code + "print('scipy.special' in sys.modules, 'scipy.stats' in sys.modules)") == "True False\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "--help"],
        ["demo", "--help"],
        ["diff", "--help"],
        ["publish", "--help"],
        ["record", "--help"],
        ["report", "--help"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom canary_guard.__main__ import main\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "try: main()\nexcept SystemExit as stop: assert stop.code in (0, None)"
    )
    assert python(code + TELL).endswith("HEAVY []\n")


def test_completion_imports_nothing_heavy() -> None:
    code = (
        "import os, sys\n"
        "os.environ.update(_CANARY_GUARD_COMPLETE='bash_complete', COMP_WORDS='canary-guard ch', COMP_CWORD='1')\n"
        "from canary_guard.__main__ import main\nsys.argv[1:] = []\n"
        "try: main()\nexcept SystemExit: pass"
    )
    out = python(code + TELL)
    assert "check" in out
    assert out.endswith("HEAVY []\n")


def test_registries_are_alphabetical_and_whole() -> None:
    assert list(REPORTS) == sorted(REPORTS) == list(FORMATS)
    assert list(SOURCES) == sorted(SOURCES)
    assert set(SOURCES) == {get_args(kind.__annotations__["kind"])[0] for kind in get_args(SourcePlan)}
    assert list(PUBLISHERS) == sorted(PUBLISHERS)
    assert list(PUBLISHERS) == [kind.__dataclass_fields__["kind"].default for kind in get_args(PublisherPlan)]
    assert all(callable(publisher(kind)) for kind in PUBLISHERS)


@pytest.mark.parametrize("module", sorted(set(PUBLISHERS.values())))
def test_a_publisher_is_one_short_file(module: str) -> None:
    assert lines(PACKAGE / "publishers" / f"{module}.py") <= 120, "what is common belongs into service.py"
