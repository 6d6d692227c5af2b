"""The report for a terminal: verdict first, statistics last, readable without colour and in ASCII."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Alarm, Outcome
from canary_guard.model.rule import Severity
from canary_guard.model.run import Run, Verdict
from canary_guard.reports import explained, layout, material, rows, sentences, strata
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import columns, plain
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.layout import PLAIN, Cell, Style
from canary_guard.reports.look import Look
from canary_guard.reports.projected import projection
from canary_guard.reports.sparks import sparks
from canary_guard.reports.text_forest import ASCII_LEGEND, LEGEND, text_forest

_WIDE = 110
"""columns, from which a condition has room for its picture"""
_ROOMY = 72
"""columns, from which a table has room for what can be left out"""
_LEVEL = 12
"""columns that a level may take beside its sparkline"""
_MOST = 12
"""entries of a list; the rest is counted"""
_BOLD = Style(bold=True)
_DIM = Style(dim=True)
_VERDICTS = {
    Verdict.PASS: Style(color="green", bold=True),
    Verdict.FAIL: Style(color="red", bold=True),
    Verdict.INCONCLUSIVE: Style(color="yellow", bold=True),
}
_ALARMS = {
    Alarm.CLEAR: Style(color="green"),
    Alarm.RAISED: Style(color="yellow", bold=True),
    Alarm.IMPOSSIBLE: Style(dim=True),
}
_MARK = "*"
"""At a change that is meant at the baseline's mix."""
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
    yield "", list(_questions(run, look))
    raised = bool(sentences.raised(run))
    if raised:
        yield "Checked around the comparison", list(_checks(run, look))
    todo = what_to_do(run)
    yield "What to do", _list(todo, look, sign="- " if len(todo) > 1 else "")
    yield from _over_time(run, look)
    if found := explained.causes(run):
        yield found.heading, list(_causes(found, todo, look))
    if projected := projection(run):
        head, *more = layout.wrap(_text(f"Projection {projected.peak}", look), look.width)
        yield head, [*more, *_list(projected.lines, look, sign="- ")]
    yield "Rules", list(_rules(run, look))
    if warnings := sentences.warnings(run, look, brief=True, folded=True):
        yield "Warnings", _list(warnings, look, sign="! ")
    if not_asked := sentences.not_asked(run):
        yield "Not asked", _list(not_asked, look, sign="- ")
    measured = any(isinstance(one, Estimate) for one in run.estimates)
    notes = _list((*rows.mix_notes(run), *rows.measure_notes(run)), look, sign="- ")
    if measured:
        yield "", [*_measures(run, look), *notes]
    elif notes:
        yield "Not measured", notes
    for table in strata.strata_tables(run):
        title = f"{table.measure.capitalize()} by key pattern, bound: {table.bound}"
        yield layout.wrap(_text(title, look), look.width)[0], list(_strata(table, run, look))
    if run.cross_checks and not raised:
        yield "Checked around the comparison", list(_checks(run, look))
    if faults := material.data_faults(run):
        yield "Data", _list(faults, look, sign="- ")
    if look.verbose:
        yield "Queries", list(_queries(run, look))
    facts = [_cells((word, text), look, _DIM, PLAIN) for word, text in material.facts(run, look)]
    yield "", layout.table(facts, width=look.width, indent=0, color=look.color)


def _questions(run: Run, look: Look) -> Iterator[str]:
    for one in explained.answers(run):
        first, *rest = layout.wrap(_text(f"{one.question} {one.sentence}", look), look.width, rest="  ")
        yield first.replace(f" {one.reply}", f" {_styled(one.reply, _BOLD, look)}", 1)
        yield from rest


def _over_time(run: Run, look: Look) -> Iterator[tuple[str, Sequence[str]]]:
    """Both sides of each measure that decided, one above the other, and below them where the deploy was."""
    if lines := list(_sparks(run, look)):
        yield "Over time", lines


def _sparks(run: Run, look: Look) -> Iterator[str]:
    name = max(map(columns, sentences.sides(run.comparison)))
    found = sparks(run, columns=look.width - name - _LEVEL - 8, unicode=look.unicode)
    for one in found.found:
        yield from layout.wrap(_text(one.title, look), look.width, first="  ", rest="    ")
        for row in one.rows:
            yield f"    {row.name:<{name}}  {row.picture}  {_text(row.level, look)}".rstrip()
    if found.found and found.deploy is not None:
        yield f"{' ' * (6 + name + found.deploy)}^ deploy"[: look.width]


def _causes(found: explained.Causes, todo: Sequence[str], look: Look) -> Iterator[str]:
    """The likely ones in full; of the others the ids, unless every detail is asked for."""
    for row in found.likely:
        advice = "" if explained.advised(row, todo) else f" {row.advice}"
        yield from _list([f"likely: {row.title} ({row.id}){row.told}.{advice}"], look, sign="- ")
    for word, some in (("possible", found.possible), ("ruled out", found.ruled_out)):
        if look.verbose:
            told_of = [f"{word}: {row.title} ({row.id}){row.told}" for row in some]
        else:
            told_of = [f"{word}: {', '.join(row.id for row in some)}"] if some else []
        yield from _list(told_of, look, sign="- ", most=len(told_of))


