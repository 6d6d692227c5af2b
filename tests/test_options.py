"""Options that several commands share."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from canary_guard.cli import cli
from canary_guard.errors import ConfigError
from canary_guard.options import OutputType, check_variables, option, report_options, text_of, window_options


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


@pytest.mark.parametrize("arguments", [["-q", "-v"], ["-v", "-q"]])
def test_one_look_at_a_time(arguments: list[str]) -> None:
    @click.command()
    @report_options
    def command(**_: object) -> None: ...

    assert CliRunner().invoke(command, arguments[:1]).exit_code == 0
    shown = CliRunner().invoke(command, arguments)
    assert (shown.exit_code, "exclude each other" in shown.output) == (2, True)


def test_a_variable_that_sets_nothing_is_refused_by_name() -> None:
    check_variables(cli, ["CANARY_GUARD_WINDOW", "WINDW", "CANARY_GUARD_TEST_SERVERS", "_CANARY_GUARD_COMPLETE"])
    with pytest.raises(ConfigError) as caught:
        check_variables(cli, ["CANARY_GUARD_WINDW", "CANARY_GUARD_ZZZ"])
    what = "an environment variable that sets no option"
    assert [str(one) for one in caught.value.problems] == [
        f"CANARY_GUARD_WINDW: {what}; did you mean `CANARY_GUARD_WINDOW`?",
        f"CANARY_GUARD_ZZZ: {what}",
    ]


def test_what_kubernetes_sets_beside_a_service_of_that_name_is_none_of_ours() -> None:
    check_variables(
        cli, ["CANARY_GUARD_SERVICE_HOST", "CANARY_GUARD_SERVICE_PORT_HTTP", "CANARY_GUARD_PORT_80_TCP_ADDR"]
    )


def test_a_file_that_is_no_text_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: \xff")
    with pytest.raises(ConfigError, match=r"x.yaml: not UTF-8 text \(byte 3\)"):
        text_of(str(tmp_path / "x.yaml"))


def test_window_options_come_in_the_order_in_which_they_are_read() -> None:
    @click.command()
    @window_options
    def command() -> None: ...

    assert [one.name for one in command.params][:3] == ["config", "source_url", "baseline"]
