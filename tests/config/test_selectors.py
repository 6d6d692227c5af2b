import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary_guard.config.selectors import allows_everything, parse_label, parse_selector
from canary_guard.config.wording import RefusedError
from canary_guard.model.signal import Matcher, MatchOperator


def read(text: str) -> list[tuple[str, str, str]]:
    return [(one.label, one.operator.value, one.value) for one in parse_selector(text)]


def test_the_four_operators_in_the_order_of_the_text() -> None:
    assert read('b="1", a!="2",c=~"x|y" , d!~"z.*"') == [
        ("b", "=", "1"),
        ("a", "!=", "2"),
        ("c", "=~", "x|y"),
        ("d", "!~", "z.*"),
    ]


@pytest.mark.parametrize("text", ['{a="1"}', ' { a = "1" , } ', 'a="1",', "a='1'", "a=`1`", 'a="\\x31"', 'a="\\061"'])
def test_ways_to_write_one_matcher(text: str) -> None:
    assert read(text) == [("a", "=", "1")]


def test_escapes() -> None:
    assert read(r'a="it\"s\\ \n\t é \U0001F600"') == [("a", "=", 'it"s\\ \n\t é \U0001f600')]
    assert read(r"a='it\'s'") == [("a", "=", "it's")]
    assert read(r"a=`\d+`") == [("a", "=", r"\d+")]
    assert read('a=""') == [("a", "=", "")]


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("a=b", 'expected a value in quotes, found `b` at character 3 of `a=b`; did you mean `a="b"`?', 2),
        ('a=="x"', "expected a value in quotes", 2),
        ("a=“x”", 'did you mean `a="x"`?', 2),
        ('a="x', "a quotation mark that is not closed", 2),
        ('a="x\n"', "a quotation mark that is not closed", 2),
        ('a="x" b="y"', "expected a comma between two matchers, found `b=", 6),
        ('a="x",,', "expected the name of a label, found `,`", 6),
        ('="x"', "expected the name of a label", 0),
        ('a.b="x"', "expected `=`, `!=`, `=~` or `!~` after `a`", 1),
        ("a", "expected `=`, `!=`, `=~` or `!~` after `a`, found the end", 1),
        ('{a="x"', "expected `}` at the end", 6),
        ('{a="x"} b', "expected nothing after `}`", 8),
        ('a="x"}', "expected a comma between two matchers", 5),
        ('up{a="x"}', "expected label matchers only, without the metric `up`", 0),
        ('a="x", __name__="up"', "the name of the metric belongs to the signal", 7),
        (r'a="\q"', r"unknown escape `\q`", 3),
        (r'''a="\'"''', "unknown escape", 3),
        (r'a="\xff"', "unknown escape", 3),
        (r'a="\ud800"', "unknown escape", 3),
        (r'a="\U00110000"', "unknown escape", 3),
        ('a="1", b=~"(?!x)"', "has a lookahead", 10),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_character(text: str, message: str, offset: int) -> None:
    with pytest.raises(RefusedError) as raised:
        parse_selector(text)
    assert message in str(raised.value)
    assert raised.value.faults[0].offset == offset


@pytest.mark.parametrize("text", ["", "  ", "{}", "{ }", 'a=~".*"', 'a=~".*", b=~"(.*)"'])
def test_a_selector_that_selects_everything_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="selects everything that there is"):
        parse_selector(text)


def test_no_text_is_no_selector() -> None:
    with pytest.raises(RefusedError, match="expected label matchers such as"):
        parse_selector(3)


def test_labels() -> None:
    assert parse_label("rollouts_pod_template_hash") == "rollouts_pod_template_hash"
    for wrong in ("a-b", "1a", "", 3, "é"):
        with pytest.raises(RefusedError, match="expected the name of a label"):
            parse_label(wrong)


def test_allows_everything() -> None:
    assert allows_everything(Matcher(label="a", operator=MatchOperator.MATCHES, value=".*"))
    assert not allows_everything(Matcher(label="a", operator=MatchOperator.NOT_MATCHES, value=".*"))


@settings(deadline=None)
@given(st.text(alphabet="ab_=~!\"'`{}, \\x0.*(?", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = len(parse_selector(text))
    except RefusedError as error:
        found = len(str(error).splitlines())
    assert found


@settings(deadline=None)
@given(st.text())
def test_any_value_survives_quoting(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert parse_selector(f'a="{escaped}"')[0].value == value
