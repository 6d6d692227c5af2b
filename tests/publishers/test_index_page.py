"""The index is one static page."""

from __future__ import annotations

import re

import html5lib
import pytest

from canary_guard.publishers.index_page import Entry, render

ENTRY = Entry(
    folder="20261121T091106Z-shop-1", time=1_795_252_266_963, service="shop", verdict="fail", sentence="FAIL: x"
)


def test_a_run_is_told_with_time_service_verdict_sentence_and_link() -> None:
    page = render([ENTRY])
    html5lib.HTMLParser(strict=True).parse(page)
    assert '<time datetime="2026-11-21T09:11:06Z">2026-11-21 09:11 UTC</time>' in page
    assert "<td>shop</td>" in page
    assert re.search(r'class="verdict fail"><span aria-hidden="true">✖</span> fail</td><td>FAIL: x</td>', page)
    assert '<a href="20261121T091106Z-shop-1/report.html" aria-label="Report of shop, 2026-11-21 09:11 UTC">' in page
    assert "One run, the newest first." in page
    assert "2 runs, the newest first." in render([ENTRY, ENTRY])


def test_it_loads_nothing_and_is_for_light_and_dark() -> None:
    page = render([ENTRY])
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onmouseover="x', "{count}", "&amp;"])
def test_what_others_wrote_is_text(text: str) -> None:
    page = render([Entry(folder="a b", time=0, service=text, verdict="pass", sentence=text)])
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    cells = ["".join(cell.itertext()) for cell in tree.iter("td")]
    assert (cells[1], cells[3]) == (text, text)
    assert tree.find(".//a").get("href") == "a%20b/report.html"
    assert tree.find(".//a").get("aria-label").startswith(f"Report of {text}")
