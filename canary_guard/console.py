"""The terminal that a person sits at: how wide it is, whether it takes colour, and what moves while they wait."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

import click

from canary_guard.errors import OutputError
from canary_guard.reports.escaping import visible
from canary_guard.reports.look import Look

_PATIENCE = 1.0
"""seconds before a progress line appears"""


def look(stream: TextIO, environment: Mapping[str, str], *, quiet: bool = False, verbose: bool = False) -> Look:
    """How a report may look on this stream: NO_COLOR, COLUMNS and the stream's encoding are honoured."""
    terminal = stream.isatty()
    dumb = environment.get("TERM") == "dumb"
    width = shutil.get_terminal_size().columns if terminal or environment.get("COLUMNS") else 80
    local = datetime.now(UTC).astimezone()
    offset = local.utcoffset()
    return Look(
        width=min(max(width, 40), 200),
        color=terminal and not dumb and not environment.get("NO_COLOR"),
        unicode=(stream.encoding or "ascii").lower().replace("-", "").startswith("utf"),
        utc_offset=int(offset.total_seconds() * 1000) if offset else 0,
        zone=local.tzname() or "",
        quiet=quiet,
        verbose=verbose,
    )


def show(text: str, *, color: bool = False) -> None:
    """Text on standard output; OutputError where it cannot be written."""
    try:
        click.echo(text, nl=False, color=color)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough.
        _silence(sys.stdout)
    except OSError as error:
        raise OutputError(f"could not write to standard output: {error.strerror}") from error


def tell(text: str) -> None:
    """A line on standard error; where nobody reads it, or it is full, this and what follows goes nowhere.

    Never raises: what cannot be said changes no verdict and no exit code.
    """
    try:
        click.echo(text, err=True)
    except (OSError, ValueError):
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Without this the interpreter tries once more when it ends, and gives an exit code of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(text: str) -> None:
    """On standard error, a line each, with what a server or a file may have smuggled in made visible."""
    for line in text.splitlines():
        tell(f"error: {visible(line)}")


class Progress:
    """A line on standard error, only for a person and only when it takes longer than a second."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """By default on standard error, whatever that is by now."""
        self.stream = stream or sys.stderr
        self.began = time.monotonic()
        self.shown = False

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` queries have their answer."""
        if time.monotonic() - self.began > _PATIENCE:
            self.say(f"asking: {done} of {total} queries answered")

    def say(self, text: str) -> None:
        """Show this text in place of the last."""
        if self.stream.isatty():
            self.shown = True
            self._write(f"\r\x1b[K{text}")

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            self._write("\r\x1b[K")
            self.shown = False

    def wait_until(self, when: int) -> None:
        """Sleep until `when` (ms since the epoch), counting down; without a terminal, say once what is waited for."""
        left = when / 1000 - time.time()
        if left > 0 and not self.stream.isatty():
            self._write(f"waiting {left:.0f} s until the window since the deploy is complete\n")
        while (left := when / 1000 - time.time()) > 0:
            self.say(f"waiting {left:.0f} s until the window since the deploy is complete")
            time.sleep(min(left, 1.0))
        self.clear()

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:
            _silence(self.stream)
