import pytest
from pydantic import TypeAdapter

from canary_guard.model.run import Run, Verdict
from tests.builders import a_run

RUN = TypeAdapter(Run)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_run_survives_json_to_the_byte(verdict: Verdict) -> None:
    written = RUN.dump_json(a_run(verdict))
    assert RUN.dump_json(RUN.validate_json(written)) == written
