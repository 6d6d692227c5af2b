"""How a command ends, in the process itself; as a process of its own in test_cli.py."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from canary_guard.__main__ import main
from canary_guard.cli import cli
from canary_guard.errors import OutputError
from tests.recordings import recordings
from tests.test_check import CONFIG


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (OutputError("could not write x"), 2, "error: could not write x\n"),
        (click.UsageError("no such"), 2, "Error: no such\n"),
        (RuntimeError("odd"), 70, "RuntimeError: odd\nThis is a fault in canary-guard"),
        (SystemExit(1), 2, ""),
    ],
)
def test_whatever_goes_wrong_has_its_exit_code(
    raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**options: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "main", fail)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == code
    assert said in capsys.readouterr().err


CRASH = """
from canary_guard import __main__
def fail(**options): raise RuntimeError("odd")
__main__.cli.main = fail
__main__.main()
"""


def code_of(folder: Path, *arguments: str, stderr: int) -> int:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=stderr, check=False, timeout=60)
    return done.returncode


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_is_closed_changes_no_exit_code(closed: str, tmp_path: Path) -> None:
    (tmp_path / "canary-guard.yaml").write_text(CONFIG)
    for name, code in (("01", 3), ("12", 0)):
        command = shlex.join(
            [sys.executable, "-m", "canary_guard", "check", "--recording", str(recordings()[name].path)]
        )
        done = subprocess.run(
            ["sh", "-c", f"{command} {closed}"], cwd=tmp_path, check=False, capture_output=True, timeout=60
        )
        assert done.returncode == code
        assert b"Traceback" not in done.stdout + done.stderr
        if closed == ">&-":
            assert done.stderr.startswith(b"error: could not write to standard output: No space left")


@pytest.mark.parametrize("command", [["schema", "run"], ["demo"]])
def test_standard_output_that_cannot_be_written_exits_2(command: list[str], tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "canary_guard", *command]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(asked, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: could not write to standard output: No space left")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("unread", [False, True], ids=["full", "a closed pipe"])
def test_standard_error_that_cannot_be_written_changes_no_exit_code(unread: bool, tmp_path: Path) -> None:
    (tmp_path / "canary-guard.yaml").write_text(f"{CONFIG}publish: {{textfile: {{path: x.prom}}}}\n")
    (tmp_path / "wrong.yaml").write_text("servce: x\n")
    if unread:
        reader, lost = os.pipe()
        os.close(reader)
    else:
        lost = os.open("/dev/full", os.O_WRONLY)
    check = ("-m", "canary_guard", "check", "--recording")
    try:
        for name, code in (("01", 3), ("12", 0)):
            arguments = (*check, str(recordings()[name].path))
            assert code_of(tmp_path, *arguments, stderr=subprocess.DEVNULL) == code
            (tmp_path / "x.prom").unlink()
            assert code_of(tmp_path, *arguments, stderr=lost) == code
            assert (tmp_path / "x.prom").exists()
        assert code_of(tmp_path, *check, "x", "--config", "wrong.yaml", stderr=lost) == 2
        assert code_of(tmp_path, "-m", "canary_guard", "check", "--no-such-option", stderr=lost) == 2
        assert code_of(tmp_path, "-c", CRASH, stderr=lost) == 70
    finally:
        os.close(lost)
