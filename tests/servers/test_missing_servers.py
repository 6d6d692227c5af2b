"""What a run of the suite says where a server is missing: it fails, or it was told not to and says so loudly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import SWITCH

ONE = "tests/servers/test_prometheus_server.py::test_it_is_gone_after_the_block"


def run_one(**environment: str) -> tuple[int, str]:
    """Exit code and output of one test that starts a server."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", ONE],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_missing_server_fails_the_tests_that_need_it(tmp_path: Path) -> None:
    code, said = run_one(**{"PATH": str(tmp_path), SWITCH: "yes"})
    assert code == 1
    assert "prometheus and promtool not found: install Debian's package `prometheus`" in said
    assert f"{SWITCH}=no" in said


def test_leaving_them_out_is_no_failure_and_loud(tmp_path: Path) -> None:
    code, said = run_one(**{"PATH": str(tmp_path), SWITCH: "no"})
    assert code == 0
    assert "! NOT RUN !" in said
    assert (
        f"1 of the tests, which need a real Prometheus or a real browser, because {SWITCH}=no: tests/servers/test_prom"
        in said
    )
