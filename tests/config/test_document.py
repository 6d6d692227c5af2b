import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.config.document import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES, parse, parse_value, resolved
from canary_guard.config.nodes import plain
from canary_guard.errors import ConfigError

BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
)


def read(text: str) -> object:
    return plain(parse_value(text, file="f")[0])


def error(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        parse(text, file="f")
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("y", "y"),
        ("1:30", "1:30"),
        ("1e3", 1000.0),
        ("0777", 777),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("2026-11-21", "2026-11-21"),
        ("+3", 3),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("0.5pp", "0.5pp"),
        ("x1.2", "x1.2"),
        ("'no'", "no"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("|\n  text\n", "text\n"),
        (".", "."),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    found = read(text)
    assert found == value
    assert type(found) is type(value)


def test_scalars_that_are_no_finite_number() -> None:
    assert resolved(".inf") == resolved(".INF") == float("inf")
    assert str(resolved(".NaN")) == "nan"
    assert resolved("9" * 5000) == "9" * 5000
    assert [resolved(word) for word in ("", "~", "null", "NULL")] == [None] * 4


def test_values_and_keys_have_their_places() -> None:
    section, problems = parse("# a\nx:\n  y: 'it'\n", file="f")
    assert problems == ()
    inner = section.entries["x"].value
    assert (inner.place.line, inner.place.column) == (3, 3)
    assert (section.entries["x"].key.line, section.entries["x"].key.column) == (2, 1)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("x: abc", 4),
        ("x: 'abc'", 5),
        ('x: "abc"', 5),
        ("x: 'it''s'", None),
        ('x: "a\\tc"', None),
        ("x: |\n  abc", None),
    ],
)
def test_the_column_of_a_text_is_known_where_the_file_holds_it_as_it_stands(text: str, column: int | None) -> None:
    node = parse(text, file="f")[0].get("x")
    assert getattr(node, "text_column", "absent") == column


def test_duplicate_keys_are_problems_and_the_rest_is_read() -> None:
    section, problems = parse("a: 1\nb: 2\na: 3\nb: 4\n", file="f")
    assert [str(problem) for problem in problems] == [
        "f:3:1: the key `a` is in line 1 already",
        "f:4:1: the key `b` is in line 2 already",
    ]
    assert plain(section) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f: the file is empty"),
        ("# nothing\n---\n", "f: the file is empty"),
        ("- a", "f:1:1: expected keys such as `service:`, found a list"),
        ("hello", "f:1:1: expected keys such as `service:`, found the text `hello`"),
        ("a: 1\n---\nb: 2", "f:2:1: a second document (`---`); a file holds one configuration"),
        ("a:\n\tb: 1", "f:2:1: a tab; indent with spaces"),
        ("a: b: c", "f:1:5: not valid YAML: a second `: ` on this line; put the value in quotes, or check the"),
        ("a: `b`", "f:1:4: not valid YAML: found character '`' that cannot start any token; put the value in quotes"),
        ("a: [1, 2", "f:1:9: not valid YAML: while parsing a flow sequence, expected ',' or ']'"),
        ("? [a]\n: 1", "f:1:3: a key must be a word"),
        ("{a: 1}: 2", "f:1:1: a key must be a word"),
        ("*x : 1", "f:1:1: a key must be a word"),
        ("a: !!python/object:os.system x", "f:1:4: the tag `!!python/object:os.system`; only plain YAML is read"),
        ("a: !!str 5", "f:1:4: the tag `!!str`"),
        ("a: *b", "f:1:4: `*b` stands for nothing: there is no `&b` before it"),
        ("a: &a [*a]", "f:1:8: `*a` contains itself"),
        ("a: 1\nb: \x00", "f:2:4: not text: the character 0x00 is not allowed in YAML"),
        ("a: \udc80", "f:1:4: not text: the character 0xdc80"),
        ("a: " + "x" * MAX_CHARACTERS, f"f: too large: {MAX_CHARACTERS + 3} characters, at most {MAX_CHARACTERS}"),
        ("a: " + "[" * 100_000, f"f:1:43: nested deeper than {MAX_DEPTH} levels"),
        ("a: [" + "1," * MAX_NODES + "]", f"more than {MAX_NODES} values"),
        (BOMB, f"more than {MAX_NODES} values, aliases counted as often as they are used"),
    ],
)
def test_what_is_no_plain_mapping_is_one_clear_line(text: str, message: str) -> None:
    found = error(text)
    assert found.startswith(message) or message in found
    assert "\n" not in found


def test_a_few_aliases_are_read() -> None:
    assert read("a: &x {b: 1}\nc: [*x, *x]") == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


def test_byte_order_mark_and_carriage_returns() -> None:
    assert read("\ufeffa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


def lines(text: str) -> list[str]:
    try:
        _, problems = parse_value(text, file="f")
    except ConfigError as refused:
        problems = refused.problems
    return [line for problem in problems for line in str(problem).splitlines()[1:]]


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    assert lines(text) == []


@settings(deadline=None)
@given(st.text(alphabet="ab:-[]{}*&!|>'\"#,? \n\t%@`0.", max_size=60))
def test_any_punctuation_is_read_or_refused_in_one_line(text: str) -> None:
    assert lines(text) == []
