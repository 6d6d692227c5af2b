"""The command that tells what changed between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from canary_guard.errors import OutputError
from canary_guard.options import Output, diff_options, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("then", metavar="RUN1.json")
@click.argument("now", metavar="RUN2.json")
@diff_options
def diff(then: str, now: str, outputs: Sequence[Output], quiet: bool, verbose: bool) -> int:
    """Tell what changed from one run to another.

    The verdict and why, rules, measures, causes, data: and whether the question changed, or the answer. RUN1.json
    and RUN2.json are records of one service; one of them may be - for standard input.

    It informs and gates nothing: it exits 0 whatever changed, 2 on runs of different services, 4 on a record that
    cannot be read. So there is no junit and no github, which say what failed.

    \b
    Examples:
      canary-guard diff yesterday.json today.json
      canary-guard diff yesterday.json today.json -o markdown -o html=diff.html
      canary-guard check --run run.json --config stricter.yaml -o json | canary-guard diff run.json -
    """
    from canary_guard import publish
    from canary_guard.diff import difference
    from canary_guard.reports import json_record

    if then == now == "-":
        raise click.UsageError("only one of the two records can be standard input.")
    runs = [json_record.read(text_of(path), where=path) for path in (then, now)]
    found = difference(*runs, names=(then, now))
    whole = publish.publish_difference(found, outputs or [("terminal", "-")], quiet=quiet, verbose=verbose)
    return 0 if whole else OutputError.exit_code
