import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from time import process_time
from xml.etree.ElementTree import Element

import html5lib
import pytest

from canary_guard.model.estimate import Levels
from canary_guard.model.run import Exit, Verdict
from canary_guard.reports import json_record, sentences
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.html_page import render
from canary_guard.reports.look import Look
from canary_guard.reports.manual import SECTIONS
from tests.builders import a_plan, a_reading, a_run
from tests.reports import runs
from tests.reports.pages import PAGES, a_full_run, an_unmeasured_run

LOOK = Look()
COLUMNS = ("Baseline", "Canary", "Change", "Bound")


@cache
def parsed(page: str) -> Element:
    """The page's tree; an exception where it is not valid HTML."""
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    return tree


@cache
def made(name: str) -> str:
    return render(PAGES[name](), LOOK)


def text_of(element: Element) -> str:
    """What a person reads, with single spaces."""
    return " ".join("".join(readable(element)).split())


def readable(element: Element) -> Iterator[str]:
    if element.tag not in ("style", "script"):
        yield element.text or ""
        for child in element:
            yield from readable(child)
            yield child.tail or ""


def page_text(name: str) -> str:
    return text_of(parsed(made(name)))


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return made(request.param)


def test_every_page_is_valid_html(page: str) -> None:
    assert page.startswith("<!doctype html>\n")
    assert parsed(page).tag == "html"


def test_a_page_needs_nothing_from_outside(page: str) -> None:
    for element in parsed(page).iter():
        for name, value in element.items():
            if element.tag != "a" and name.rpartition("}")[2] in (
                "href",
                "src",
                "srcset",
                "action",
                "data",
                "poster",
                "background",
            ):
                assert value.startswith(("#", "data:image/svg+xml,")), (element.tag, name, value)
    links = {element.get("href", "") for element in parsed(page).iter("a")}
    assert links - set(SECTIONS.values()) == {"#rules"}
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_a_page_has_no_style_on_elements_and_no_handlers(page: str) -> None:
    attributes = {name for element in parsed(page).iter() for name in element.keys()}  # noqa: SIM118 - an Element
    assert not {name for name in attributes if name == "style" or name.startswith("on")}


def test_ids_are_unique_and_all_that_refers_to_one_finds_it(page: str) -> None:
    tree = parsed(page)
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    references = {
        reference
        for element in tree.iter()
        for name in ("aria-labelledby", "aria-describedby", "href")
        for reference in (element.get(name) or "").split()
        if name != "href" or reference.startswith("#")
    }
    assert {reference.removeprefix("#") for reference in references} <= set(ids)


def test_pictures_have_words_and_tables_have_captions_and_scopes(page: str) -> None:
    tree = parsed(page)
    for svg in tree.iter("{http://www.w3.org/2000/svg}svg"):
        named = svg.get("aria-label") or svg.get("aria-labelledby")
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and named)
    for table in tree.iter("table"):
        assert table.find("caption") is not None
        assert all(cell.get("scope") in ("col", "row") for cell in table.iter("th"))


