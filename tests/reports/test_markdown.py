import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary_guard.model.finding import Outcome
from canary_guard.reports import markdown
from canary_guard.reports.escaping import HIDDEN, visible
from canary_guard.reports.look import Look
from tests.builders import a_condition_finding, a_reading, a_rule
from tests.reports import runs

EVERY = {**runs.RUNS, "hostile": runs.hostile, "many-patterns": runs.many_patterns}
CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


def outside_code(text: str) -> str:
    return "\n".join(CODE.sub("CODE", line) for line in text.split("\n"))


@pytest.mark.parametrize("name", EVERY)
def test_tables_have_as_many_cells_in_every_row(name: str) -> None:
    rows: list[str] = []
    for line in [*markdown.render(EVERY[name](), Look()).split("\n"), ""]:
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
            rows = []


@pytest.mark.parametrize("name", EVERY)
def test_no_markup_but_our_own(name: str) -> None:
    text = markdown.render(EVERY[name](), Look())
    assert not HIDDEN.search(text.replace("\n", ""))
    bare = outside_code(text)
    assert re.findall(r"<[^>]*>", bare) == ["<details>", "<summary>", "</summary>", "</details>"]
    assert not re.search(r"@[A-Za-z]|#\d+ |://|www\.|\]\(", bare)


def test_hostile_text_is_still_there_to_read() -> None:
    text = markdown.render(runs.hostile(), Look())
    assert "&#60;script&#62;alert(1)" in text
    assert "@&#8203;octocat &#35;&#8203;1 http:&#8203;//evil.example www&#8203;.evil.example &#42;&#42;bold" in text


def test_the_fold_is_closed_and_blank_lines_let_markdown_in() -> None:
    text = markdown.render(runs.fail(), Look())
    assert text.count("<details>") == text.count("</details>") == 1
    assert "</summary>\n\n|" in text
    assert "\n\n</details>\n\n" in text
    assert text.index("What to do") < text.index("| rule |") < text.index("<details>") < text.index("Queries")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("hit rate 99.2 → 98.1 %", "hit rate 99.2 → 98.1 %"),
        ("1. a", "1&#8203;. a"),
        ("1.5 s", "1.5 s"),
        ("- a", "&#45; a"),
        ("+1 pp", "&#43;1 pp"),
        ("a_b*c`d|e<f&g", "a&#95;b&#42;c&#96;d&#124;e&#60;f&#38;&#8203;g"),
        ("me@example.com", "me@&#8203;example.com"),
        ("WWW.example.com", "WWW&#8203;.example.com"),
        ("owner/repo#12", "owner/repo&#35;&#8203;12"),
        ("GH-12 gh-1 gl-3 GHz-1", "GH&#8203;-12 gh&#8203;-1 gl&#8203;-3 GHz-1"),
        ("[issue:7]", "&#91;&#8203;issue:7&#93;"),
        (
            'nothing matches job:hits:rate5m{pod=~"api-.*", le!="+Inf"}, nor http_x{a="b|c"}',
            'nothing matches `job:hits:rate5m{pod=~"api-.*", le!="+Inf"}`, nor http&#95;x{a="b&#124;c"}',
        ),
        ('group/shop!12 %3 %"May" 99 %, up!', 'group/shop!&#8203;12 %&#8203;3 %&#8203;"May" 99 %, up!'),
        ("~bug $5 &7", "&#126;&#8203;bug &#36;&#8203;5 &#38;&#8203;7"),
        ("cart2:x:1 at 12:30:00 :100: :-1: :", "cart2:&#8203;x:1 at 12:30:00 :&#8203;100: :&#8203;-1: :"),
    ],
)
def test_prose_is_what_it_says(text: str, escaped: str) -> None:
    assert markdown.prose(text) == escaped


