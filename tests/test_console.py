"""The terminal: width, colour, and a progress line only for a person who waits."""

import errno
import io
import sys
import time
from collections.abc import Mapping

import pytest

from canary_guard.console import Progress, complain, look, tell


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Ascii(io.StringIO):
    encoding = "ANSI_X3.4-1968"


@pytest.mark.parametrize(
    ("environment", "color"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_that_want_it(environment: Mapping[str, str], color: bool) -> None:
    assert look(Terminal(), environment).color is color
    assert look(io.StringIO(), environment).color is False


def test_a_pipe_is_eighty_columns_wide_unless_columns_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert look(io.StringIO(), {}).width == 80
    monkeypatch.setenv("COLUMNS", "132")
    assert look(io.StringIO(), {"COLUMNS": "132"}).width == 132
    monkeypatch.setenv("COLUMNS", "5000")
    assert look(io.StringIO(), {"COLUMNS": "5000"}).width == 200


def test_a_stream_without_unicode_is_known() -> None:
    assert look(Ascii(), {}).unicode is False
    assert look(Terminal(), {}).unicode is True


def test_local_time_is_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")
    time.tzset()
    try:
        assert look(io.StringIO(), {}).utc_offset == 2 * 3_600_000
    finally:
        monkeypatch.undo()
        time.tzset()


def test_progress_appears_after_a_second_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress(1, 20)
    assert stream.getvalue() == ""
    monkeypatch.setattr(time, "monotonic", lambda: progress.began + 1.5)
    progress(2, 20)
    assert "2 of 20" in stream.getvalue()
    progress.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_progress_says_nothing_into_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    monkeypatch.setattr(time, "monotonic", lambda: progress.began + 60)
    progress(2, 20)
    progress.clear()
    assert stream.getvalue() == ""


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_waiting_ends_when_the_time_has_come_and_says_so(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    Progress(stream).wait_until(1_002_500)
    assert clock[0] == pytest.approx(1002.5)
    assert "until the window since the deploy is complete" in stream.getvalue()
    before = stream.getvalue()
    Progress(stream).wait_until(1_002_000)
    assert stream.getvalue() == before


def test_a_complaint_is_a_line_each_with_nothing_hidden_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    complain("one\ntwo \x1b[31m")
    assert capsys.readouterr().err == "error: one\nerror: two \\x1b[31m\n"


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_cannot_be_said_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    tell("one")
    complain("two")
    monkeypatch.setattr(sys, "stderr", None)
    tell("three")
    clock = [1000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    Progress(Full()).wait_until(1_001_000)