def test_headings_go_down_in_single_steps(page: str) -> None:
    levels = [int(element.tag[1]) for element in parsed(page).iter() if re.fullmatch("h[1-6]", str(element.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_allows_its_own_script_and_no_other(page: str) -> None:
    scripts = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 1
    digest = b64encode(sha256(scripts[0].encode()).digest()).decode()
    policy = re.search('http-equiv="Content-Security-Policy" content="(.*?)"', page)
    assert policy
    assert policy[1].endswith(f"; script-src 'sha256-{digest}'")
    assert policy[1].startswith("default-src 'none'; ")


@pytest.mark.parametrize("name", [name for name in PAGES if name != "hostile"])
def test_the_heading_is_the_verdict_s_sentence(name: str) -> None:
    run = PAGES[name]()
    heading = parsed(render(run, LOOK)).find(".//h1")
    assert heading is not None
    assert text_of(heading).casefold() == verdict_sentence(run, LOOK).casefold()


@pytest.mark.parametrize(("name", "word"), [("fail", "FAIL"), ("pass", "PASS"), ("source-error", "INCONCLUSIVE")])
def test_the_verdict_is_in_the_title_too(name: str, word: str) -> None:
    title = parsed(render(PAGES[name](), LOOK)).find(".//title")
    assert title is not None
    assert title.text == f"{word}: shop-api · canary-guard"


def test_a_reader_in_a_hurry_is_served_first() -> None:
    text = page_text("large-fail")
    order = [
        "FAIL: The canary sends 2.1x the queries per request to the database; hit rate 99.15 → 98.08 %",
        "Exit code 1",
        "What to do now Roll back or disable the change first; tune later.",
        "Database load per request x2.11",
        "bound: baseline + 15% = 0.0169",
        "Hit rate −1.07 pp",
        "Three questions Did load increase?",
        "Measures against their bounds",
        "Rules",
        "What the database saw, and where it came from",
        "All other measures",
        "Rules that were not asked",
        "Data quality",
        "About this run",
        "How this was judged",
        "Queries",
    ]
    places = [text.index(part) for part in order[:-8]]
    assert places == sorted(places)
    headings = [text_of(h2) for h2 in parsed(render(a_full_run(), LOOK)).iter("h2")]
    assert headings == ["What to do now", "Three questions", *order[7:]]


def test_what_was_exceeded_is_told_by_sign_word_and_colour() -> None:
    tree = parsed(render(runs.fail(), LOOK))
    outcomes = [element for element in tree.iter("span") if element.get("class") == "outcome"]
    assert [text_of(element) for element in outcomes] == [*["exceeded"] * 3, "exceeded", "warning"]
    pictures = [element[0].get("class") for element in outcomes]
    assert pictures == [*["icon exceeded"] * 4, "icon warning"]


def test_a_rule_tells_what_was_measured_and_the_bound_and_the_interval_stands_in_the_plot() -> None:
    text = page_text("fail")
    assert (
        "The database is doing work that the cache used to do origin-regression, can fail the run "
        "hit rate 99.15 → 98.08 % (−1.07 pp) bound: drops by 0.5pp, exceeded "
        "miss rate 0.85 → 1.92 % (x2.26) bound: rises by 25%, exceeded"
    ) in text
    assert "Hit rate 99.15 % 98.08 % −1.07 pp −1.27 to −0.87 pp exceeded drops by 0.5pp" in text


def test_columns_are_named_where_a_narrow_screen_hides_the_head() -> None:
    cells = [cell.get("data-label") for cell in parsed(render(a_full_run(), LOOK)).iter("td")]
    assert {label for label in cells if label} == set(COLUMNS)


def test_an_undetermined_rule_says_why_and_what_would_settle_it() -> None:
    text = page_text("inconclusive")
    assert "another 12 min at this traffic would settle it" in text
    assert "It looks bad so far: hold the rollout" in text


def test_a_source_error_is_told_with_the_failed_queries_and_what_to_do() -> None:
    text = page_text("source-error")
    assert "INCONCLUSIVE (source error):" in text
    assert "Exit code 4: the source failed, and nothing is left that could fail the run" in text
    assert "It failed: connection refused. Check that the server runs" in text
    assert text.count("What to do now Check that the server runs") == 1
    assert "<figure>" not in render(runs.source_error(), LOOK)


def test_a_trial_says_so_beside_the_verdict() -> None:
    text = page_text("shadow")
    assert "trial: FAIL:" in text
    assert "Exit code 0: trial (mode: shadow): would have exited 1" in text


def test_a_warning_of_the_source_is_quoted() -> None:
    assert "The source warns: receive series from store-2: rpc error: code = Unavailable" in page_text("partial")


def test_queries_are_whole_with_what_the_server_said() -> None:
    reading = replace(
        a_reading(), text="sum by (pod) (\n  increase(x[15s])\n)", warnings=("partial",), infos=("a remark",)
    )
    page = render(a_run(queries=(reading,)), LOOK)
    assert '<code class="copy" data-name="misses">sum by (pod) (\n  increase(x[15s])\n)</code>' in page
    text = text_of(parsed(page))
    assert "http://127.0.0.1:9090: 2 series over 2026-11-21 09:11 to 09:21 UTC, every 15 s" in text
    assert "The server says: partial The server says: a remark" in text
    assert "No query was asked." in text_of(parsed(render(a_run(queries=()), LOOK)))


def test_sums_made_by_the_server_are_told() -> None:
    assert "2 series, summed by the server" in text_of(
        parsed(render(a_run(queries=(replace(a_reading(), summed_by_server=True),)), LOOK))
    )


def test_facts_of_the_run_are_listed() -> None:
    facts = {
        text_of(term): text_of(fact)
        for run in (PAGES["large-before-after"](), runs.fail())
        for facts in parsed(render(run, LOOK)).iter("dl")
        for term, fact in zip(facts.iter("dt"), facts.iter("dd"), strict=True)
    }
    assert facts["Service"] == "shop-api"
    assert facts["Window"] == "2026-11-21 09:11 to 09:21 UTC, 40 intervals of 15 s"
    assert facts["Before"] == "2026-11-21 09:01 to 09:11 UTC, 20 intervals of 30 s"
    assert facts["Select all"] == '{namespace="shop", service="shop-api"}'
    assert facts["Select canary"] == '{track="canary"}'
    assert facts["Source lab"] == "shop"
    assert facts["Database load"] == "number of queries"
    assert facts["Configuration"] == "canary-guard.yaml"
    assert facts["Verdict"] == "fail, exit code 1"


def test_the_reader_s_clock_stands_beside_utc() -> None:
    text = text_of(parsed(render(runs.fail(), Look(utc_offset=3_600_000, zone="CET"))))
    assert "2026-11-21 09:11 to 09:21 UTC (10:11 to 10:21 CET)" in text


def test_the_method_names_the_levels_in_force() -> None:
    text = text_of(parsed(render(runs.fail(), LOOK)))
    assert "2 times the bound is excluded" in text
    strict = a_plan(levels=Levels(alpha=0.02, alpha_within=0.1, indifference=1))
    text = text_of(parsed(render(a_run(plan=strict), LOOK)))
    assert "in about 2.0 % of all comparisons" in text
    assert "times the bound is excluded" not in text


def test_clean_data_is_said_to_be_clean() -> None:
    quality = replace(runs.fail().data_quality, units=(), gap_share=0.0)
    assert "No gaps, no restarts, nothing that could not be used." in text_of(
        parsed(render(a_run(data_quality=quality), LOOK))
    )


def test_what_to_do_first_stands_out() -> None:
    rule = replace(runs.fail().findings[0].rule, advice="Roll back first. Then look for N+1. It is there.")
    run = runs.fail()
    text = text_of(parsed(render(replace(run, findings=(replace(run.findings[0], rule=rule),)), LOOK)))
    assert "What to do now Roll back first. Database load" in text
    assert "What to do after that Then look for N+1. It is there." in text


def test_an_arm_without_values_is_said_to_have_none() -> None:
    text = text_of(parsed(render(an_unmeasured_run(), LOOK)))
    assert "no estimate: fewer than 20 misses in the canary baseline canary no values" in text


def test_foreign_text_is_text_and_nothing_else() -> None:
    page = render(runs.hostile(), LOOK)
    tree = parsed(page)
    assert "<script>alert(1)</script>" in text_of(tree)
    assert Counter(element.tag for element in tree.iter() if element.tag in ("script", "img", "a", "style")) == {
        "script": 1,
        "style": 1,
        "a": 1 + len(SECTIONS),
    }
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", page)
    assert "A" * 2_000 not in page[: page.index("<h2>Queries")].replace("\n", "")


def test_a_template_in_foreign_text_is_not_run() -> None:
    page = render(runs.hostile("{{ 7*7 }} {% raw %} {# x #}"), LOOK)
    assert "{{ 7*7 }} {% raw %} {# x #}" in text_of(parsed(page))


def test_the_same_run_gives_the_same_page_and_so_does_its_record() -> None:
    for name, make in PAGES.items():
        run = make()
        page = render(run, LOOK)
        assert render(make(), LOOK) == page, name
        assert render(json_record.read(json_record.render(run), where="run.json"), LOOK) == page, name


def test_twelve_charts_of_120_intervals_are_small_and_quick() -> None:
    run = a_full_run()
    render(run, LOOK)
    started = process_time()
    page = render(run, LOOK)
    assert process_time() - started < 0.5
    assert page.count('<svg class="chart"') == 12
    assert len(page.encode()) < 300_000


def test_a_long_exit_note_is_not_the_heading() -> None:
    run = a_run(exit=Exit(code=0, note="inconclusive-as: exposure=pass"))
    assert "Exit code 0: inconclusive-as: exposure=pass" in text_of(parsed(render(run, LOOK)))


def test_a_run_of_nothing_is_a_page_too() -> None:
    run = a_run(Verdict.INCONCLUSIVE, findings=(), estimates=(), traces=(), queries=(), plan=a_plan(rules=()))
    text = text_of(parsed(render(run, LOOK)))
    assert text.index("INCONCLUSIVE") < text.index("Rules") < text.index("Data quality")


def test_key_patterns_are_shown_with_their_pictures() -> None:
    text = page_text("broken-pattern")
    assert "Hit rate by key pattern The worst first. Bound: drops by 5pp, in any key pattern." in text
    assert "stock exceeded 9.7 % → 3.9 % 86.78 % 0.00 % −86.78 pp −87.78 to −85.78 pp product" in text
    assert "user 20 % → 6.0 % – – – no user lookups in the canary" in text
    assert "Canary only: stock:v2, price:v2" in text
    pictures = re.findall('<svg class="forest (.*?)"', made("broken-pattern"))
    assert pictures == ["exceeded", "exceeded", "open", "open", "open"]


def test_many_key_patterns_are_folded_and_cut() -> None:
    run = runs.hostile("x")
    page = render(run, LOOK)
    assert "188 more key patterns" in page
    assert "And 802 more: see the JSON record." in page
    assert len(page.encode()) < 400_000


def test_a_thousand_key_patterns_are_a_page_with_twelve_small_pictures() -> None:
    run = runs.many_patterns()
    page = render(run, LOOK)
    text = text_of(parsed(page))
    assert "1000 key patterns" not in text
    assert "188 more key patterns" in text
    assert "And 800 more: see the JSON record." in text
    assert page.count('<svg class="small"') == 12
    assert text.index("tenant-0007:cart exceeded") < text.index("tenant-0107:cart exceeded")
    assert len(page.encode()) < 300_000


def test_a_key_pattern_is_drawn_over_time() -> None:
    text = page_text("broken-pattern")
    assert "Over time: baseline and canary, every picture from 0.00 to" in text
    drawn = [one.get("aria-label") for one in parsed(made("broken-pattern")).iter("{http://www.w3.org/2000/svg}svg")]
    (stock,) = [label for label in drawn if label and label.startswith("stock over time: ")]
    assert stock.endswith("canary from 0.00 to 0.00 %")
    assert "Over time" not in page_text("mix-shift")


def test_where_the_load_came_from_is_stacked() -> None:
    text = page_text("explained")
    assert "Misses, one query each" in text
    assert "Retries, one query each" in text
    page = made("explained")
    assert re.findall('<rect class="(first|further|retries)"[^>]* x=', page) == [
        "first", "further", "retries", "first", "further", "retries",
    ]  # fmt: skip


def test_a_change_is_split_beside_its_measure() -> None:
    text = page_text("mix-shift")
    assert "Hit rate 99.24 % 98.65 % +0.01 pp −0.12 to +0.14 pp in all −0.59 pp other traffic −0.60 pp" in text
    assert "a change is judged at the baseline's mix" in text
    assert "baseline's mix" not in page_text("fail")


@pytest.mark.parametrize("name", ["contamination", "placebo"])
def test_a_check_that_found_something_stands_in_the_verdict_and_no_second_time(name: str) -> None:
    text = page_text(name)
    (raised,) = sentences.raised(PAGES[name]())
    told = raised[0].upper() + raised[1:]
    assert text.count(told) == 1
    assert text.index(told) < text.index("What to do now")
    assert text.index("Checked around the comparison") > text.index("Rules")


def test_checks_that_found_nothing_come_after_the_numbers() -> None:
    text = page_text("broken-pattern")
    assert text.index("Placebo clear: the arms did not differ before the deploy") > text.index(
        "Hit rate by key pattern"
    )


def test_what_was_exceeded_elsewhere_than_the_picture_shows_is_told_there() -> None:
    assert "exceeded: hit rate of stock 86.78 → 0.00 % (−86.78 pp)" in page_text("broken-pattern")
    assert "exceeded: database load per request (before/after) 0.0147 → 0.0310 (x2.11)" in page_text("contamination")


def test_why_is_told_before_the_rules_and_what_was_ruled_out_in_a_fold() -> None:
    page = render(runs.explained(), LOOK)
    text = text_of(parsed(page))
    order = (
        "Did load increase? Yes database load per request 0.0146 → 0.0308 (x2.10)",
        "Causes Keys are read under another name than they are written key-change, likely",
        "eviction-pressure, possible; not measured: evictions per lookup",
        "Ruled out: 1 causes The database first database-slower-first",
        "What the database would see at the peak",
        "Headroom ends at 75 % of the rollout (at the earliest 42 %).",
        "What the database saw, and where it came from",
    )[:6]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "the first 24 s, in which the canary's cache was cold, are not judged" in text
    drawn = parsed(page).iter("{http://www.w3.org/2000/svg}svg")
    pictures = [one.get("aria-label") or "" for one in drawn if one.get("class") == "chart still"]
    assert len(pictures) == 1
    assert "Headroom ends at 75 % of the rollout (at the earliest 42 %)." in pictures[0]
    assert "never-told" not in page


def test_the_advice_of_a_cause_is_on_the_page_once() -> None:
    for verdict in (Verdict.FAIL, Verdict.PASS):
        page = render(replace(runs.explained(), verdict=verdict), LOOK)
        assert page.count("Compare how the two builds make their keys.") == 1


def test_what_stands_in_backquotes_is_code() -> None:
    run = runs.fail()
    off = replace(run.plan.not_asked[0], reason="`capacity` is not set, `<b>` neither")
    page = render(replace(run, plan=replace(run.plan, not_asked=(off,))), LOOK)
    assert "capacity: <code>capacity</code> is not set, <code>&lt;b&gt;</code> neither" in page


def test_a_warning_for_the_same_reason_is_one_row() -> None:
    text = text_of(parsed(render(runs.fail(), LOOK)))
    assert "warninghit-ratefor the same reason" in text
    assert "The hit rate dropped" not in text
