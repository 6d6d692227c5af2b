"""The HTML page in a real browser: what a person sees on each screen, on paper, with a keyboard, without scripts."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.html_page import render
from canary_guard.reports.look import Look
from tests.reports.browser import (
    ADDRESS,
    BEYOND_THE_EDGE,
    INLINE_POLICY,
    OPEN_FOLDS,
    STRICT_POLICY,
    a_browser,
    served,
    shown,
)
from tests.reports.pages import PAGES

pytestmark = pytest.mark.browser

SCREENS = {320: 640, 390: 844, 768: 1024, 1280: 720, 2560: 1300}
"""Widths with their heights, in px."""
PAPER = {"A4": 718, "Letter": 740}
"""What is left of a sheet's width between margins of 14 mm, in px."""
HARDEST = ("large-fail", "hostile", "explained", "many-patterns", "large-before-after", "unmeasured", "source-error")
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
"""For people to look at; not kept in the repository."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as started:
        yield started


def page_of(name: str) -> str:
    return render(PAGES[name](), Look())


def words(tab: Page) -> str:
    """All text in reading order, whether or not it is in sight."""
    tab.evaluate(OPEN_FOLDS)
    return " ".join(str(tab.locator("body").text_content()).split())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nobody_and_complains_about_nothing(name: str, browser: Browser, tmp_path: Path) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    context = browser.new_context()
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(dialog.message))
    file = tmp_path / "report.html"
    file.write_text(page_of(name), encoding="utf-8")
    tab.goto(file.as_uri(), wait_until="networkidle")
    context.close()
    assert asked == [file.as_uri()]
    assert complaints == []


@pytest.mark.parametrize("width", SCREENS)
@pytest.mark.parametrize("name", HARDEST)
def test_nothing_is_cut_off_on_any_screen(name: str, width: int, browser: Browser, tmp_path: Path) -> None:
    viewport = {"width": width, "height": SCREENS[width]}
    with shown(browser, page_of(name), tmp_path, viewport=viewport) as tab:
        tab.evaluate(OPEN_FOLDS)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(BEYOND_THE_EDGE) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["explained", "large-fail", "large-pass", "inconclusive", "many-patterns"])
def test_verdict_advice_and_picture_are_seen_without_scrolling(
    name: str, width: int, browser: Browser, tmp_path: Path
) -> None:
    viewport = {"width": width, "height": SCREENS[width]}
    with shown(browser, page_of(name), tmp_path, viewport=viewport) as tab:
        for part in ("h1", ".todo", "svg.chart"):
            box = tab.locator(part).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= SCREENS[width], part


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        "broken-pattern",
        "contamination",
        "explained",
        "fail",
        "pass",
        "inconclusive",
        "no-canary",
        "source-error",
        "hostile",
        "large-late",
    ],
)
def test_axe_finds_nothing(name: str, scheme: str, browser: Browser, tmp_path: Path) -> None:
    with shown(browser, page_of(name), tmp_path, color_scheme=scheme) as tab:
        tab.evaluate(OPEN_FOLDS)
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    viewport = {"width": 320, "height": 640}
    with shown(browser, page_of("fail"), tmp_path, viewport=viewport) as tab:
        tab.evaluate(OPEN_FOLDS)
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["large-fail", "source-error", "hostile"])
def test_a_page_without_scripts_is_whole(name: str, browser: Browser, tmp_path: Path) -> None:
    with shown(browser, page_of(name), tmp_path, java_script_enabled=False) as tab:
        text = " ".join(str(tab.locator("main").inner_text()).split())
        assert verdict_sentence(PAGES[name]()).partition(": ")[2][1:40] in text
        assert tab.locator("svg.chart:visible").count() == tab.locator("section.figures svg.chart").count()
        fold = tab.locator("details").last
        fold.locator("summary").click()
        expect(fold.locator(".query").first).to_be_visible()


def test_a_page_is_whole_and_in_order_where_a_policy_takes_its_style_away(browser: Browser, tmp_path: Path) -> None:
    page = page_of("large-fail")
    with shown(browser, page, tmp_path, java_script_enabled=False) as tab:
        whole = " ".join(str(tab.locator("main").text_content()).split())
    with served(browser, page, STRICT_POLICY) as tab:
        assert tab.evaluate("getComputedStyle(document.body).margin") == "8px"
        assert " ".join(str(tab.locator("main").text_content()).split()) == whole
        tops = [box["y"] for one in tab.locator("h1, h2, section.figures svg").all() if (box := one.bounding_box())]
        assert tops == sorted(tops)
        chart = tab.locator("svg.chart").first
        box = chart.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (560, 234)
        lines = {
            name: tab.evaluate(
                "(one) => getComputedStyle(one).stroke", chart.locator(f"path.{name}").first.element_handle()
            )
            for name in ("baseline", "canary", "bound")
        }
        assert len(set(lines.values()) - {"none", "rgb(0, 0, 0)"}) == 3


def test_a_page_keeps_its_style_where_only_scripts_are_forbidden(browser: Browser) -> None:
    with served(browser, page_of("large-fail"), INLINE_POLICY) as tab:
        assert tab.evaluate("getComputedStyle(document.body).margin") == "0px"
        assert tab.locator("button").count() == 0
        expect(tab.locator("svg.chart").first).to_be_visible()


@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("name", HARDEST)
def test_nothing_is_cut_off_on_paper(name: str, paper: str, browser: Browser, tmp_path: Path) -> None:
    viewport = {"width": PAPER[paper], "height": 1000}
    with shown(browser, page_of(name), tmp_path, viewport=viewport, java_script_enabled=False) as tab:
        tab.emulate_media(media="print")
        assert tab.evaluate(BEYOND_THE_EDGE) == []


@pytest.mark.parametrize("paper", PAPER)
def test_paper_has_all_of_the_text_with_the_folds_open(paper: str, browser: Browser, tmp_path: Path) -> None:
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.fail("pdftotext not found: install Debian's package `poppler-utils`", pytrace=False)
    run = PAGES["large-fail"]()
    file = tmp_path / "report.pdf"
    with shown(browser, render(run, Look()), tmp_path, color_scheme="dark", java_script_enabled=False) as tab:
        tab.pdf(path=file, format=paper)
    told = subprocess.run([pdftotext, "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    text = " ".join(told.split())
    for part in (
        "FAIL",
        "The canary sends 2.1x the queries per request to the database; hit rate 99.15 → 98.08 %",
        "Roll back or disable the change first; tune later.",
        "bound: baseline + 15% = 0.0169",
        "09:20",
        "Miss latency, p99",
        "shop-api-canary-7d9f8b6c5-00001",
        "“Not significantly different” is never a pass",
        run.queries[0].text,
        "canary-guard/run/v1",
    ):
        assert part in text, part


def test_paper_is_light_even_where_the_screen_is_dark(browser: Browser, tmp_path: Path) -> None:
    with shown(browser, page_of("fail"), tmp_path, color_scheme="dark") as tab:
        ink = "getComputedStyle(document.querySelector('h1')).color"
        assert tab.evaluate(ink) == "rgb(231, 235, 240)"
        tab.emulate_media(media="print")
        assert tab.evaluate(ink) == "rgb(24, 32, 43)"


def test_arms_differ_in_forced_colours_and_in_grey(browser: Browser, tmp_path: Path) -> None:
    with shown(browser, page_of("large-fail"), tmp_path, forced_colors="active") as tab:
        style = "(one) => [getComputedStyle(one).stroke, getComputedStyle(one).strokeDasharray]"
        lines = [
            tuple(tab.evaluate(style, tab.locator(f"svg.chart path.{name}").first.element_handle()))
            for name in ("baseline", "canary", "bound")
        ]
        assert len({dashes for _, dashes in lines}) == 3
        assert lines[0][0] != lines[1][0]


def test_the_keyboard_reaches_all(browser: Browser, tmp_path: Path) -> None:
    with shown(browser, page_of("large-fail"), tmp_path) as tab:
        tab.keyboard.press("Tab")
        skip = tab.get_by_role("link", name="Skip to the rules")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        tab.keyboard.press("Enter")
        expect(tab.get_by_role("heading", name="Rules", exact=True)).to_be_focused()
        for fold in tab.locator("details").all():
            tab.keyboard.press("Tab")
            expect(fold.locator("summary")).to_be_focused()
            expect(fold).not_to_have_attribute("open", "")
            tab.keyboard.press("Enter")
            expect(fold).to_have_attribute("open", "")
            for link in fold.get_by_role("link").all():
                tab.keyboard.press("Tab")
                expect(link).to_be_focused()
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("button", name="Copy the query db_queries")).to_be_focused()


def test_the_pointer_reads_values_off_a_picture(browser: Browser, tmp_path: Path) -> None:
    with shown(browser, page_of("large-fail"), tmp_path, viewport={"width": 1280, "height": 720}) as tab:
        chart = tab.locator("svg.chart").first
        reading = tab.locator(".reading").first
        expect(reading).to_have_text("")
        chart.hover()
        expect(reading).to_have_text(re.compile(r"^09:\d\d:\d\d UTC: baseline 0\.01\d+, canary 0\.0[23]\d+$"))
        tab.mouse.move(0, 0)
        expect(reading).to_have_text("")


def test_a_query_is_copied_with_one_click(browser: Browser, tmp_path: Path) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with shown(browser, page_of("fail"), tmp_path, permissions=permissions) as tab:
        tab.evaluate(OPEN_FOLDS)
        button = tab.get_by_role("button", name="Copy the query misses")
        button.click()
        expect(button).to_have_text("Copied")
        assert tab.evaluate("navigator.clipboard.readText()") == PAGES["fail"]().queries[0].text


def test_a_query_is_selected_where_the_clipboard_is_closed(browser: Browser) -> None:
    page = page_of("fail")
    context = browser.new_context()
    tab = context.new_page()
    tab.route("**/*", lambda route: route.fulfill(body=page, content_type="text/html"))
    tab.goto(ADDRESS)
    tab.evaluate(OPEN_FOLDS)
    tab.get_by_role("button", name="Copy the query misses").click()
    selected = tab.evaluate("String(getSelection())")
    context.close()
    assert selected == PAGES["fail"]().queries[0].text


def test_a_screen_reader_hears_tables_and_pictures(browser: Browser, tmp_path: Path) -> None:
    for width in (320, 1280):
        with shown(browser, page_of("large-fail"), tmp_path, viewport={"width": width, "height": 700}) as tab:
            rules = tab.get_by_role("table", name="What became of each rule")
            assert rules.get_by_role("row").count() == 6
            assert rules.get_by_role("columnheader").all_text_contents() == ["Outcome", "Rule", "What was measured"]
            assert rules.get_by_role("rowheader").count() == 5
            chart = tab.get_by_role("img", name="database load per request over time")
            expect(chart).to_have_accessible_description(re.compile("^Baseline: between .* bound: baseline"))
            landmarks = [tab.get_by_role(role).count() for role in ("banner", "main", "contentinfo")]
            assert landmarks == [1, 1, 1]


@pytest.mark.parametrize("name", ["explained", "large-fail", "large-pass", "inconclusive", "source-error"])
def test_pictures_of_the_page_are_left_for_people(name: str, browser: Browser, tmp_path: Path) -> None:
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("light", 320)):
        viewport = {"width": width, "height": SCREENS[width]}
        with shown(browser, page_of(name), tmp_path, viewport=viewport, color_scheme=scheme) as tab:
            picture = tab.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{width}.png", full_page=True)
            assert len(picture) > 10_000
