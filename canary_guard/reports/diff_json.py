"""A difference between two runs as strict JSON, and its schema."""

from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from canary_guard.model.difference import DIFF_FORMAT, Difference
from canary_guard.reports.diff_headline import difference_sentence
from canary_guard.reports.json_text import schema, written
from canary_guard.reports.look import Look

_FIRST: Final = ("format", "service", "changed")


def render(found: Difference, look: Look | None = None) -> str:  # noqa: ARG001 - every report takes a look
    """In the model's order, with the sentence near the top; for the same two runs the same bytes."""
    fields: dict[str, Any] = _adapter().dump_python(found)
    head = {name: fields.pop(name) for name in _FIRST}
    # UTC, whatever the reader's clock is.
    return written({**head, "sentence": difference_sentence(found, Look()), **fields}) + "\n"


def diff_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `render` writes."""
    return schema(
        Difference,
        DIFF_FORMAT,
        head=_FIRST,
        sentence="What became of the verdict, the numbers that decided it, and whether the same was asked.",
        title="What changed between two runs of canary-guard",
        description="All that differs, as then and now. `changed` is empty where the runs follow from the same "
        "question, data and version.",
    )


@cache
def _adapter() -> TypeAdapter[Difference]:
    return TypeAdapter(Difference)
