"""A report is written whole or not at all, and a failure is one line."""

import errno
import os
import stat
from pathlib import Path

import pytest

from canary_guard.errors import OutputError
from canary_guard.publishers import files


def test_a_new_file_has_the_content_and_ordinary_permissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_UMASK", 0o022)
    files.write(str(tmp_path / "report.html"), "<p>é</p>")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "<p>é</p>"
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o644


def test_the_umask_is_the_process_s_and_no_thread_touches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = os.umask(0o077)
    os.umask(mask)
    assert mask == files._UMASK

    def touched(mask: int) -> int:
        raise AssertionError("other threads make files meanwhile")

    monkeypatch.setattr(os, "umask", touched)
    files.write(str(tmp_path / "x"), "x")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o666 & ~mask


def test_an_old_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "run.json"
    target.write_text("a much longer old content")
    target.chmod(0o600)
    files.write(str(target), b"{}")
    assert target.read_bytes() == b"{}"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    files.write(str(tmp_path / "link.txt"), "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_an_interrupt_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def interrupted(self: Path, other: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(str(target), "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_mounted_file_that_cannot_be_renamed_over_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `/dev/termination-log` is in a Kubernetes pod."""
    target = tmp_path / "termination-log"
    target.touch()

    def busy(self: Path, other: Path) -> Path:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    files.write(str(target), "FAIL: …")
    assert target.read_text(encoding="utf-8") == "FAIL: …"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("path", ["missing/report.html", "."])
def test_what_cannot_be_written_is_named(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match=r"could not write .*: (No such file|Is a directory)"):
        files.write(str(tmp_path / path), "x")


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        files.write(str(pipe), "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)


def test_appending_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "outputs"
    target.write_text("a=1\n")
    files.append(str(target), "b=2\n")
    assert target.read_text() == "a=1\nb=2\n"
    with pytest.raises(OutputError, match="could not append"):
        files.append(str(tmp_path / "no" / "file"), "x")
