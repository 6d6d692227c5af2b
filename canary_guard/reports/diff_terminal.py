"""What changed between two runs, for a terminal: the verdict first, readable without colour and in ASCII."""

from collections.abc import Iterable, Iterator, Sequence

from canary_guard.model.difference import Difference, RunSummary
from canary_guard.model.finding import Outcome
from canary_guard.model.run import Verdict
from canary_guard.reports import diff_pairs, diff_rows, layout
from canary_guard.reports.diff_headline import difference_sentence, made_of
from canary_guard.reports.diff_pairs import Pair
from canary_guard.reports.diff_rows import ConditionRow, MeasureRow, RuleRow
from canary_guard.reports.escaping import plain, said, shorten
from canary_guard.reports.layout import PLAIN, Cell, Style
from canary_guard.reports.look import Look

_MOST = 12
"""entries of a list; the rest is counted"""
_ROOMY = 100
"""columns, from which a table has room for the levels"""
_BOLD = Style(bold=True)
_DIM = Style(dim=True)
_VERDICTS = {
    Verdict.PASS: Style(color="green", bold=True),
    Verdict.FAIL: Style(color="red", bold=True),
    Verdict.INCONCLUSIVE: Style(color="yellow", bold=True),
}
_OUTCOMES = {
    Outcome.EXCEEDED: Style(color="red", bold=True),
    Outcome.WITHIN: Style(color="green"),
    Outcome.UNDETERMINED: Style(color="yellow"),
    None: _DIM,
}
_SIGNS = {Outcome.EXCEEDED: "✗", Outcome.WITHIN: "✓", Outcome.UNDETERMINED: "?", None: "–"}
_ASCII_SIGNS = {Outcome.EXCEEDED: "x", Outcome.WITHIN: "ok", Outcome.UNDETERMINED: "?", None: "-"}


def render(found: Difference, look: Look) -> str:
    """Within `look.width` columns; `quiet` gives the sentence only, `verbose` what did not change, too."""
    lines = layout.wrap(_text(difference_sentence(found, look), look), look.width)
    if look.quiet:
        return "\n".join(lines) + "\n"
    for title, body in _sections(found, look):
        if body:
            lines += ["", *([_styled(_text(title, look), _BOLD, look)] if title else []), *body]
    return "\n".join(lines) + "\n"


def _sections(found: Difference, look: Look) -> Iterator[tuple[str, Sequence[str]]]:
    yield "", [line for word in ("then", "now") for line in _run(word, getattr(found, word), look)]
    if found.nothing and not look.verbose:
        return
    yield "", [line for one in made_of(found) for line in _answer(one.question, one.reply, one.told, look)]
    yield "What was asked otherwise", _pairs(diff_pairs.pairs(found.question), look)
    yield "Rules", list(_rules(found, look))
    yield "", _measures(found, look)
    yield "Key patterns that moved", _patterns(found, look)
    yield "The three questions", _pairs(diff_pairs.pairs(found.answers), look)
    yield "Causes", _pairs(diff_pairs.cause_pairs(found), look)
    yield "Checked around the comparison", _pairs(diff_pairs.pairs(found.checks), look)
    yield "Data", _sentences(found.data.then, found.data.now, look)
    yield "Warnings of the source", _sentences(found.warnings.then, found.warnings.now, look)
    yield "Circumstances, which judge nothing", _pairs(diff_pairs.pairs(found.circumstances, 120), look)


def _run(word: str, run: RunSummary, look: Look) -> Iterator[str]:
    """The record, and its verdict's sentence."""
    text = f"{word:4}  {said(run.name, 60)}, exit code {run.exit_code}: {run.sentence}"
    for index, line in enumerate(layout.wrap(_text(text, look), look.width, rest=" " * 6)):
        verdict = run.verdict.upper()
        yield line.replace(verdict, _styled(verdict, _VERDICTS[run.verdict], look), 1) if index == 0 else line


def _answer(question: str, reply: str, told: str, look: Look) -> list[str]:
    text = f"{question} {reply}{f': {told}' if told else ''}"
    first, *rest = layout.wrap(_text(text, look), look.width, rest="  ")
    return [first.replace(f" {reply}", f" {_styled(reply, _BOLD, look)}", 1), *rest]


