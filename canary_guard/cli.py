"""Arguments, clock, environment, verdict. What a command does is imported when it runs, so that `--help` is quick."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from canary_guard import __version__
from canary_guard.diff_command import diff
from canary_guard.errors import OutputError, SourceError
from canary_guard.options import (
    COMPARISONS,
    Output,
    check_variables,
    config_option,
    now,
    option,
    plan_of,
    report_options,
    text_of,
    window_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="canary-guard", message="%(prog)s %(version)s")
def cli() -> None:
    """Stop a rollout when the database starts to do the work that the cache used to do.

    Exit codes: 0 pass, 1 fail (regression), 2 usage or configuration, 3 inconclusive, 4 source, 70 internal
    error, 130 interrupted.
    """
    check_variables(cli, os.environ)


cli.add_command(diff)


@cli.command()
@window_options
@option("--recording", "Judge a recorded incident, offline.", metavar="FILE")
@option("--run", "Judge a run's own record (JSON) again.", metavar="FILE")
@option("--compare", "How arms and windows pair.", type=click.Choice(COMPARISONS))
@option("--wait", "Wait until the window since the deploy is complete.", is_flag=True)
@option("--inconclusive-as", "pass, fail, or by kind: exposure=pass,data=fail.", metavar="ANSWER")
@option("--source-error-as", "What a source error counts as.", type=click.Choice(["pass", "fail", "inconclusive"]))
@option("--no-publish", "Leave out what the configuration's `publish` asks for.", is_flag=True)
@report_options
def check(
    recording: str | None,
    run: str | None,
    wait: bool,
    no_publish: bool,
    outputs: Sequence[Output],
    quiet: bool,
    verbose: bool,
    **options: Any,  # noqa: ANN401 - click's values
) -> int:
    """Judge the canary once; the exit code is the verdict.

    \b
    Examples:
      canary-guard check --deploy-time -12m
      canary-guard check --recording incident.jsonl.gz -o terminal -o html=report.html
      canary-guard check --start 2026-11-21T09:11:07Z --end -1m --set alpha=0.005 -o json=run.json
      canary-guard check --run run.json --config stricter.yaml
    """
    from canary_guard import publish
    from canary_guard.console import Progress, complain
    from canary_guard.judging import judge, judge_again

    if run is not None and recording is not None:
        raise click.UsageError("--run and --recording exclude each other.")
    if wait and (run is not None or recording is not None):
        raise click.UsageError(
            "--wait waits for a live window: there is nothing to wait for with --run or --recording."
        )
    progress = Progress()
    try:
        found = judge_again(run, options) if run is not None else judge(recording, wait, options, progress)
    except SourceError as error:
        answer = options["source_error_as"]
        complain(str(error))
        return {None: 4, "pass": 0, "fail": 1, "inconclusive": 3}[answer]
    finally:
        progress.clear()
    # A record's own plan is not trusted with this environment's secrets: only a configuration says where a run goes.
    publishers = () if no_publish or (run is not None and options["config"] is None) else found.plan.publish
    publish.publish(found, outputs or [("terminal", "-")], publishers, quiet=quiet, verbose=verbose)
    if found.exit.source_error is not None:
        complain(found.exit.source_error)
    return found.exit.code


@cli.command()
@click.option("--report", default="demo-report.html", show_default=True, metavar="FILE", help="The page to write.")
def demo(report: str) -> int:
    """Judge a recorded incident, offline, and write the HTML report. Exits 0 when the demonstration ran."""
    from canary_guard import publish
    from canary_guard.console import show
    from canary_guard.demo import demonstrate

    found = demonstrate(now=now())
    whole = publish.publish(found, [("terminal", "-"), ("html", report)])
    show(f"\n`check` would have exited with {found.exit.code}.{f' The page: {report}' if whole else ''}\n")
    return 0 if whole else OutputError.exit_code


@cli.command("publish")
@click.argument("run", metavar="RUN.json")
@config_option
@click.option("--to", "names", multiple=True, metavar="NAME", help="Only to this publisher; repeats.")
def publish_again(run: str, config: str | None, names: Sequence[str]) -> int:
    """Publish a run's record, as the configuration says.

    RUN.json may be - for standard input. Exits 0 if all went through, else 2.

    \b
    Example:
      canary-guard publish run.json --to jira
    """
    from canary_guard import publish
    from canary_guard.model.plan import RecordingPlan
    from canary_guard.reports import json_record

    recorded = json_record.read(text_of(run), where=run)
    options = {"config": config, "settings": ()}
    plan = plan_of(options, source=RecordingPlan(path=run), now=recorded.plan.times.now)
    whole = publish.send(recorded, publish.chosen(plan, names), record=None if run == "-" else run)
    return 0 if whole else OutputError.exit_code


@cli.command()
@click.argument("run", metavar="RUN.json")
@report_options
def report(run: str, outputs: Sequence[Output], quiet: bool, verbose: bool) -> int:
    """Render a run's record again, in any format.

    RUN.json may be - for standard input.

    \b
    Examples:
      canary-guard report run.json
      canary-guard report run.json -o html=report.html -o markdown
    """
    from canary_guard import publish
    from canary_guard.reports import json_record

    recorded = json_record.read(text_of(run), where=run)
    whole = publish.publish(recorded, outputs or [("terminal", "-")], quiet=quiet, verbose=verbose)
    return 0 if whole else OutputError.exit_code


@cli.command()
@click.argument("run", metavar="RUN.json")
def power(run: str) -> int:
    """Say what a run's window can prove.

    The smallest change that it proves, and how long one must be for a pass. RUN.json is a run's record; - reads
    standard input.

    \b
    Example:
      canary-guard check -o json=run.json; canary-guard power run.json
    """
    from canary_guard.console import look, show
    from canary_guard.power import abilities
    from canary_guard.reports import json_record, powers

    recorded = json_record.read(text_of(run), where=run)
    show(powers.render(recorded, abilities(recorded), look(sys.stdout, os.environ)))
    return 0


@cli.command()
@window_options
@click.argument("file", metavar="FILE")
def record(file: str, **options: Any) -> int:  # noqa: ANN401 - click's values
    """Pull a window's raw series into a recording.

    FILE is written as gzip where it ends in .gz.

    \b
    Example:
      canary-guard record --start -30m --deploy-time -20m incident.jsonl.gz
    """
    from canary_guard import record as hallway
    from canary_guard.console import tell

    tell(hallway.record(plan_of(options, source=None, now=now()), file))
    return 0


@cli.command()
@click.argument("of", type=click.Choice(["config", "diff", "run"]))
def schema(of: str) -> int:
    """Print the JSON Schema of a configuration, run or difference."""
    import json

    from canary_guard.config.schema import config_schema
    from canary_guard.console import show
    from canary_guard.reports.diff_json import diff_schema
    from canary_guard.reports.json_record import run_schema

    show(f"{json.dumps({'config': config_schema, 'diff': diff_schema, 'run': run_schema}[of](), indent=2)}\n")
    return 0
