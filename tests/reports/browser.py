"""The real browser that the page is shown in, and what a person would see there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
STRICT_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
"""What some servers of build artifacts send: it takes the style sheet and the script away."""
INLINE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What others send: it takes the script away."""
ADDRESS = "http://report.example/"
"""Answered by the test itself; nothing is sent."""

OPEN_FOLDS = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
BEYOND_THE_EDGE = """() => {
  const edge = document.documentElement.clientWidth + 1;
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).clipPath === "none")
    .filter((one) => !one.closest(".hidden, caption, thead"))
    .filter((one) =>
      one.getBoundingClientRect().right > edge
        || (one instanceof HTMLElement && one.clientWidth && one.scrollWidth > one.clientWidth + 1)
    )
    .map((one) => `${one.tagName} ${one.getAttribute("class")}: ${one.textContent.slice(0, 60)}`);
}"""
"""What is cut off at the right, or wider than the box that holds it."""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Debian's Chromium; the marker `browser` makes sure that it is there."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def shown(browser: Browser, page: str, folder: Path, **look: Any) -> Iterator[Page]:  # noqa: ANN401 - playwright's own keywords
    """The page as a file that somebody opened, with its folds open; `look` goes to the browser's context."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    context = browser.new_context(**look)
    try:
        tab = context.new_page()
        tab.goto(file.as_uri())
        yield tab
    finally:
        context.close()


@contextmanager
def served(browser: Browser, page: str, policy: str, **look: Any) -> Iterator[Page]:  # noqa: ANN401 - as above
    """The page as a server sends it, with a content security policy."""
    context = browser.new_context(**look)
    try:
        tab = context.new_page()
        headers = {"content-security-policy": policy}
        tab.route("**/*", lambda route: route.fulfill(body=page, content_type="text/html", headers=headers))
        tab.goto(ADDRESS)
        yield tab
    finally:
        context.close()
