"""After the verdict: reports to where they were asked for, the run to its publishers. Neither changes the verdict."""

import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from canary_guard import console
from canary_guard.errors import ConfigError, OutputError, Problem, PublishError
from canary_guard.model.difference import Difference
from canary_guard.model.plan import Plan
from canary_guard.model.publishing import TIMEOUT, PublisherPlan
from canary_guard.model.run import Run
from canary_guard.publishers import files, publisher, step_files
from canary_guard.publishers.publication import Publication, job_link
from canary_guard.reports import DIFFERENCES, REPORTS, github
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import said, visible
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from canary_guard.workers import results

_NOT_KEPT = " The report could not be kept."
_GRACE = 2.0
"""s that a publisher may take beyond its timeout, for what it does besides asking"""


def publish(
    run: Run,
    outputs: Sequence[tuple[str, str]],
    publishers: Sequence[PublisherPlan] = (),
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> bool:
    """Write each report (format, path; `-` for standard output), then publish, whatever becomes of the others.

    True if all reports came through; else the verdict is said on standard error, too, where it cannot get lost.
    `github` also appends to the files that the runner names, unless a publisher does.
    """
    shown = console.look(sys.stdout, os.environ, quiet=quiet, verbose=verbose)
    paper = Look(utc_offset=shown.utc_offset, zone=shown.zone, quiet=quiet, verbose=verbose)

    def make(form: str, path: str) -> None:
        if path == "-":
            console.show(REPORTS[form](run, shown), color=shown.color)
        else:
            files.write(path, REPORTS[form](run, paper))
        if form == "github" and all(plan.kind != "github" for plan in publishers):
            step_files.append(_publication(run), os.environ)

    whole = _all_made(outputs, make)
    if not whole:
        console.tell(verdict_sentence(run, shown))
    if publishers:
        written = [path for form, path in outputs if form == "json" and path != "-" and whole]
        send(run, publishers, record=next(iter(written), None))
    return whole


def publish_difference(
    found: Difference, outputs: Sequence[tuple[str, str]], *, quiet: bool = False, verbose: bool = False
) -> bool:
    """The same of what changed between two runs; there is no verdict that could get lost."""
    shown = console.look(sys.stdout, os.environ, quiet=quiet, verbose=verbose)
    paper = Look(utc_offset=shown.utc_offset, zone=shown.zone, quiet=quiet, verbose=verbose)

    def make(form: str, path: str) -> None:
        if path == "-":
            console.show(DIFFERENCES[form](found, shown), color=shown.color)
        else:
            files.write(path, DIFFERENCES[form](found, paper))

    return _all_made(outputs, make)


def chosen(plan: Plan, names: Sequence[str]) -> Sequence[PublisherPlan]:
    """The publishers of a plan with these names, or all; ConfigError where there are none."""
    known = [one.kind for one in plan.publish]
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        there = f"there are {', '.join(known)}" if known else "there is no `publish` section"
        what = f"nothing says how to publish to {', '.join(unknown)}" if unknown else "nothing says where to publish"
        raise ConfigError(Problem(what=f"{what}; {there}", file=plan.config_file))
    return [one for one in plan.publish if not names or one.kind in names]


def send(run: Run, publishers: Sequence[PublisherPlan], *, record: str | None) -> bool:
    """Publish to all of them at once, and say on standard error, a line each, what became of it.

    True if all went through. What did not can be repeated from the `record`; without one it is written where there is
    room for it, and the line says where.
    """
    publication = _publication(run)
    tasks = [partial(_within_its_time, plan, publication) for plan in publishers]
    seconds = max(_seconds(plan) for plan in publishers) + 1
    found = dict(results(tasks, at_once=len(tasks), seconds=seconds))
    told = [found.get(index, _late(plan)) for index, plan in enumerate(publishers)]
    place = record
    if record is None and any(isinstance(one, OutputError) and _tried(one) for one in told):
        place = _kept(publication)
        record = None if place is None else str(Path(place) / "run.json")
    for plan, one in zip(publishers, told, strict=True):
        if isinstance(one, OutputError):
            kept = f" The report is in {place}; to repeat: {_command(run, plan, record)}" if record else _NOT_KEPT
            console.tell(visible(f"not published to {plan.kind}: {one}{kept if _tried(one) else ''}"))
        else:
            console.tell(visible(f"published to {plan.kind}: {one}"))
    return not any(isinstance(one, OutputError) for one in told)


def _all_made(outputs: Sequence[tuple[str, str]], make: Callable[[str, str], None]) -> bool:
    """Make each by itself: whatever goes wrong with one is told in a line and leaves the others."""
    whole = True
    for form, path in outputs:
        try:
            make(form, path)
        except OutputError as error:
            whole = False
            console.complain(str(error))
        except Exception as error:  # noqa: BLE001 - not even a fault of ours changes the verdict
            whole = False
            what = " ".join(f"{type(error).__name__}: {error}".split())
            console.complain(f"the {form} report could not be made: {what}; this is a fault of canary-guard's")
    return whole


def _publication(run: Run) -> Publication:
    return Publication(
        run=run,
        service=said(run.plan.service, 100),
        sentence=verdict_sentence(run),
        advice=what_to_do(run),
        outputs=github.outputs(run),
        link=job_link(os.environ),
        render=_once(lambda form: REPORTS[form](run, Look())),
    )


def _once(render: Callable[[str], str]) -> Callable[[str], str]:
    """Each format is rendered once, and one at a time, whichever publishers want it."""
    done: dict[str, str] = {}
    lock = Lock()

    def rendered(form: str) -> str:
        with lock:
            if form not in done:
                done[form] = render(form)
            return done[form]

    return rendered


def _within_its_time(plan: PublisherPlan, publication: Publication) -> str | OutputError:
    """In a thread of its own: whatever a server does, it ends."""
    task = partial(_published, plan, publication, os.environ)
    return dict(results([task], at_once=1, seconds=_seconds(plan))).get(0, _late(plan))


def _published(plan: PublisherPlan, publication: Publication, environment: Mapping[str, str]) -> str | OutputError:
    try:
        return publisher(plan.kind)(plan, publication, environment)
    except OutputError as error:
        return error
    except Exception as error:  # noqa: BLE001 - not even a fault of ours changes the verdict
        return PublishError(f"a fault in canary-guard ({type(error).__name__}). Please report it.")


def _seconds(plan: PublisherPlan) -> float:
    timeout: int = getattr(plan, "timeout", TIMEOUT)
    return timeout / 1000 + _GRACE


def _late(plan: PublisherPlan) -> OutputError:
    return PublishError(f"not done within {_seconds(plan):g} s. See what it waits for, or give it a longer `timeout`.")


def _tried(error: OutputError) -> bool:
    return not isinstance(error, PublishError) or error.tried


def _kept(publication: Publication) -> str | None:
    """A new directory with the record and the page; None where nothing can be written."""
    try:
        folder = tempfile.mkdtemp(prefix="canary-guard-")
        files.write(f"{folder}/report.html", publication.render("html"))
        files.write(f"{folder}/run.json", publication.render("json"))
    except Exception:  # noqa: BLE001 - nor does a report that cannot be made
        return None
    return folder


def _command(run: Run, plan: PublisherPlan, record: str) -> str:
    config = run.plan.config_file
    options = [] if config in (None, "canary-guard.yaml", "standard input") else ["--config", str(config)]
    return shlex.join(["canary-guard", "publish", record, *options, "--to", plan.kind])
