from __future__ import annotations

import pytest

from canary_guard.server_words import is_page, one_line, page_words


def test_one_line_takes_out_what_would_move_or_hide_text() -> None:
    assert one_line("  a\r\n::error::b\u2028c\u202ed\u200be ") == "a ::error::b c d e"


def test_one_line_is_not_longer_than_a_person_reads() -> None:
    assert one_line("x" * 301) == "x" * 299 + "…"


@pytest.mark.parametrize(
    ("text", "content_type", "page"),
    [("<HTML>", "", True), ("Sorry", "text/html; charset=utf-8", True), ("{}", "application/json", False)],
)
def test_a_page_is_told_from_other_text(text: str, content_type: str, *, page: bool) -> None:
    assert is_page(text, content_type) is page


def test_a_page_says_its_title_or_its_text() -> None:
    assert page_words("<html><title>502 Bad &amp; Gateway</title><p>x") == "502 Bad & Gateway"
    assert one_line(page_words("<html><style>p {}</style><p>Sign <b>in</b>")) == "Sign in"
