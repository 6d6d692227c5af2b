"""The report for a terminal: verdict first, statistics last, readable without colour and in ASCII."""

from collections.abc import Iterable, Iterator, Sequence

from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Outcome
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run, Verdict
from canary_guard.reports import layout, rows, sentences
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import plain
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.layout import PLAIN, Cell, Style
from canary_guard.reports.look import Look

_ROOMY = 72
"""columns, from which a table has room for what can be left out"""
_MOST = 12
"""entries of a list; the rest is counted"""
_BOLD = Style(bold=True)
_DIM = Style(dim=True)
_VERDICTS = {
    Verdict.PASS: Style(color="green", bold=True),
    Verdict.FAIL: Style(color="red", bold=True),
    Verdict.INCONCLUSIVE: Style(color="yellow", bold=True),
}
_WORDS = {
    "exceeded": Style(color="red", bold=True),
    "warning": Style(color="yellow", bold=True),
    "within": Style(color="green"),
    "undetermined": Style(color="yellow"),
}
_SIGNS = {"exceeded": "✗", "warning": "!", "within": "✓", "undetermined": "?"}
_ASCII_SIGNS = {"exceeded": "x", "warning": "!", "within": "ok", "undetermined": "?"}


def render(run: Run, look: Look) -> str:
    """Within `look.width` columns; `quiet` gives the verdict's sentence only, `verbose` the queries, too."""
    lines = list(_headline(run, look))
    if not look.quiet:
        for title, body in _sections(run, look):
            lines += ["", *([_styled(title, _BOLD, look)] if title else []), *body]
        lines += ["", *_exit(run, look)]
    return "\n".join(lines) + "\n"


def _headline(run: Run, look: Look) -> Iterator[str]:
    first, *rest = layout.wrap(_text(verdict_sentence(run, look), look), look.width)
    word = run.verdict.upper()
    yield first.replace(word, _styled(word, _VERDICTS[run.verdict], look), 1)
    yield from rest


def _sections(run: Run, look: Look) -> Iterator[tuple[str, Sequence[str]]]:
    todo = what_to_do(run)
    yield "What to do", _list(todo, look, sign="- " if len(todo) > 1 else "")
    yield "Rules", list(_rules(run, look))
    if warnings := sentences.warnings(run, look, brief=True):
        yield "Warnings", _list(warnings, look, sign="! ")
    if not_asked := sentences.not_asked(run):
        yield "Not asked", _list(not_asked, look, sign="- ")
    measured = any(isinstance(one, Estimate) for one in run.estimates)
    notes = _list(rows.measure_notes(run), look, sign="- ")
    yield ("", [*_measures(run, look), *notes]) if measured else ("Not measured", notes)
    if faults := rows.data_faults(run):
        yield "Data", _list(faults, look, sign="- ")
    if look.verbose:
        yield "Queries", list(_queries(run, look))
    facts = [_cells((word, text), look, _DIM, PLAIN) for word, text in rows.facts(run, look)]
    yield "", layout.table(facts, width=look.width, indent=0, color=look.color)


def _rules(run: Run, look: Look) -> Iterator[str]:
    rules = [(row, _conditions(row, look)) for row in rows.rule_rows(run, look)]
    measured = f"{' → '.join(sentences.sides(run.comparison))} (change)" if look.width >= _ROOMY else "measured"
    title = _cells(("", "", measured, "bound"), look, *[_DIM] * 4)
    every = [title, *(cells for _, conditions in rules for cells in conditions)]
    widths = layout.column_widths(every, width=look.width, indent=4)
    yield from layout.row_lines(title, widths, indent=4, color=look.color)
    for row, conditions in rules:
        yield from _rule(row, look)
        for cells in conditions:
            yield from layout.row_lines(cells, widths, indent=4, color=look.color)


def _rule(row: rows.RuleRow, look: Look) -> Iterator[str]:
    head = f"{_sign(row.word, look)} {row.word}"
    text = _text(f"{row.title} ({row.id})", look)
    first, *rest = layout.wrap(text, look.width, first=f"  {head}  ", rest=" " * 4)
    yield first.replace(head, _styled(head, _WORDS[row.word], look), 1)
    yield from rest
    if row.why:
        yield from layout.wrap(_text(row.why, look), look.width, first=" " * 4, rest=" " * 4)


def _conditions(row: rows.RuleRow, look: Look) -> list[list[Cell]]:
    """None for a warn rule that is within its bounds, unless every detail is asked for."""
    if row.outcome is Outcome.WITHIN and row.severity is Severity.WARN and not look.verbose:
        return []
    return [
        _cells(
            (_sign(one.outcome, look), one.measure, one.measured, one.bound),
            look,
            _WORDS[one.outcome],
            PLAIN,
            PLAIN,
            _DIM,
        )
        for one in row.conditions
    ]


def _measures(run: Run, look: Look) -> list[str]:
    first, second = sentences.sides(run.comparison)
    shown = 5 if look.width >= _ROOMY else 4
    texts = [
        ("Measure", first, second, "change", rows.interval_title(run)),
        *((row.title, row.baseline, row.canary, row.change, row.interval) for row in rows.measure_rows(run)),
    ]
    styles = [_BOLD, *[PLAIN] * (len(texts) - 1)]
    table = [_cells(row[:shown], look, *[style] * shown) for row, style in zip(texts, styles, strict=True)]
    return layout.table(table, width=look.width, indent=0, color=look.color)


def _queries(run: Run, look: Look) -> Iterator[str]:
    for row in rows.query_rows(run):
        yield from layout.wrap(_text(f"{row.key}: {row.came}", look), look.width, first="  ", rest="    ")
        yield from layout.wrap(_text(row.text, look), look.width, first="    ", rest="    ")


def _exit(run: Run, look: Look) -> list[str]:
    """The verdict's word again: of a long report the end is what a terminal shows."""
    word = run.verdict.upper()
    first, *rest = layout.wrap(_text(f"{word}, {sentences.exit_sentence(run)}", look), look.width)
    return [first.replace(word, _styled(word, _VERDICTS[run.verdict], look), 1), *rest]


def _list(texts: Sequence[str], look: Look, *, sign: str = "") -> list[str]:
    more = [f"… and {len(texts) - _MOST} more: see the JSON record"] if len(texts) > _MOST else []
    rest = " " * (2 + len(sign))
    lines = (
        layout.wrap(_text(text, look), look.width, first=f"  {sign}", rest=rest) for text in (*texts[:_MOST], *more)
    )
    return [line for wrapped in lines for line in wrapped]


def _cells(texts: Iterable[str], look: Look, *styles: Style) -> list[Cell]:
    return [(_text(text, look), style) for text, style in zip(texts, styles, strict=True)]


def _sign(word: str, look: Look) -> str:
    return (_SIGNS if look.unicode else _ASCII_SIGNS)[word]


def _text(text: str, look: Look) -> str:
    return text if look.unicode else plain(text)


def _styled(text: str, style: Style, look: Look) -> str:
    return style.on(text) if look.color else text
