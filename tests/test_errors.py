"""What stops a run: one tree, each class with its exit code."""

import pytest

from canary_guard.errors import CanaryGuardError, ConfigError, OutputError, Problem, RecordingError, SourceError


@pytest.mark.parametrize(
    ("error", "code"),
    [(CanaryGuardError, 70), (ConfigError, 2), (SourceError, 4), (RecordingError, 4), (OutputError, 2)],
)
def test_each_class_has_the_exit_code_of_the_table(error: type[CanaryGuardError], code: int) -> None:
    assert error.exit_code == code
    assert issubclass(error, CanaryGuardError)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(what="no"), "no"),
        (Problem(what="no", file="a.yaml"), "a.yaml: no"),
        (Problem(what="no", file="a.yaml", line=3, column=7), "a.yaml:3:7: no"),
    ],
)
def test_a_problem_reads_as_editors_read_it(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_configuration_error_tells_all_its_problems() -> None:
    assert str(ConfigError(Problem(what="one"), Problem(what="two"))) == "one\ntwo"


def test_a_source_error_says_where_what_came_back_what_was_asked_and_what_to_do() -> None:
    error = SourceError(asked="misses", where="http://prometheus", answer="401", advice="Set a token.")
    assert str(error) == "http://prometheus: 401 (asked for misses). Set a token."
