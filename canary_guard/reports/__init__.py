"""A run in, text out, and likewise what differs between two: the registries of formats."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from canary_guard.model.difference import Difference
from canary_guard.model.run import Run
from canary_guard.reports import diff_json, diff_markdown, diff_terminal, github, json_record, junit, markdown, terminal
from canary_guard.reports.look import Look


def _html(run: Run, look: Look) -> str:
    # Imported here, because jinja2 takes longer to import than all the other reports take to write.
    from canary_guard.reports import html_page

    return html_page.render(run, look)


def _diff_html(found: Difference, look: Look) -> str:
    from canary_guard.reports import diff_html  # likewise

    return diff_html.render(found, look)


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

DIFFERENCES: Mapping[str, Callable[[Difference, Look], str]] = MappingProxyType(
    {
        "html": _diff_html,
        "json": diff_json.render,
        "markdown": diff_markdown.render,
        "terminal": diff_terminal.render,
    }
)