def _rules(run: Run, look: Look) -> Iterator[str]:
    shown, also = rows.folded(run, look)
    rules = [(row, _conditions(row, look)) for row in shown]
    measured = f"{' → '.join(sentences.sides(run.comparison))} (change)" if look.width >= _ROOMY else "measured"
    legend = LEGEND if look.unicode else ASCII_LEGEND
    title = _cells(("", "", measured, "bound", *([legend] if look.width >= _WIDE else [])), look, *[_DIM] * 5)
    every = [title, *(cells for _, conditions in rules for cells in conditions)]
    widths = layout.column_widths(every, width=look.width, indent=4)
    if len(every) > 1:
        yield from layout.row_lines(title, widths, indent=4, color=look.color)
    for row, conditions in rules:
        yield from _rule(row, look)
        for cells in conditions:
            yield from layout.row_lines(cells, widths, indent=4, color=look.color)
    if also:
        sign = f"{_sign('warning', look)} warning"
        first, *rest = layout.wrap(
            _text(f"for the same reason: {also}", look), look.width, first=f"  {sign}  ", rest=" " * 4
        )
        yield first.replace(sign, _styled(sign, _WORDS["warning"], look), 1)
        yield from rest
    if note := rows.mix_note(run):
        yield from layout.wrap(_text(f"{_MARK} {note}", look), look.width, first="  ", rest="    ")


def _checks(run: Run, look: Look) -> Iterator[str]:
    for row in rows.check_rows(run):
        word = str(row.alarm)
        text = _text(f"{word}  {row.name}: {row.sentence}", look)
        first, *rest = layout.wrap(text, look.width, first="  ", rest="    ")
        yield first.replace(word, _styled(word, _ALARMS[row.alarm], look), 1)
        yield from rest


def _rule(row: rows.RuleRow, look: Look) -> Iterator[str]:
    head = f"{_sign(row.word, look)} {row.word}"
    first_of, second_of = row.heading
    text = _text(f"{first_of} ({second_of})", look)
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
        [
            *_cells(
                (_sign(one.outcome, look), one.measure, one.measured, one.bound),
                look,
                *(_WORDS[one.outcome], PLAIN, PLAIN, _DIM),
            ),
            *([(_forest(one, look), _WORDS[one.outcome])] if look.width >= _WIDE else []),
        ]
        for one in row.conditions
    ]


def _forest(one: rows.ConditionRow, look: Look) -> str:
    return text_forest(one.forest, unicode=look.unicode) if one.forest else ""


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


def _strata(table: strata.StrataTable, run: Run, look: Look) -> Iterator[str]:
    shown = 5 if look.width >= _ROOMY else 3
    sides, some = " → ".join(sentences.sides(run.comparison)), table.rows[:_MOST]
    texts = [("Key pattern", sides, "change", "share", rows.interval_title(run)), *map(_stratum, some)]
    styles = [_BOLD, *(_WORDS["exceeded"] if row.exceeded else PLAIN for row in some)]
    cells = [_cells(text[:shown], look, *[style] * shown) for text, style in zip(texts, styles, strict=True)]
    if some:
        yield from layout.table(cells, width=look.width, indent=2, color=look.color)
    more = len(table.rows) + table.unlisted - len(some)
    notes = (f"{row.name}: {note}" for row in some for note in (row.note, row.reason) if note)
    told = (*([f"… and {more} more: see the JSON record"] if more else ()), *notes, *table.only, table.missing)
    yield from _list([text for text in told if text], look, sign="- ")


def _stratum(row: strata.StratumRow) -> tuple[str, ...]:
    return row.name, row.levels, row.change, f"{row.share_baseline} → {row.share_canary}", row.interval


def _queries(run: Run, look: Look) -> Iterator[str]:
    for row in material.query_rows(run):
        yield from layout.wrap(_text(f"{row.key}: {row.came}", look), look.width, first="  ", rest="    ")
        yield from layout.wrap(_text(row.text, look), look.width, first="    ", rest="    ")


def _exit(run: Run, look: Look) -> list[str]:
    """The verdict's word again: of a long report the end is what a terminal shows."""
    word = run.verdict.upper()
    first, *rest = layout.wrap(_text(f"{word}, {sentences.exit_sentence(run)}", look), look.width)
    return [first.replace(word, _styled(word, _VERDICTS[run.verdict], look), 1), *rest]


def _list(texts: Sequence[str], look: Look, *, sign: str = "", most: int = _MOST) -> list[str]:
    more = [f"… and {len(texts) - most} more: see the JSON record"] if len(texts) > most else []
    rest = " " * (2 + len(sign))
    lines = (
        layout.wrap(_text(text, look), look.width, first=f"  {sign}", rest=rest) for text in (*texts[:most], *more)
    )
    return [line for wrapped in lines for line in wrapped]


def _cells(texts: Iterable[str], look: Look, *styles: Style) -> list[Cell]:
    """Each in its style; those that are left are plain."""
    return [(_text(text, look), style) for text, style in zip(texts, chain(styles, repeat(PLAIN)), strict=False)]


def _sign(word: str, look: Look) -> str:
    return (_SIGNS if look.unicode else _ASCII_SIGNS)[word]


def _text(text: str, look: Look) -> str:
    return text if look.unicode else plain(text)


def _styled(text: str, style: Style, look: Look) -> str:
    return style.on(text) if look.color else text
