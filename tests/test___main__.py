"""How a command ends, in the process itself; as a process of its own in test_cli.py."""

from __future__ import annotations

import pytest

from canary_guard.__main__ import main
from canary_guard.cli import cli
from canary_guard.errors import OutputError


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (OutputError("could not write x"), 2, "error: could not write x\n"),
        (RuntimeError("odd"), 70, "This is a fault in canary-guard"),
    ],
)
def test_whatever_goes_wrong_has_its_exit_code(
    raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**options: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "main", fail)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == code
    assert said in capsys.readouterr().err
