"""A directory for each run, and an index page over past runs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from canary_guard.errors import OutputError
from canary_guard.model.publishing import FilesPlan
from canary_guard.publishers import files, index_page
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.index_page import Entry
from canary_guard.publishers.publication import Publication

_REPORTS = {"run.json": "json", "report.html": "html", "report.md": "markdown"}
_MARKER = ".canary-guard-run.json"
"""Says of a directory that we made it, and what the index says of its run. Nothing without it is ever removed."""


def publish(plan: FilesPlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Write the run's directory, remove the oldest beyond `keep`, write the index; the path of the page.

    The same run again has the same directory. OutputError where something cannot be written.
    """
    plan = filled_in(plan, environment)
    root, run = Path(plan.directory), publication.run
    folder = root / publication.stem()
    entry = Entry(
        folder=folder.name,
        time=run.plan.times.now,
        service=publication.service,
        verdict=run.verdict.value,
        sentence=publication.sentence,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, form in _REPORTS.items():
            files.write(str(folder / name), publication.render(form))
        files.write(str(folder / _MARKER), json.dumps(asdict(entry)))
        others = sorted(_others(root, entry), key=lambda one: (one.time, one.folder), reverse=True)
        for old in others[plan.keep - 1 :]:
            _remove(root / old.folder)
        kept = sorted((entry, *others[: plan.keep - 1]), key=lambda one: (one.time, one.folder), reverse=True)
        files.write(str(root / "index.html"), index_page.render(kept))
    except OSError as error:
        raise OutputError(f"could not write into {root}: {error.strerror or error}") from error
    return str(folder / "report.html")


def _others(root: Path, this: Entry) -> Iterator[Entry]:
    """The runs in the directories that we made, as their markers say."""
    for folder in root.iterdir():
        if folder.name == this.folder or folder.is_symlink() or not folder.is_dir():
            continue
        try:
            found = TypeAdapter(Entry).validate_json((folder / _MARKER).read_bytes())
        except (OSError, ValidationError):
            continue
        if found.folder == folder.name and found.verdict in ("pass", "fail", "inconclusive"):
            yield found


def _remove(folder: Path) -> None:
    """Only the files that we made; a directory that holds something else stays, with that."""
    for name in (*_REPORTS, _MARKER):
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
