"""The kinds of values that a configuration's keys take, for pydantic: how each is read, and its JSON Schema."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationInfo, WithJsonSchema

from canary_guard.config.quantities import Moment, parse_duration, parse_share, parse_time
from canary_guard.config.selectors import parse_label, parse_selector
from canary_guard.config.wording import RefusedError, meant, quoted, unknown
from canary_guard.model.estimate import Undetermined
from canary_guard.model.plan import Answer
from canary_guard.model.signal import Selector as Matchers


class Keys(BaseModel):
    """A section of known keys; any other key is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def key(text: str, default: Any = ..., *, shown: object = None, **more: Any) -> Any:  # noqa: ANN401 - as pydantic's Field
    """A key with its description; `shown` is the default as a configuration writes it."""
    if shown is not None:
        more["json_schema_extra"] = {"default": shown}
    return Field(default, description=text, **more)


def _time(raw: object, info: ValidationInfo) -> Moment:
    context: Mapping[str, int] = info.context or {}
    return parse_time(raw, now=context["now"])


def _step(raw: object) -> int | None:
    return None if raw == "auto" else parse_duration(raw)


def _warmup(raw: object) -> Literal["auto", "off"] | int:
    match raw:
        case "auto" | "off":
            return raw
        case _:
            return parse_duration(raw)


def parse_answers(raw: object) -> Mapping[Undetermined, Answer]:
    """`pass` or `fail` for every kind, or by kind: `exposure=pass,data=fail`."""
    expected = "`pass`, `fail`, or answers by kind such as `exposure=pass,data=fail`"
    if not isinstance(raw, str):
        raise RefusedError(f"expected {expected}, found {quoted(raw)}")
    if raw in _ANSWERS:
        return dict.fromkeys(Undetermined, Answer(raw))
    found: dict[Undetermined, Answer] = {}
    for part in raw.split(","):
        kind, sign, answer = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise RefusedError(f"expected {expected}, found {quoted(raw)}{meant(raw, _ANSWERS)}")
        if kind not in tuple(Undetermined):
            raise RefusedError(unknown("kind", kind, Undetermined))
        if answer not in _ANSWERS:
            raise RefusedError(unknown("answer", answer, _ANSWERS))
        if Undetermined(kind) in found:
            raise RefusedError(f"`{kind}` is answered twice in {quoted(raw)}")
        found[Undetermined(kind)] = Answer(answer)
    return found


_ANSWERS = ("pass", "fail")
_DURATION = {"type": "string", "pattern": r"^([0-9.]+(d|h|m|s|ms))+$|^0$", "examples": ["10m", "1h30m", "500ms"]}

Text = Annotated[str, StringConstraints(min_length=1)]
Label = Annotated[
    str, PlainValidator(parse_label), WithJsonSchema({"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"})
]
Selector = Annotated[
    Matchers,
    PlainValidator(parse_selector),
    WithJsonSchema({"type": "string", "minLength": 1, "examples": ['namespace="shop", track=~"canary|beta"']}),
]
Duration = Annotated[int, PlainValidator(parse_duration), WithJsonSchema(_DURATION)]
Wait = Annotated[int, PlainValidator(partial(parse_duration, least=0)), WithJsonSchema(_DURATION)]
Step = Annotated[
    int | None, PlainValidator(_step), WithJsonSchema({"anyOf": [{"const": "auto"}, _DURATION], "default": "auto"})
]
WarmUp = Annotated[
    Literal["auto", "off"] | int,
    PlainValidator(_warmup),
    WithJsonSchema({"anyOf": [{"enum": ["auto", "off"]}, _DURATION]}),
]
Time = Annotated[
    Moment,
    PlainValidator(_time),
    WithJsonSchema({"type": ["string", "number"], "examples": ["2026-11-21T09:11:00Z", 1795252266.963, "-10m"]}),
]
Share = Annotated[
    float, PlainValidator(parse_share), WithJsonSchema({"type": ["string", "number"], "examples": [0.01, "1%"]})
]
Quantity = Annotated[
    object, WithJsonSchema({"type": ["string", "number"], "examples": ["0.5pp", "10%", "x1.2", "5ms", 0.01]})
]
Answers = Annotated[
    Mapping[Undetermined, Answer],
    PlainValidator(parse_answers),
    WithJsonSchema({"type": "string", "examples": ["pass", "fail", "exposure=pass,data=fail"]}),
]
