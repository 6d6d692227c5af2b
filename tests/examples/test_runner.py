"""The stand-in for GitHub's runner is itself held against the runner's rules."""

from pathlib import Path

import pytest

from tests.examples.runner import Runner, bare_environment, parse_outputs


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(
        workspace=tmp_path,
        temp=tmp_path,
        environment=bare_environment(),
        actions={},
        contexts={"inputs": {"name": "it's"}},
    )


def test_a_failed_step_skips_the_next_but_not_one_that_always_runs(runner: Runner) -> None:
    runner.run(
        [
            {"id": "first", "run": "echo 'a=1' >> $GITHUB_OUTPUT; exit 3"},
            {"id": "second", "run": "true"},
            {"id": "third", "if": "${{ always() && steps.first.outcome != 'success' }}", "run": "true"},
            {"id": "fourth", "if": "${{ steps.first.outcome == 'failure' }}", "run": "true"},
        ]
    )
    assert {name: step.outcome for name, step in runner.steps.items()} == {
        "first": "failure",
        "second": "skipped",
        "third": "success",
        "fourth": "skipped",
    }
    assert runner.steps["first"].outputs == {"a": "1"}
    assert runner.failed


def test_a_step_that_may_fail_fails_nothing(runner: Runner) -> None:
    runner.run([{"id": "first", "continue-on-error": True, "run": "false"}, {"id": "second", "run": "true"}])
    assert runner.steps["second"].outcome == "success"
    assert not runner.failed


def test_expressions(runner: Runner) -> None:
    assert runner.text("<${{ inputs.name }}>") == "<it's>"
    assert runner.evaluate("inputs.absent == '' && !(inputs.name == 'x') || failure()")
    with pytest.raises(AssertionError, match="not understood"):
        runner.evaluate("contains(inputs.name, 1)")


def test_outputs_of_several_lines() -> None:
    assert parse_outputs("a=b=c\nd<<END\nx\n\ny\nEND\ne=\n") == {"a": "b=c", "d": "x\n\ny", "e": ""}
