"""Records as strict JSON text, and their schemas."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ConfigDict, SecretStr, TypeAdapter

from canary_guard.reports.escaping import HIDDEN

_EXACT: Final = 2**53
"""Below this every whole number is itself as a float."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def schema(
    record: type, form: str, *, head: Sequence[str], sentence: str, title: str, description: str
) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a record as it is written: what stands in `head` first, then its sentence."""
    # A list, because pydantic takes a configuration only with what has none of its own.
    adapter = TypeAdapter(list[record], config=ConfigDict(use_attribute_docstrings=True))  # type: ignore[valid-type]
    definitions = adapter.json_schema(mode="serialization")["$defs"]
    fields = definitions.pop(record.__name__)["properties"]
    first = {name: fields.pop(name) for name in head}
    told = {"type": "string", "description": sentence}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{form.replace('/', ':')}",
        "title": f"{title} ({form})",
        "description": f"{description} Every time is a whole number of milliseconds since the Unix epoch (UTC), every "
        "duration a whole number of milliseconds. Later versions may add keys; none of these changes its meaning while "
        "the format is v1.",
        "type": "object",
        "required": [*first, "sentence", *fields],
        "properties": {**first, "sentence": told, **fields},
        "$defs": definitions,
    }


def written(value: object, indent: str = "") -> str:
    """JSON, with a list of plain values on one line: a series is a line and not a page."""
    inner = indent + " "
    match value:
        case dict() if value:
            lines = (f"{inner}{_plain(key)}: {written(entry, inner)}" for key, entry in value.items())
            return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
        case list() | tuple() if any(isinstance(entry, dict | list | tuple) for entry in value):
            return "[\n" + ",\n".join(inner + written(entry, inner) for entry in value) + f"\n{indent}]"
        case list() | tuple():
            return _plain([_scalar(entry) for entry in value])
        case _:
            return _plain(_scalar(value))


def _scalar(value: object) -> object:
    """A secret as asterisks; a whole number without its `.0`, so that it is the same before and after it was read."""
    if isinstance(value, SecretStr):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _plain(value: object) -> str:
    """On one line, with nothing in it that a terminal or a CI system would obey."""
    return HIDDEN.sub(_escaped, _ENCODER.encode(value)).replace("##[", "##\\u005b")


def _escaped(hidden: re.Match[str]) -> str:
    # Lone surrogates, which UTF-8 does not have, are not kept.
    char = hidden[0]
    return "\ufffd" if "\ud800" <= char <= "\udfff" else json.dumps(char)[1:-1]
