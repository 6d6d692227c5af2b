"""The page of a difference: valid, whole without style and script, and in a real browser on each screen."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from canary_guard.reports.diff_headline import difference_sentence
from canary_guard.reports.diff_html import render
from canary_guard.reports.look import Look
from tests.reports.browser import BEYOND_THE_EDGE, OPEN_FOLDS, STRICT_POLICY, a_browser, served, shown
from tests.reports.differences import DIFFERENCES

SVG = "{http://www.w3.org/2000/svg}svg"


@cache
def made(name: str) -> str:
    return render(DIFFERENCES[name](), Look())


def parsed(name: str) -> Element:
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(made(name))
    return tree


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def body_of(name: str) -> str:
    body = parsed(name).find("body")
    assert body is not None
    return text_of(body)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_page_is_valid_and_needs_nothing_from_outside(name: str) -> None:
    tree = parsed(name)
    for element in tree.iter():
        for attribute, value in element.items():
            assert attribute != "style"
            assert not attribute.startswith("on")
            if attribute in ("href", "src"):
                assert value.startswith(("#", "data:image/svg+xml,"))
    assert list(tree.iter("script")) == []
    assert "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"" in made(name)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_pictures_have_words_tables_have_captions_and_headings_go_down_one_by_one(name: str) -> None:
    tree = parsed(name)
    for svg in tree.iter(SVG):
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg.get("aria-label"))
    for table in tree.iter("table"):
        assert table.find("caption") is not None
        assert {cell.get("scope") for cell in table.iter("th")} <= {"col", "row", "rowgroup"}
    levels = [int(str(element.tag)[1]) for element in tree.iter() if re.fullmatch("h[1-6]", str(element.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(levels) <= 2
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", [name for name in DIFFERENCES if name != "hostile"])
def test_the_heading_and_the_line_under_it_are_the_sentence(name: str) -> None:
    section = parsed(name).find(".//section")
    assert section is not None
    told = text_of(section).partition(" The two runs")[0]
    sentence = difference_sentence(DIFFERENCES[name](), Look())
    assert re.sub(r"\W", "", told).casefold() == re.sub(r"\W", "", sentence).casefold()


def test_the_page_tells_another_question_from_another_answer() -> None:
    assert "Was the same asked? Yes Of the same data? No 2026-11-21" in body_of("fail-pass")
    other = body_of("other-rules")
    assert (
        "Was the same asked? No select.canary, cache, rules.origin-regression and 1 more Of the same data? Yes" in other
    )
    assert "What was asked otherwise" in other
    assert "alpha0.010.001" in other


def test_a_condition_shows_both_intervals_against_the_bound() -> None:
    labels = [svg.get("aria-label") for svg in parsed("fail-pass").iter(SVG) if svg.get("class") == "lanes"]
    assert labels[2] == (
        "Database load per request: then x2.11 (x1.87 to x2.38), now +0.7 % (−11 to +14 %); bound: rises by 15%"
    )
    assert "rises by 15% → rises by x9" in body_of("other-rules")


def test_no_difference_is_a_page_whose_rules_are_folded() -> None:
    text = body_of("same")
    assert "No difference: FAIL both times" in text
    assert "3 rules as before" in text
    assert "What was asked otherwise" not in text


def test_foreign_text_is_text_and_nothing_else() -> None:
    tree = parsed("hostile")
    assert "<script>alert(1)</script>" in body_of("hostile")
    assert [one.tag for one in tree.iter() if one.tag in ("script", "img")] == []
    assert sum(1 for _ in tree.iter("a")) == 1


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
@pytest.mark.parametrize("name", ["explained", "hostile", "other-rules"])
def test_nothing_is_cut_off_on_any_screen(name: str, width: int, browser: Browser, tmp_path: Path) -> None:
    with shown(browser, made(name), tmp_path, viewport={"width": width, "height": 800}) as tab:
        tab.evaluate(OPEN_FOLDS)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(BEYOND_THE_EDGE) == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [718, 740])
def test_nothing_is_cut_off_on_paper(width: int, browser: Browser, tmp_path: Path) -> None:
    with shown(browser, made("explained"), tmp_path, viewport={"width": width, "height": 1000}) as tab:
        tab.emulate_media(media="print")
        assert tab.evaluate(BEYOND_THE_EDGE) == []


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])
@pytest.mark.parametrize("name", ["explained", "other-rules", "hostile"])
def test_axe_finds_nothing(name: str, scheme: str, width: int, browser: Browser, tmp_path: Path) -> None:
    viewport = {"width": width, "height": 800}
    with shown(browser, made(name), tmp_path, viewport=viewport, color_scheme=scheme) as tab:
        tab.evaluate(OPEN_FOLDS)
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
def test_a_page_is_whole_where_a_policy_takes_its_style_away(browser: Browser, tmp_path: Path) -> None:
    with shown(browser, made("other-rules"), tmp_path) as tab:
        whole = " ".join(str(tab.locator("main").text_content()).split())
    with served(browser, made("other-rules"), STRICT_POLICY) as tab:
        assert tab.evaluate("getComputedStyle(document.body).margin") == "8px"
        assert " ".join(str(tab.locator("main").text_content()).split()) == whole
        box = tab.locator("svg.lanes").first.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (262, 48)
