import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.reports.escaping import HIDDEN, columns, plain, said, shorten, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode 日本", "plain ünïcode 日本"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\u202eevil\u2066\u200b\ufeff", r"\u202eevil\u2066\u200b\ufeff"),
        ("\x9b31m", r"\x9b31m"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\ufdd0\U0001ffff\U0010fffe", r"\ufdd0\U0001ffff\U0010fffe"),
        ("🎉\U00020000", "🎉\U00020000"),
        ("::error::x", r"\x3a:error::x"),
        ("x ::error::x", r"x \x3a:error::x"),
        ("Shop::Cart [::1]:9090", "Shop::Cart [::1]:9090"),
        ("a##[error]b", r"a\x23#[error]b"),
    ],
)
def test_what_nobody_sees_or_a_machine_obeys_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_nothing_hidden_is_left_and_twice_is_as_good_as_once(text: str) -> None:
    shown = visible(text)
    assert not HIDDEN.search(shown)
    assert visible(shown) == shown
    shown.encode()


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
    assert shorten("日本日本", 5) == "日本…"
    assert said("x" * 10_000) == "x" * 299 + "…"
    assert said("\x1b" * 10_000, 10) == r"\x1b\x1b\…"


def test_columns_count_wide_and_combining_characters() -> None:
    assert [columns(text) for text in ("abc", "日本", "e\u0301")] == [3, 4, 1]


def test_plain_is_ascii() -> None:
    assert plain("99 → 98 %, −1 … “日” µs") == '99 -> 98 %, -1 ... "\\u65e5" us'
