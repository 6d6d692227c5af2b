"""The command line's options, shared by its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]

FORMATS = ("github", "html", "json", "junit", "markdown", "terminal")
"""The names in reports.REPORTS, again, because `--help` imports no report; a test holds the two together."""

Output = tuple[str, str]
"""Format and path; `-` for standard output."""


class OutputType(click.ParamType):  # type: ignore[type-arg] # older clicks have no generic one
    """`FORMAT[=PATH]`"""

    name = "FORMAT[=PATH]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:  # noqa: ANN401 - click's signature
        """Split, and refuse a format that there is not."""
        form, _, path = str(value).partition("=")
        if form not in FORMATS:
            self.fail(f"{form!r} is not a report; there are {', '.join(FORMATS)}", param, ctx)
        return form, path or "-"


def option(name: str, text: str, **more: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's own keywords
    """An option that `CANARY_GUARD_<NAME>` sets, too."""
    return click.option(name, help=text, envvar="CANARY_GUARD_" + name[2:].upper().replace("-", "_"), **more)


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return decorate


CONFIG = "canary-guard.yaml"
window_options = _together(
    option("--config", f"Configuration; - reads standard input.  [default: {CONFIG}]", metavar="FILE"),
    option("--source-url", "Prometheus to ask, in place of the file's.", metavar="URL"),
    option("--baseline", "Label matchers of the baseline.", metavar="SELECTOR"),
    option("--canary", "Label matchers of the canary.", metavar="SELECTOR"),
    option("--window", "Length of the window.  [default: 10m]", metavar="DURATION"),
    option("--start", "Start of the window: RFC 3339, Unix time, or relative as -10m.", metavar="T"),
    option("--end", "End of the window.  [default: now, less settle]", metavar="T"),
    option("--deploy-time", "When the canary was deployed.", metavar="T"),
    option("--step", "Length of an interval.  [default: auto]", metavar="DURATION"),
    click.option("--set", "settings", help="Set any key of the configuration.", multiple=True, metavar="KEY=VALUE"),
)
report_options = _together(
    click.option("-o", "--output", "outputs", type=OutputType(), multiple=True, help=f"{', '.join(FORMATS)}; repeats."),
    click.option("-q", "--quiet", is_flag=True, help="On a terminal: the verdict's sentence only."),
    click.option("-v", "--verbose", is_flag=True, help="On a terminal: the queries, too."),
)
