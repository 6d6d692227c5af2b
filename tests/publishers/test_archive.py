"""A directory for each run, an index, and nothing removed that we did not make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from canary_guard.errors import OutputError
from canary_guard.model.publishing import FilesPlan
from canary_guard.model.run import Verdict
from canary_guard.publishers import archive
from canary_guard.publishers.publication import Publication
from tests.builders import START, a_plan, a_run
from tests.publishers.publications import a_publication

if TYPE_CHECKING:
    from pathlib import Path


def at(minute: int, verdict: Verdict = Verdict.FAIL) -> Publication:
    plan = a_plan()
    return a_publication(
        replace(a_run(verdict), plan=replace(plan, times=replace(plan.times, now=START + minute * 60_000)))
    )


def published(root: Path, publication: Publication, keep: int = 100) -> Path:
    told = archive.publish(FilesPlan(directory=str(root), keep=keep), publication, {})
    assert told.endswith("/report.html")
    return (root / told).parent


def test_a_run_has_a_directory_with_its_reports(tmp_path: Path) -> None:
    folder = published(tmp_path / "deep" / "runs", at(0))
    assert (folder / "run.json").read_text() == at(0).render("json")
    assert (folder / "report.html").read_text() == at(0).render("html")
    assert (folder / "report.md").read_text() == at(0).render("markdown")


def test_the_index_has_all_runs_the_newest_first(tmp_path: Path) -> None:
    folders = [published(tmp_path, at(minute)) for minute in (2, 1, 3)]
    index = (tmp_path / "index.html").read_text()
    places = [index.index(f"{folder.name}/report.html") for folder in folders]
    assert places[2] < places[0] < places[1]
    assert "FAIL: the canary sends" in index


def test_the_same_run_again_is_the_same_directory(tmp_path: Path) -> None:
    assert published(tmp_path, at(0)) == published(tmp_path, at(0))
    assert (tmp_path / "index.html").read_text().count("report.html") == 1


def test_the_oldest_are_removed(tmp_path: Path) -> None:
    folders = [published(tmp_path, at(minute), keep=2) for minute in range(4)]
    assert [folder.exists() for folder in folders] == [False, False, True, True]
    assert (tmp_path / "index.html").read_text().count("/report.html") == 2


def test_what_was_just_published_stays_however_old(tmp_path: Path) -> None:
    newer = published(tmp_path, at(5))
    older = published(tmp_path, at(0), keep=1)
    assert older.exists()
    assert not newer.exists()


def test_nothing_is_removed_that_we_did_not_make(tmp_path: Path) -> None:
    old = published(tmp_path, at(0))
    foreign = tmp_path / "20200101T000000Z-shop-api-12345678"
    foreign.mkdir()
    (foreign / "run.json").write_text("theirs")
    copied = tmp_path / "copy"
    copied.mkdir()
    (copied / ".canary-guard-run.json").write_text((old / ".canary-guard-run.json").read_text())
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / ".canary-guard-run.json").write_text("{")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    old.rename(outside)
    (tmp_path / old.name).symlink_to(outside)
    published(tmp_path, at(9), keep=1)
    assert (foreign / "run.json").read_text() == "theirs"
    assert (outside / "run.json").exists()
    assert copied.exists()
    assert broken.exists()


def test_a_directory_in_which_someone_left_something_stays_with_that(tmp_path: Path) -> None:
    old = published(tmp_path, at(0))
    (old / "notes.txt").write_text("mine")
    published(tmp_path, at(1), keep=1)
    assert [path.name for path in old.iterdir()] == ["notes.txt"]
    assert (tmp_path / "index.html").read_text().count("/report.html") == 1


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"could not write into .*file: "):
        published(tmp_path / "file", at(0))
