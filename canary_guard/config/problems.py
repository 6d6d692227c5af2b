"""What pydantic finds wrong, as problems with a place and a suggestion."""

import re
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from canary_guard.config.nodes import Section, problem
from canary_guard.config.schema import Config
from canary_guard.config.wording import Fault, RefusedError, Trail, listed, meant, quoted, unknown
from canary_guard.errors import Problem

_EXPECTED = {
    "string_type": "text",
    "string_unicode": "text",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "string_too_short": "text",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
}
"""By pydantic's names of errors; every kind that the models of this room can give."""
_SECRET = ("source", "publish")
"""Sections of which no error repeats a value: it may be a secret."""
_PATTERNS = {
    "^[a-zA-Z_:][a-zA-Z0-9_:]*$": "the name of a metric, without labels",
    "^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case words joined by hyphens, such as `hit-rate`",
}


def problems_of(error: ValidationError, tree: Section) -> list[Problem]:
    """Every error of a validation of the tree against `Config`, where it was written."""
    return [
        found
        for detail in error.errors(include_url=False)
        if detail["input"] is not None or detail["type"] == "missing"  # a key without a value is a problem already
        for found in _problems(detail, tree)
    ]


def _problems(detail: ErrorDetails, tree: Section) -> list[Problem]:
    path: Trail = detail["loc"]
    kind, context = detail["type"], detail.get("ctx", {})
    refused = context.get("error")
    if isinstance(refused, RefusedError):
        return problems_in(refused, tree, path)
    if kind == "extra_forbidden":
        return [problem(tree, path, unknown("key", str(path[-1]), keys_at(path[:-1])), key=True)]
    if kind == "missing":
        return [problem(tree, path, f"{quoted('.'.join(str(part) for part in path))} is missing")]
    return [_named(tree, path, Fault(what=_expectation(kind, detail["input"], context, secret=path[0] in _SECRET)))]


def problems_in(refused: RefusedError, tree: Section, path: Trail) -> list[Problem]:
    """The faults of the value at a path."""
    return [_named(tree, (*path, *_blamed(fault, tree, path)), fault) for fault in refused.faults]


def _blamed(fault: Fault, tree: Section, path: Trail) -> Trail:
    by_flag = [at for at in (fault.at, fault.other) if at and problem(tree, (*path, *at), "").line is None]
    return by_flag[0] if by_flag else fault.at


def _expectation(kind: str, value: object, context: dict[str, Any], *, secret: bool) -> str:
    found = "" if secret else f", found {quoted(value)}"
    if kind in ("enum", "literal_error"):
        words = re.findall("'([^']*)'", context["expected"])
        return f"expected {listed(words, last='or')}{found}{meant(str(value), words)}"
    if kind == "string_pattern_mismatch":
        return f"expected {_PATTERNS[context['pattern']]}{found}"
    hint = "; put it in quotes" if kind == "string_type" and isinstance(value, bool | int | float) else ""
    return f"expected {_EXPECTED[kind].format_map(context)}{found}{hint}"


def _named(tree: Section, path: Trail, fault: Fault) -> Problem:
    """With the key in front, for a reader who has only the message; a flag's name says it already."""
    found = problem(tree, path, fault.what, offset=fault.offset, key=fault.key)
    if found.line is None or fault.key or not path or not isinstance(path[-1], str):
        return found
    return replace(found, what=f"{quoted(path[-1])}: {fault.what}")


def keys_at(path: Trail) -> tuple[str, ...]:
    """The keys that the configuration knows below a path."""
    model = _descend(Config, path)
    return () if model is None else tuple(field.alias or name for name, field in model.model_fields.items())


def _descend(annotation: Any, path: Trail) -> type[BaseModel] | None:  # noqa: ANN401 - a type, or a form of typing
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _descend(arguments[0], path)
    if origin in (Union, UnionType):
        found = (_descend(choice, path) for choice in arguments)
        return next((model for model in found if model is not None), None)
    if origin is tuple:
        return _descend(arguments[0], path[1:])
    if origin is dict:
        return _descend(arguments[1], path[1:])
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return None
    if not path:
        return annotation
    fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
    return _descend(fields[str(path[0])].annotation, path[1:])
