"""The record of a run: strict JSON from which the run can be read again, and its schema."""

import json
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from canary_guard.errors import RecordingError
from canary_guard.model.estimate import Levels, Minimum
from canary_guard.model.run import RUN_FORMAT, Run
from canary_guard.model.series import Content, Reading
from canary_guard.reports.escaping import said
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.json_text import schema, written
from canary_guard.reports.look import Look

_FIRST: Final = ("format", "tool", "verdict")
_INFINITY: Final = float("inf")
_AGAIN: Final = "Write the record again with -o json=FILE."


def render(run: Run, look: Look | None = None) -> str:  # noqa: ARG001 - every report takes a look
    """The record in the model's order, with the verdict's sentence beside the verdict; for the same run the same bytes.

    `render(read(render(run)))` is `render(run)`. Secrets are written as asterisks. ValueError on a number that is NaN
    or infinite: a run has none.
    """
    # Not in mode "json", which would write null for a NaN.
    fields: dict[str, Any] = _adapter().dump_python(run)
    head = {name: fields.pop(name) for name in _FIRST}
    return written({**head, "sentence": verdict_sentence(run), **fields}) + "\n"


def read(text: str, *, where: str) -> Run:
    """The run of a record; RecordingError if it is no usable one. Keys that this version does not know are skipped.

    `where` is the file's name, for the error.
    """
    try:
        fields = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise _unusable(f"{where}:{error.lineno}", f"this is no complete JSON text ({error.msg})", _AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise _unusable(where, f"this is no JSON text that can be read: {error}", _AGAIN) from error
    _check_format(fields, where)
    try:
        run = _adapter().validate_python(fields)
    except ValidationError as error:
        raise _unusable(where, _first_problem(error), _AGAIN) from error
    _check_levels(run.plan.levels, where)
    for reading in run.queries:
        if reading.query.grid != run.windows.grid(reading.query.period):
            raise _unusable(where, f"{said(reading.query.key)} was read on another grid than the window's", _AGAIN)
        _check_series(reading, where)
    return run


def run_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `render` writes."""
    return schema(
        Run,
        RUN_FORMAT,
        head=_FIRST,
        sentence="The verdict and the numbers that decided it, for a person.",
        title="The record of a run of canary-guard",
        description="All that was asked and found.",
    )


def _check_format(fields: object, where: str) -> None:
    found = fields.get("format") if isinstance(fields, dict) else None
    if found == RUN_FORMAT:
        return
    if isinstance(found, str) and found.startswith("canary-guard/"):
        advice = "Read it with a version of canary-guard that knows it."
        raise _unusable(where, f"its format is {said(found, 80)}, and this version reads {RUN_FORMAT}", advice)
    raise _unusable(where, f"it does not say that its format is {RUN_FORMAT}", "Give a record that -o json=FILE wrote.")


def _check_levels(levels: Levels, where: str) -> None:
    """What no configuration can set, no record can have set: the same limits."""
    least = levels.minimum
    if (
        not 0 < levels.alpha <= 0.2
        or not levels.alpha <= levels.alpha_within < 0.5
        or not 1 <= levels.indifference <= 100
    ):
        what = f"alpha {levels.alpha:g}, alpha_within {levels.alpha_within:g}, indifference {levels.indifference:g}"
    elif least.intervals < Minimum().intervals or least.lookups < 1 or least.misses < 1:
        what = f"a minimum of {least.intervals} intervals, {least.lookups:g} lookups, {least.misses:g} misses"
    else:
        return
    raise _unusable(where, f"its plan has levels that no run can have: {what}", _AGAIN)


def _check_series(reading: Reading, where: str) -> None:
    intervals = reading.query.grid.intervals
    expected = intervals if reading.content is Content.INCREASE else intervals + 1
    for series in reading.series:
        if series.values.shape != (expected,):
            answer = f"a series of {reading.query.key} has {series.values.size} values where {expected} belong"
        elif not all(0 <= index < expected for index in series.missing):
            answer = f"a series of {reading.query.key} misses values that it cannot have"
        elif len(series.labels) != len(reading.split):
            answer = f"a series of {reading.query.key} has {len(series.labels)} labels, not {len(reading.split)}"
        else:
            continue
        raise _unusable(where, answer, _AGAIN)


def _first_problem(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(str(part) for part in problems[0]["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{said(place, 200)}: {said(problems[0]['msg'])}{more}"


def _unusable(where: str, answer: str, advice: str) -> RecordingError:
    return RecordingError(asked="a run's record", where=where, answer=answer, advice=advice)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) < _INFINITY else _refuse(text)


@cache
def _adapter() -> TypeAdapter[Run]:
    return TypeAdapter(Run)
