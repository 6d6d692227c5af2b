"""`canary-guard` and `python -m canary_guard`: a command, and how it ends."""

import os
import sys
from contextlib import suppress
from io import StringIO
from pathlib import Path

import click

from canary_guard.cli import cli
from canary_guard.errors import ConfigError, OutputError, SourceError


def main() -> None:
    """Run a command; whatever goes wrong ends in its exit code."""
    # Closed before we began: what is said goes nowhere, and a report cannot be written, as where the disk is full.
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - until the end
    sys.stdout = sys.stdout or Path("/dev/full").open("w")  # noqa: SIM115
    try:
        code = cli.main(prog_name="canary-guard", standalone_mode=False)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        code = 130
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        _tell(shown.getvalue())
        code = 2
    except (ConfigError, OutputError, SourceError) as error:
        from canary_guard.console import complain

        complain(str(error))
        code = error.exit_code
    except Exception:  # noqa: BLE001 - a crash never exits 0 or 1
        code = 70
        with suppress(Exception):
            import traceback

            _tell(f"{traceback.format_exc()}This is a fault in canary-guard: please report it with the lines above.")
    except SystemExit:
        # click makes one with 1, which is a verdict, of any broken pipe.
        code = OutputError.exit_code
    sys.exit(code)


def _tell(text: str) -> None:
    from canary_guard.console import tell

    tell(text.removesuffix("\n"))


if __name__ == "__main__":
    main()
