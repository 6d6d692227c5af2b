"""`install.sh` on machines that are not this one: its PATH has nothing but what a test puts there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT = Path(__file__).with_name("install.sh")
SERVERS = ("prometheus", "promtool", "chromium", "pdftotext")
TOOLS = ("chmod", "env", "sort")


def run(folder: Path, programs: Mapping[str, str], wanted: str = "yes") -> tuple[int, str, str]:
    """Exit code, what was said, and what apt-get was called with; programs are by name what they do, in shell."""
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    for name, text in programs.items():
        (folder / name).write_text(f"#!{shutil.which('bash')}\n{text}\n")
        (folder / name).chmod(0o755)
    done = subprocess.run(
        [str(shutil.which("bash")), str(SCRIPT), wanted],
        env={"PATH": str(folder), "CALLS": str(folder / "calls")},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = folder / "calls"
    return done.returncode, done.stdout + done.stderr, calls.read_text() if calls.exists() else ""


ROOT = {"id": "echo 0", "true": "exit 0"}
USER = {"id": "echo 1000", "true": "exit 0"}
ALL = dict.fromkeys(SERVERS, "exit 0")
APT = 'echo "$DEBIAN_FRONTEND $@" >> "$CALLS"'


def test_nothing_is_done_where_all_is_there(tmp_path: Path) -> None:
    assert run(tmp_path, {**ALL, **ROOT, "apt-get": APT}) == (0, "", "")


def test_what_is_missing_is_installed_by_root(tmp_path: Path) -> None:
    helping = (
        APT
        + """
if [[ $* == *install* ]]; then
    for name in prometheus promtool; do echo > "${CALLS%/*}/$name"; done
    chmod +x "${CALLS%/*}"/prom*
fi"""
    )
    code, said, calls = run(tmp_path, {"chromium": "exit 0", "pdftotext": "exit 0", **ROOT, "apt-get": helping})
    assert (code, said) == (0, "")
    assert calls.splitlines() == [
        "noninteractive -q update",
        "noninteractive -q install --yes --no-install-recommends prometheus",
    ]


def test_apt_that_does_not_help_ends_with_what_is_missing(tmp_path: Path) -> None:
    code, said, calls = run(tmp_path, {**ROOT, "apt-get": f"{APT}; exit 100"})
    assert code == 1
    assert "apt-get install --no-install-recommends chromium poppler-utils prometheus\n" in said
    assert "make test SERVERS=no" in said
    assert "install" in calls


def test_without_rights_nothing_is_installed(tmp_path: Path) -> None:
    code, said, calls = run(tmp_path, {**USER, "apt-get": APT, "sudo": "exit 1"})
    assert (code, calls) == (1, "")
    assert "chromium poppler-utils prometheus" in said


def test_with_sudo_that_asks_nothing_it_is_used(tmp_path: Path) -> None:
    code, _, calls = run(tmp_path, {**USER, "apt-get": APT, "sudo": 'shift; "$@"'})
    assert code == 1
    assert "install --yes" in calls


def test_without_apt_it_says_what_is_missing(tmp_path: Path) -> None:
    code, said, _ = run(tmp_path, {**ROOT, "prometheus": "exit 0", "promtool": "exit 0"})
    assert code == 1
    assert "it is not here: chromium poppler-utils\n" in said


def test_no_is_loud_and_no_error(tmp_path: Path) -> None:
    code, said, calls = run(tmp_path, {**ROOT, "apt-get": APT}, "no")
    assert (code, calls) == (0, "")
    assert said.startswith("!!! SERVERS=no: the tests that need a real Prometheus or a real browser will NOT run.")
