"""Options that several commands share."""

import click
import pytest
from click.testing import CliRunner

from canary_guard.options import OutputType, option, window_options


@pytest.mark.parametrize(
    ("text", "output"),
    [("json", ("json", "-")), ("html=a=b.html", ("html", "a=b.html")), ("terminal=-", ("terminal", "-"))],
)
def test_an_output_is_a_format_and_a_path(text: str, output: tuple[str, str]) -> None:
    assert OutputType().convert(text, None, None) == output


def test_a_format_that_there_is_not_names_those_that_there_are() -> None:
    with pytest.raises(click.BadParameter, match="'pdf' is not a report; there are github, html, json"):
        OutputType().convert("pdf=x", None, None)


def test_an_option_has_an_environment_variable_of_its_name() -> None:
    @click.command()
    @option("--deploy-time", "")
    def command(deploy_time: str | None) -> None:
        click.echo(deploy_time)

    assert CliRunner().invoke(command, env={"CANARY_GUARD_DEPLOY_TIME": "-5m"}).output == "-5m\n"


def test_window_options_come_in_the_order_in_which_they_are_read() -> None:
    @click.command()
    @window_options
    def command() -> None: ...

    assert [one.name for one in command.params][:3] == ["config", "source_url", "baseline"]
