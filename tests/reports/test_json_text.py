import json

import pytest
from pydantic import SecretStr

from canary_guard.model.difference import Sentences
from canary_guard.reports.json_text import schema, written


def test_plain_lists_take_one_line_and_the_rest_is_indented() -> None:
    assert written({"a": [1, 2.0, 0.5], "b": [{"c": ()}], "d": {}}) == (
        '{\n "a": [1, 2, 0.5],\n "b": [\n  {\n   "c": []\n  }\n ],\n "d": {}\n}'
    )


def test_what_a_terminal_or_a_ci_system_would_obey_is_escaped() -> None:
    text = written({"a": "\x1b[31m ##[error] \u202e", "b": SecretStr("hush")})
    assert json.loads(text) == {"a": "\x1b[31m ##[error] \u202e", "b": "**********"}
    assert text.isprintable() is False
    assert "##[" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        written(float("nan"))


def test_a_schema_puts_the_head_and_the_sentence_first() -> None:
    made = schema(Sentences, "a/b/v1", head=("now",), sentence="Says.", title="T", description="D.")
    assert made["$id"] == "urn:a:b:v1"
    assert list(made["properties"]) == made["required"] == ["now", "sentence", "then"]
