import pytest

from canary_guard.config.regexes import check_regex
from canary_guard.config.wording import RefusedError


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a|b",
        "shop-.*",
        r"v2\..+",
        "[^a-z]+",
        "(a|b)?",
        "(?:a|b)",
        "(?i)a",
        "(?s-i:a)",
        "(?P<x>a)",
        "a??",
        "a+?b+",
        "x{2,3}",
        "[]+]+",
        "[*+]+",
        r"\d\++",
        "a{1000}",
        r"\\1",
    ],
)
def test_what_both_read(pattern: str) -> None:
    check_regex(pattern)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(?=a)", "has a lookahead"),
        ("(?!canary).*", "has a lookahead"),
        ("(?<=a)b", "has a lookbehind"),
        ("(?<!a)b", "has a lookbehind"),
        (r"(a)\1", "has a backreference"),
        ("(?P<x>a)(?P=x)", "has a backreference"),
        ("(?>a)", "has an atomic group"),
        ("(a)?(?(1)b|c)", "has a condition"),
        ("(?#note)a", "has a comment"),
        ("a++", "has a possessive repeat"),
        ("a*+", "has a possessive repeat"),
        ("a?+", "has a possessive repeat"),
        ("a{2}+", "has a possessive repeat"),
        ("(?x)a b", "has the flags `x`"),
        ("(?a)b", "has the flags `a`"),
        (r"a\Z", r"has `\Z`"),
        (r"\u0041", r"has `\u`"),
        ("a{,3}", "has the repeat `{,3}`"),
        ("a{1001}", "has the repeat `{1001}`"),
        ("a{99999999999999999999}", "has the repeat"),
        ("(", "cannot be used as a regular expression: missing )"),
        (r"\pL", "cannot be used as a regular expression: bad escape"),
        ("[[:alpha:]]", "cannot be used as a regular expression"),
        ("a**", "cannot be used as a regular expression: multiple repeat"),
        ("[a", "cannot be used as a regular expression"),
    ],
)
def test_what_one_of_them_does_not_read(pattern: str, message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        check_regex(pattern)
    assert message in str(raised.value)
