"""`canary-guard` and `python -m canary_guard`: a command, and how it ends."""

import sys

import click

from canary_guard.cli import cli
from canary_guard.errors import ConfigError, OutputError, SourceError


def main() -> None:
    """Run a command; whatever goes wrong ends in its exit code."""
    try:
        code = cli.main(prog_name="canary-guard", standalone_mode=False)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except (ConfigError, OutputError, SourceError) as error:
        from canary_guard.console import complain

        complain(str(error))
        code = error.exit_code
    except Exception:  # noqa: BLE001 - a crash never exits 0 or 1
        import traceback

        traceback.print_exc()
        click.echo("This is a fault in canary-guard: please report it with the lines above.", err=True)
        code = 70
    sys.exit(code)


if __name__ == "__main__":
    main()