@pytest.mark.parametrize(
    ("text", "cell", "span"),
    [
        ("pod-1", False, "`pod-1`"),
        ("a`b", False, "``a`b``"),
        ("`a``", False, "``` `a`` ```"),
        ("a|b", True, r"`a\|b`"),
        ("a|b", False, "`a|b`"),
    ],
)
def test_code_holds_any_backticks(text: str, cell: bool, span: str) -> None:
    assert markdown.code(text, cell=cell) == span


@given(st.text())
def test_prose_has_nothing_that_markdown_knows(text: str) -> None:
    prose = markdown.prose(visible(text))
    assert not re.search(r"[\\`*_\[\]<>|~$]|&(?!#\d+;)|#(?!\d+;)|@(?!&#8203;)|://", prose)


def test_a_report_of_a_thousand_rules_and_queries_fits() -> None:
    rule = a_rule(title="x_" * 140)
    conditions = (a_condition_finding(outcome=Outcome.EXCEEDED),) * 5
    finding = replace(runs.fail().findings[0], rule=rule, conditions=conditions)
    run = replace(
        runs.fail(),
        findings=(finding,) * 1000,
        warnings=tuple(f"warning {index} " * 20 for index in range(1000)),
        queries=(replace(a_reading(), text="q" * 1500),) * 1000,
    )
    text = markdown.render(run, Look())
    assert 40_000 < len(text) <= markdown.LONGEST
    for what in ("rules and conditions", "warnings", "queries"):
        assert re.search(rf"… and \d+ more {what}: see the JSON record", text)
    assert text.rstrip().endswith("exit code 1 · canary-guard 0.1.0")


def test_the_worst_that_others_can_write_fits() -> None:
    text = markdown.render(runs.hostile("@" * 20_000), Look())
    assert len(text) <= markdown.LONGEST
    assert "</details>" in text


@pytest.mark.parametrize("name", ["contamination", "placebo"])
def test_what_a_check_raised_is_above_the_fold(name: str) -> None:
    text = markdown.render(runs.RUNS[name](), Look())
    assert text.index(f"- ⚠️ {name} raised: ") < text.index("**What to do**")
    assert text.count("**Checked around the comparison**") == 1
    calm = markdown.render(runs.broken_pattern(), Look())
    assert calm.index("<details>") < calm.index("- ✅ placebo clear: the arms did not differ before the deploy")


def test_key_patterns_are_a_table_with_the_broken_one_marked() -> None:
    text = markdown.render(runs.broken_pattern(), Look())
    assert (
        "| ❌ | stock | 9.7 % → 3.9 % | 86.78 → 0.00 % | −86.78 pp | −87.78 to −85.78 pp | `·······│··┊········●·` |"
        in text
    )
    assert "|  | user | 20 % → 6.0 % | – | – | no user lookups in the canary |  |" in text
    assert re.search(r"… and \d+ more key patterns: see the JSON record", markdown.render(runs.hostile(), Look()))


def test_why_and_the_projection_stand_above_the_fold() -> None:
    above = markdown.render(runs.explained(), Look()).partition("<details>")[0]
    assert "- Did load increase? **Yes**: database load per request 0.0146 → 0.0308 (x2.10)\n" in above
    assert "- possible: `eviction-pressure`: not measured: evictions per lookup\n" in above
    assert "- ruled out: `database-slower-first`\n" in above
    assert "- Headroom ends at 75 % of the rollout (at the earliest 42 %). " in above
    assert above.count("Compare how the two builds make their keys.") == 1


def test_a_change_is_drawn_against_its_bound() -> None:
    text = markdown.render(runs.fail(), Look())
    assert "|  | rule | baseline → canary (change) | bound | │ no change, ┊ bound |" in text
    assert (
        "| ❌ | database load per request | 0.0147 → 0.0310 (x2.11) | rises by 15% | `·······│··┊···━●━····` |" in text
    )
    assert "| ❔ | hit rate | not measured | drops by 0.5pp |  |" in markdown.render(runs.no_data(), Look())
