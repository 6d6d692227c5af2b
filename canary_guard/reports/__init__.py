"""A run in, text out: the registry of formats."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from canary_guard.model.run import Run
from canary_guard.reports import github, json_record, junit, markdown, terminal
from canary_guard.reports.look import Look


def _html(run: Run, look: Look) -> str:
    # Imported here, because jinja2 takes longer to import than all the other reports take to write.
    from canary_guard.reports import html_page

    return html_page.render(run, look)


REPORTS: Mapping[str, Callable[[Run, Look], str]] = MappingProxyType(
    {
        "github": github.render,
        "html": _html,
        "json": json_record.render,
        "junit": junit.render,
        "markdown": markdown.render,
        "terminal": terminal.render,
    }
)
