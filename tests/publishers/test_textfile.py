from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from canary_guard.errors import OutputError
from canary_guard.model.publishing import TextfilePlan
from canary_guard.publishers import textfile
from canary_guard.publishers.exposition import metrics
from tests.builders import a_run
from tests.publishers.publications import a_publication

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_has_the_metrics(tmp_path: Path) -> None:
    path = str(tmp_path / "x.prom")
    assert textfile.publish(TextfilePlan(path="${FOLDER}/x.prom"), a_publication(), {"FOLDER": str(tmp_path)}) == path
    assert (tmp_path / "x.prom").read_text() == metrics(a_run())
    assert [one.name for one in tmp_path.iterdir()] == ["x.prom"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="could not write"):
        textfile.publish(TextfilePlan(path=str(tmp_path / "no" / "x.prom")), a_publication(), {})
