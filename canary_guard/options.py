"""The command line's options, shared by its commands."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from canary_guard.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from canary_guard.model.plan import Plan, SourcePlan

    Command = Callable[..., Any]

COMPARISONS = ("auto", "concurrent", "before-after", "diff-in-diff")
FORMATS = ("github", "html", "json", "junit", "markdown", "terminal")
"""The names in reports.REPORTS, again, because `--help` imports no report; a test holds the two together."""

DIFF_FORMATS = ("html", "json", "markdown", "terminal")
"""Likewise the names in reports.DIFFERENCES."""

Output = tuple[str, str]
"""Format and path; `-` for standard output."""


class OutputType(click.ParamType):  # type: ignore[type-arg] # older clicks have no generic one
    """`FORMAT[=PATH]`"""

    name = "FORMAT[=PATH]"

    def __init__(self, formats: Sequence[str] = FORMATS) -> None:
        self.formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:  # noqa: ANN401 - click's signature
        """Split, and refuse a format that there is not."""
        form, _, path = str(value).partition("=")
        if form not in self.formats:
            self.fail(f"{form!r} is not a report; there are {', '.join(self.formats)}", param, ctx)
        return form, path or "-"


_PREFIX = "CANARY_GUARD_"
_FOREIGN = re.compile(_PREFIX + r"(TEST_.*|SERVICE_(HOST|PORT.*)|PORT(_.*)?)")
"""Switches of our tests, and what Kubernetes sets in the pods beside a service that is called canary-guard."""


class _Option(click.Option):
    """Named in errors as it was given: by a flag, or by an environment variable."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        variable = None if ctx is None else variables(ctx).get(str(self.name))
        return super().get_error_hint(ctx) if variable is None else variable


def option(name: str, text: str, **more: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's own keywords
    """An option that `CANARY_GUARD_<NAME>` sets, too."""
    return click.option(name, help=text, envvar=_PREFIX + name[2:].upper().replace("-", "_"), cls=_Option, **more)


def variables(context: click.Context) -> dict[str, str]:
    """By option, the environment variables that set one."""
    return {
        str(one.name): one.envvar
        for one in context.command.params
        if isinstance(one.envvar, str) and context.get_parameter_source(str(one.name)) is ParameterSource.ENVIRONMENT
    }


def check_variables(program: click.Group, names: Iterable[str]) -> None:
    """ConfigError for a `CANARY_GUARD_*` that sets no option of any command: it would be ignored in silence."""
    options = [one for command in program.commands.values() for one in command.params]
    known = {one.envvar.removeprefix(_PREFIX) for one in options if isinstance(one.envvar, str)}
    ours = (name for name in sorted(names) if name.startswith(_PREFIX) and not _FOREIGN.fullmatch(name))
    unknown = [name for name in ours if name.removeprefix(_PREFIX) not in known]
    if unknown:
        from canary_guard.config.wording import meant

        # Without the prefix, by which any two of them are alike.
        hints = [meant(name.removeprefix(_PREFIX), known).replace("`", f"`{_PREFIX}", 1) for name in unknown]
        what = "an environment variable that sets no option"
        raise ConfigError(*(Problem(what=what + hint, file=name) for name, hint in zip(unknown, hints, strict=True)))


def text_of(path: str) -> str:
    """A file that an option names, or standard input for `-`; ConfigError where it cannot be read."""
    try:
        with click.open_file(path, encoding="utf-8") as stream:
            return str(stream.read())
    except UnicodeDecodeError as error:
        raise ConfigError(Problem(what=f"not UTF-8 text (byte {error.start})", file=path)) from error
    except OSError as error:
        hint = f"; {_NO_CONFIG}" if path == CONFIG else ""
        raise ConfigError(Problem(what=f"cannot be read: {error.strerror}{hint}", file=path)) from error


def _one_look(ctx: click.Context, param: click.Parameter, value: bool) -> bool:  # noqa: ARG001 - click's
    if value and (ctx.params.get("quiet") or ctx.params.get("verbose")):
        raise click.UsageError("--quiet and --verbose exclude each other.", ctx)
    return value


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return decorate


CONFIG = "canary-guard.yaml"
_NO_CONFIG = (
    "name one with --config, or write one: examples/canary-guard.yaml is an example, and `canary-guard schema config` "
    "says what can stand in it"
)
config_option = option("--config", f"Configuration; - reads standard input.  [default: {CONFIG}]", metavar="FILE")
window_options = _together(
    config_option,
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
    click.option("-q", "--quiet", is_flag=True, callback=_one_look, help="On a terminal: the verdict's sentence only."),
    click.option("-v", "--verbose", is_flag=True, callback=_one_look, help="On a terminal: the queries, too."),
)

diff_options = _together(
    click.option(
        "-o",
        "--output",
        "outputs",
        type=OutputType(DIFF_FORMATS),
        multiple=True,
        help=f"{', '.join(DIFF_FORMATS)}; repeats.",
    ),
    click.option("-q", "--quiet", is_flag=True, callback=_one_look, help="On a terminal: the sentence only."),
    click.option("-v", "--verbose", is_flag=True, callback=_one_look, help="On a terminal: what did not change, too."),
)


def plan_of(options: dict[str, Any], *, source: SourcePlan | None, now: int) -> Plan:
    """The plan that the options of `window_options` and the environment make; `source` stands in for the file's."""
    from canary_guard.config.load import load_plan

    flags = dict(options)
    path, settings = flags.pop("config") or CONFIG, flags.pop("settings")
    names = {
        "source_url": "source.prometheus.url",
        "baseline": "select.baseline",
        "canary": "select.canary",
    }
    return load_plan(
        text_of(path),
        file="standard input" if path == "-" else path,
        settings=settings,
        flags={names.get(name, name): value for name, value in flags.items() if value is not None},
        variables={names.get(name, name): one for name, one in variables(click.get_current_context()).items()},
        environment=os.environ,
        now=now,
        source=source,
    )


def now() -> int:
    """ms since the epoch; the only clock that a judgement sees."""
    return int(time.time() * 1000)
