"""The CPU time of the reports by themselves, everything imported: `python -m bench.reports`.

The first page of a process is told apart: it reads its templates, too.
"""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING

from canary_guard.reports import REPORTS
from canary_guard.reports.look import Look
from tests.reports.pages import a_full_run
from tests.reports.runs import hostile, many_patterns

if TYPE_CHECKING:
    from canary_guard.model.run import Run

ROUNDS = 5
TARGETS = {"html": 0.5, "terminal": 0.05}
"""s"""


def seconds(form: str, run: Run) -> float:
    """The least of a few."""
    return min(once(form, run) for _ in range(ROUNDS))


def once(form: str, run: Run) -> float:
    began = time.process_time()
    REPORTS[form](run, Look(width=120))
    return time.process_time() - began


def main() -> None:
    runs = {
        "12 measures, 120 intervals, and as many before": a_full_run(),
        "1,000 key patterns": many_patterns(),
        "hostile labels of 10 kB": hostile(),
    }
    importlib.import_module("canary_guard.reports.html_page")
    print(line("html", "the first of a process", once("html", a_full_run())))
    for form in TARGETS:
        for what, run in runs.items():
            print(line(form, what, seconds(form, run)))


def line(form: str, what: str, took: float) -> str:
    target = TARGETS[form]
    verdict = "met" if took <= target else "MISSED"
    return f"{form:<9} {what:<47} {took * 1e3:>5.0f} ms   <= {target * 1e3:g} ms  {verdict}"


if __name__ == "__main__":
    main()
