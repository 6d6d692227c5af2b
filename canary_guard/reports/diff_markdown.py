"""What changed between two runs, for a pull request: GitHub's Markdown, never longer than GitHub takes."""

from collections.abc import Iterable, Iterator, Sequence

from canary_guard.model.difference import Difference, RunSummary
from canary_guard.model.finding import Outcome
from canary_guard.reports import diff_pairs, diff_rows
from canary_guard.reports.diff_headline import difference_sentence, made_of
from canary_guard.reports.diff_pairs import Pair
from canary_guard.reports.diff_rows import MeasureRow, RuleRow, Told
from canary_guard.reports.escaping import said, shorten
from canary_guard.reports.look import Look
from canary_guard.reports.markdown import LONGEST, code, prose

_ROOM = 7_000
"""characters of a section"""
_ICONS = {Outcome.EXCEEDED: "❌", Outcome.WITHIN: "✅", Outcome.UNDETERMINED: "❔", None: ""}


def render(found: Difference, look: Look) -> str:
    """The sentence, what was asked otherwise and the rules; the rest in a fold. It says what it left out."""
    lines = [f"## canary-guard: {code(said(found.service, 100))}, what changed", ""]
    lines += [f"**{prose(shorten(difference_sentence(found, look), 1000))}**", ""]
    lines += [_run("then", found.then), _run("now", found.now), ""]
    for one in made_of(found):
        told = f": {prose(one.told)}" if one.told else ""
        lines.append(f"- {one.question} **{one.reply}**{told}")
    lines += _table("What was asked otherwise", diff_pairs.pairs(found.question))
    lines += _rules(found, look)
    below = [] if found.nothing else list(_fitting(_below_the_fold(found), LONGEST - 500 - _length(lines)))
    if below:
        lines += ["", "<details>", "<summary>Measures, causes and data</summary>", *below, "", "</details>"]
    return "\n".join([*lines, ""])


def _fitting(sections: Iterable[Sequence[str]], room: int) -> Iterator[str]:
    """The first sections, as far as there is room for them whole."""
    for section in sections:
        room -= _length(section)
        if room < 0:
            yield from ("", "… and more, for which there is no room: see `-o json`.")
            return
        yield from section


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _run(word: str, run: RunSummary) -> str:
    return f"- {word}: {code(said(run.name, 100))}, exit code {run.exit_code}: {prose(shorten(run.sentence, 600))}"


def _rules(found: Difference, look: Look) -> Iterator[str]:
    rows = diff_rows.rule_rows(found, look)
    lines = [line for row in rows if row.told for line in _rule(row)]
    if lines:
        yield from ("", "| | rule | then | now | bound |", "| --- | --- | --- | --- | --- |")
        yield from _fitted(lines, 2 * _ROOM, "rules and conditions")
    alike = diff_rows.as_before(rows)
    if alike:
        yield ""
        lines = [f"- {word} as before: {', '.join(code(id_) for id_ in ids)}" for word, ids in alike]
        yield from _fitted(lines, _ROOM, "outcomes")


def _rule(row: RuleRow) -> Iterator[str]:
    why = f" {prose(row.why)}" if row.why else ""
    name = f"**{prose(row.title)}** ({code(row.id, cell=True)}), {row.severity}{why}"
    yield _cells(_ICONS[row.now_outcome], name, f"**{row.then}**", f"**{row.now}**", "")
    for one in row.conditions:
        told = (_told(one.then), _told(one.now))
        yield _cells(_ICONS[one.now_outcome], prose(one.measure), *told, prose(one.bound))


def _below_the_fold(found: Difference) -> Iterator[Sequence[str]]:
    measures = [row for row in diff_rows.measure_rows(found) if not row.same]
    yield _measures(f"Change, {diff_rows.interval_title(found)}", measures)
    yield ("", prose(diff_rows.NO_TEST)) if measures else ()
    yield _measures("Key patterns that moved", diff_rows.pattern_rows(found))
    yield _table("The three questions", diff_pairs.pairs(found.answers))
    yield _table("Causes", diff_pairs.cause_pairs(found))
    yield _table("Checked around the comparison", diff_pairs.pairs(found.checks))
    yield _sentences("Data", found.data.then, found.data.now)
    yield _sentences("Warnings of the source", found.warnings.then, found.warnings.now)
    yield _table("Circumstances, which judge nothing", diff_pairs.pairs(found.circumstances))


def _measures(title: str, rows: Sequence[MeasureRow]) -> list[str]:
    if not rows:
        return []
    head = ["", _cells(title, "then", "now", "moved by", "intervals"), "| --- | --- | --- | --- | --- |"]
    lines = [_cells(prose(row.title), _told(row.then), _told(row.now), row.moved, row.overlap) for row in rows]
    return [*head, *_fitted(lines, _ROOM, "rows")]


def _told(told: Told) -> str:
    return f"{told.levels}, {prose(told.text)}" if told.levels else prose(told.text)


def _table(title: str, pairs: Sequence[Pair]) -> list[str]:
    if not pairs:
        return []
    lines = [_cells(prose(one.name), prose(one.then), prose(one.now)) for one in pairs]
    return ["", _cells(title, "then", "now"), "| --- | --- | --- |", *_fitted(lines, _ROOM, "rows")]


def _sentences(title: str, then: Sequence[str], now: Sequence[str]) -> list[str]:
    told = [*(f"- no longer: {prose(said(text))}" for text in then), *(f"- now: {prose(said(text))}" for text in now)]
    return ["", f"**{title}**", "", *_fitted(told, _ROOM, "remarks")] if told else []


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _fitted(lines: Sequence[str], room: int, what: str) -> list[str]:
    """As many lines as there is room for (in characters), and how many `what` were left out."""
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return [*kept, "", f"… and {len(lines) - len(kept)} more {what}: see `-o json`."]
        kept.append(line)
    return kept
