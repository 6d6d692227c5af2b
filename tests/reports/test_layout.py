from hypothesis import given
from hypothesis import strategies as st

from canary_guard.reports.escaping import columns
from canary_guard.reports.layout import PLAIN, Style, table, wrap


def test_lines_break_at_spaces_and_hang() -> None:
    assert wrap("one two three four", 12, first="- ", rest="  ") == ["- one two", "  three four"]
    assert wrap("", 10) == [""]


def test_a_number_stays_with_its_unit() -> None:
    assert wrap("hit rate 99.2 → 98.1 %", 20) == ["hit rate 99.2 →", "98.1 %"]
    assert wrap("wait 12 min, then", 8) == ["wait", "12 min,", "then"]


def test_a_word_that_fits_no_line_is_cut() -> None:
    assert wrap("abcdefgh", 5) == ["abcde", "fgh"]
    assert wrap("日本日本", 5) == ["日本", "日本"]


def test_no_line_begins_with_a_colon_that_a_ci_system_would_obey() -> None:
    assert not any(line.startswith(":") for line in wrap("abcde::error::x", 5))


@given(st.text("ab:日\u0301 %", max_size=80), st.integers(8, 30))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    lines = wrap(text, width, first="  ! ", rest="    ")
    assert all(columns(line) <= max(width, 4 + 2) for line in lines)
    assert "".join(lines).replace(" ", "").removeprefix("!") == text.replace(" ", "")


def test_columns_are_as_wide_as_their_cells() -> None:
    rows = [[("a", PLAIN), ("bb", PLAIN)], [("aaa", PLAIN), ("b", PLAIN)]]
    assert table(rows, width=80, indent=2, color=False) == ["  a    bb", "  aaa  b"]
    assert table([], width=80, indent=2, color=False) == []


def test_the_widest_column_gives_way() -> None:
    rows = [[("short", PLAIN), ("a text of many words that does not fit", PLAIN)]]
    assert table(rows, width=30, indent=0, color=False) == [
        "short  a text of many words",
        "       that does not fit",
    ]


def test_colour_does_not_change_where_columns_stand() -> None:
    rows = [[("a", Style(color="red")), ("b", PLAIN)], [("aaa", PLAIN), ("b", PLAIN)]]
    assert table(rows, width=80, indent=0, color=True) == ["\x1b[31ma\x1b[0m    b", "aaa  b"]


@given(st.lists(st.lists(st.text("ab 日", max_size=60), min_size=4, max_size=4), min_size=1, max_size=4))
def test_no_table_is_wider_than_asked(texts: list[list[str]]) -> None:
    rows = [[(text, PLAIN) for text in row] for row in texts]
    assert all(columns(line) <= 40 for line in table(rows, width=40, indent=4, color=False))
