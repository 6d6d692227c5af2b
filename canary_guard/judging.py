"""What `check` was asked on the command line in, the run out: of a source, a recording or a record."""

from dataclasses import replace
from typing import Any

import click

from canary_guard import check
from canary_guard.console import Progress
from canary_guard.model.plan import RecordingPlan
from canary_guard.model.run import Run
from canary_guard.options import now, plan_of, text_of, variables
from canary_guard.reports import json_record
from canary_guard.sources import open_source


def judge(recording: str | None, wait: bool, options: dict[str, Any], progress: Progress) -> Run:
    """Of a recording, or of what the configuration's source says."""
    plan = plan_of(options, source=RecordingPlan(path=recording) if recording else None, now=now())
    options["source_error_as"] = plan.exits.source_error_as  # the file may say it, too
    if wait:
        times = plan.times
        if times.deploy_time is None or times.end is not None:
            raise click.UsageError("--wait needs --deploy-time, and no --end.")
        progress.wait_until(times.deploy_time + times.window + times.settle)
        plan = replace(plan, times=replace(times, now=max(times.now, now())))
    source = open_source(plan)
    try:
        return check.check(plan, source, progress=progress)
    finally:
        source.close()


def judge_again(path: str, options: dict[str, Any]) -> Run:
    """By the record's own plan; or, with --config, by another one over the same data and the same windows."""
    recorded = json_record.read(text_of(path), where=path)
    given = [name for name, value in options.items() if value]
    if options["config"] is None:
        if given:
            context = click.get_current_context()
            flags = {str(one.name): one.opts[0] for one in context.command.params}
            name = variables(context).get(given[0], flags[given[0]])
            raise click.UsageError(f"--run judges by the record's own plan; {name} needs a --config, too.")
        return check.check_again(recorded)
    plan = plan_of(options, source=RecordingPlan(path=path), now=recorded.plan.times.now)
    return check.check_again(recorded, plan, given=given)
