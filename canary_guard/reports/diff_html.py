"""What changed between two runs as one HTML page: no network, no script, readable without its style sheet."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from canary_guard.model.difference import Difference
from canary_guard.model.run import Verdict
from canary_guard.reports import diff_pairs, diff_rows
from canary_guard.reports.chart import short
from canary_guard.reports.diff_headline import headline, made_of, verdict_word
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

_TONES = {Verdict.PASS: "within", Verdict.FAIL: "exceeded", Verdict.INCONCLUSIVE: "undetermined"}


def render(found: Difference, look: Look) -> str:
    """The page: the verdict, and whether the same was asked; rules with their pictures; then all else that differs."""
    parts = headline(found, look)
    rows = diff_rows.rule_rows(found, look)
    measures = diff_rows.measure_rows(found)
    return (
        _environment()
        .get_template("diff.html.jinja")
        .render(
            found=found,
            service=said(found.service, 120),
            parts=parts,
            tones=(_TONES[found.then.verdict], _TONES[found.now.verdict]),
            words=(verdict_word(found.then), verdict_word(found.now)),
            runs=[(word, run, said(run.name, 120)) for word, run in (("Then", found.then), ("Now", found.now))],
            made_of=made_of(found),
            question=diff_pairs.pairs(found.question, 2_000),
            rules=[row for row in rows if row.told and not found.nothing],
            alike=[row for row in rows if found.nothing or not row.told],
            moved=[row for row in measures if row.apart],
            measures=[row for row in measures if not row.apart],
            patterns=diff_rows.pattern_rows(found),
            no_test=diff_rows.NO_TEST,
            interval_title=diff_rows.interval_title(found),
            tables=(
                ("answers", "The three questions", diff_pairs.pairs(found.answers)),
                ("causes", "Causes", diff_pairs.cause_pairs(found)),
                ("checks", "Checked around the comparison", diff_pairs.pairs(found.checks, 600)),
            ),
            sentences=(
                ("data", "Data", [said(text) for text in found.data.then], [said(text) for text in found.data.now]),
                (
                    "warnings",
                    "Warnings of the source",
                    [said(text) for text in found.warnings.then],
                    [said(text) for text in found.warnings.now],
                ),
            ),
            circumstances=diff_pairs.pairs(found.circumstances, 2_000),
            tool=said(found.now.tool, 200),
        )
    )


@cache
def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        loader=PackageLoader("canary_guard.reports"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(short=short, capital=_capital)
    return made


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
