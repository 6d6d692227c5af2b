import pytest

from canary_guard.config.overlap import contains
from canary_guard.config.selectors import parse_selector


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ('t="a"', 't="a"'),
        ('t="a"', 't="a", v="2"'),
        ('t="a", v="2"', 'v="2", t="a"'),
        ('t=~"a|b"', 't="a"'),
        ('t=~"a|b"', 't=~"b|a"'),
        ('t=~"a|b|c"', 't=~"b|a"'),
        ('t!="a"', 't="b"'),
        ('t!="a"', 't=~"b|c"'),
        ('t!~"a.*"', 't="b"'),
        ('t=~"c.*"', 't="canary"'),
        ('t=~"c.*"', 't=~"c.*"'),
        ('t=~".*", v="1"', 'v="1"'),
    ],
)
def test_what_is_contained_for_sure(outer: str, inner: str) -> None:
    assert contains(parse_selector(outer), parse_selector(inner))


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ('t="a"', 't="b"'),
        ('t="a", v="2"', 't="a"'),
        ('t="a"', 'v="a"'),
        ('t=~"a|b"', 't=~"b|c"'),
        ('t!="a"', 't="a"'),
        ('t!~"a.*"', 't="abc"'),
        ('t=~"c.*"', 't=~"ca.*"'),
        ('t="a"', 't!="b"'),
    ],
)
def test_what_is_not_proved(outer: str, inner: str) -> None:
    assert not contains(parse_selector(outer), parse_selector(inner))
