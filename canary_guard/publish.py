"""After the verdict: a run into reports, each to where it was asked for. Nothing here changes the verdict."""

import os
import sys
from collections.abc import Sequence

import click

from canary_guard import console
from canary_guard.errors import OutputError
from canary_guard.model.difference import Difference
from canary_guard.model.run import Run
from canary_guard.publishers import files
from canary_guard.reports import DIFFERENCES, REPORTS, github
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look


def publish(run: Run, outputs: Sequence[tuple[str, str]], *, quiet: bool = False, verbose: bool = False) -> bool:
    """Write each report (format, path; `-` for standard output), whatever becomes of the others.

    True if all came through; else the verdict is said on standard error, too, where it cannot get lost. `github` also
    appends the run's outputs to the file that GITHUB_OUTPUT names.
    """
    shown = console.look(sys.stdout, os.environ, quiet=quiet, verbose=verbose)
    paper = Look(utc_offset=shown.utc_offset, zone=shown.zone, quiet=quiet, verbose=verbose)
    whole = True
    for form, path in outputs:
        try:
            if path == "-":
                _show(REPORTS[form](run, shown), color=shown.color)
            else:
                files.write(path, REPORTS[form](run, paper))
            if form == "github" and (target := os.environ.get("GITHUB_OUTPUT")):
                files.append(target, github.output_lines(github.outputs(run), delimiter=f"cg-{os.urandom(16).hex()}"))
        except OutputError as error:
            whole = False
            console.complain(str(error))
    if not whole:
        click.echo(verdict_sentence(run, shown), err=True)
    return whole


def publish_difference(
    found: Difference, outputs: Sequence[tuple[str, str]], *, quiet: bool = False, verbose: bool = False
) -> bool:
    """The same of what changed between two runs; there is no verdict that could get lost."""
    shown = console.look(sys.stdout, os.environ, quiet=quiet, verbose=verbose)
    paper = Look(utc_offset=shown.utc_offset, zone=shown.zone, quiet=quiet, verbose=verbose)
    whole = True
    for form, path in outputs:
        try:
            if path == "-":
                _show(DIFFERENCES[form](found, shown), color=shown.color)
            else:
                files.write(path, DIFFERENCES[form](found, paper))
        except OutputError as error:
            whole = False
            console.complain(str(error))
    return whole


def _show(text: str, *, color: bool) -> None:
    try:
        click.echo(text, nl=False, color=color)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough; without this the interpreter complains once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise OutputError(f"could not write to standard output: {error.strerror}") from error