def _rules(found: Difference, look: Look) -> Iterator[str]:
    rows = diff_rows.rule_rows(found, look)
    told = [row for row in rows if row.told or look.verbose]
    conditions = [[_condition(one, look) for one in row.conditions] for row in told]
    title = _cells(("", "", "then", "now", "bound"), look, *[_DIM] * 5)
    every = [title, *(cells for some in conditions for cells in some)]
    widths = layout.column_widths(every, width=look.width, indent=4)
    if len(every) > 1:
        yield from layout.row_lines(title, widths, indent=4, color=look.color)
    for row, some in zip(told, conditions, strict=True):
        yield from _rule(row, look)
        for cells in some:
            yield from layout.row_lines(cells, widths, indent=4, color=look.color)
    if not look.verbose:
        for word, ids in diff_rows.as_before(rows):
            text = f"{word} as before: {', '.join(ids)}"
            yield from layout.wrap(_text(text, look), look.width, first="  ", rest="    ")


def _rule(row: RuleRow, look: Look) -> Iterator[str]:
    sign = (_SIGNS if look.unicode else _ASCII_SIGNS)[row.now_outcome]
    became = f"{row.then} → {row.now}" if row.then != row.now else f"{row.now} as before"
    head = _text(f"{sign} {became}", look)
    text = _text(f"{row.title} ({row.id}), {row.severity}", look)
    first, *rest = layout.wrap(f"{head}  {text}", look.width, first="  ", rest="    ")
    yield first.replace(head, _styled(head, _OUTCOMES[row.now_outcome], look), 1)
    yield from rest
    if row.why:
        yield from layout.wrap(_text(row.why, look), look.width, first="    ", rest="    ")


def _condition(row: ConditionRow, look: Look) -> list[Cell]:
    sign = (_SIGNS if look.unicode else _ASCII_SIGNS)[row.now_outcome]
    style = _OUTCOMES[row.now_outcome]
    return _cells((sign, row.measure, row.then.text, row.now.text, row.bound), look, style, PLAIN, PLAIN, PLAIN, _DIM)


def _measures(found: Difference, look: Look) -> list[str]:
    rows = diff_rows.measure_rows(found)
    shown = [row for row in rows if row.apart or look.verbose]
    lines = _table(shown, f"Change, {diff_rows.interval_title(found)}", look) if shown else []
    others = ", ".join(row.title for row in rows if row not in shown)
    if others:
        lines += layout.wrap(_text(f"Not apart, -v shows them: {others}", look), look.width, rest="  ")
    return [*lines, *layout.wrap(_text(diff_rows.NO_TEST, look), look.width)] if rows else []


def _patterns(found: Difference, look: Look) -> list[str]:
    rows = diff_rows.pattern_rows(found)
    more = [f"  … and {len(rows) - _MOST} more: see -o json"] if len(rows) > _MOST else []
    return [*(_table(rows[:_MOST], "Key pattern", look) if rows else []), *(_text(line, look) for line in more)]


def _table(rows: Sequence[MeasureRow], title: str, look: Look) -> list[str]:
    texts = [(title, "then", "now", "moved by", "intervals"), *(_measure(row, look) for row in rows)]
    styles = [_BOLD, *[PLAIN] * len(rows)]
    cells = [_cells(text, look, *[style] * 5) for text, style in zip(texts, styles, strict=True)]
    return layout.table(cells, width=look.width, indent=0, color=look.color)


def _measure(row: MeasureRow, look: Look) -> tuple[str, ...]:
    told = [
        f"{one.levels}, {one.text}" if one.levels and look.width >= _ROOMY else one.text for one in (row.then, row.now)
    ]
    return row.title, *told, row.moved, row.overlap


def _pairs(pairs: Sequence[Pair], look: Look) -> list[str]:
    texts = [(one.name, f"{one.then} → {one.now}") for one in pairs[:_MOST]]
    lines = [
        line
        for name, text in texts
        for line in layout.wrap(_text(f"{name}: {text}", look), look.width, first="  ", rest="    ")
    ]
    more = [f"  … and {len(pairs) - _MOST} more: see -o json"] if len(pairs) > _MOST else []
    return [*lines, *(_text(line, look) for line in more)]


def _sentences(then: Sequence[str], now: Sequence[str], look: Look) -> list[str]:
    told = [*(f"no longer: {said(text)}" for text in then), *(f"now: {said(text)}" for text in now)]
    more = [f"… and {len(told) - _MOST} more: see -o json"] if len(told) > _MOST else []
    lines = (layout.wrap(_text(text, look), look.width, first="  - ", rest="    ") for text in (*told[:_MOST], *more))
    return [shorten(line, look.width) for wrapped in lines for line in wrapped]


def _cells(texts: Iterable[str], look: Look, *styles: Style) -> list[Cell]:
    return [(_text(text, look), style) for text, style in zip(texts, styles, strict=True)]


def _text(text: str, look: Look) -> str:
    return text if look.unicode else plain(text)


def _styled(text: str, style: Style, look: Look) -> str:
    return style.on(text) if look.color else text
