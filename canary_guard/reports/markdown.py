"""The report for a pull request or a step summary: GitHub's Markdown, never longer than GitHub takes."""

import re
from collections.abc import Iterable, Iterator, Sequence

from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Alarm, Outcome
from canary_guard.model.run import Run
from canary_guard.reports import explained, material, rows, sentences, strata
from canary_guard.reports.advice import what_to_do
from canary_guard.reports.escaping import said, shorten
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from canary_guard.reports.projected import projection
from canary_guard.reports.text_forest import LEGEND, text_forest

LONGEST = 60_000
"""characters; GitHub takes 65,536 in a comment"""
_ICONS = {
    "pass": "✅",
    "fail": "❌",
    "inconclusive": "❔",
    "within": "✅",
    "exceeded": "❌",
    "warning": "⚠️",
    "undetermined": "❔",
}
_ALARMS = {Alarm.CLEAR: "✅", Alarm.RAISED: "⚠️", Alarm.IMPOSSIBLE: "❔"}
_MARKS = re.compile(
    r"[\\`*_\[\]<>|~$&#@]|^[-+=]|^\d+(?=[.)](?:\s|$))|www(?=\.)|:(?=//|[\w+-]*[^\W\d][\w+-]*:|[+-]1:|100:|1234:)"
    r"|[!%](?=[\w\"])|\bG[HL](?=-\d)",
    re.IGNORECASE,
)
_SELECTOR = re.compile(r"(\b[A-Za-z_:][\w:]*\{[\w.]+(?:=~|!~|!=|=)\"[^{}|`]*\})")
_MARK = "*"
_NO_SPACE = "&#8203;"
"""Between an @ and a name, a # and a number, http: and //: GitHub and GitLab make links and emoji of what they find
even behind escapes (https://docs.gitlab.com/user/markdown/#gitlab-specific-references)."""


def render(run: Run, look: Look) -> str:
    """Verdict, what to do, rules and warnings; the rest in a fold. Where there is no room it says what was left out."""
    lines = list(_above_the_fold(run, look))
    below = ["", "<details>", "<summary>Measures, data and queries</summary>", *_below_the_fold(run, look)]
    end = ["", "</details>", "", f"{prose(sentences.exit_sentence(run))} · {prose(said(run.tool, 100))}", ""]
    room = LONGEST - _length([*lines, *below, *end])
    queries = (f"- {code(row.key)}, {prose(row.came)}: {code(row.text)}" for row in material.query_rows(run))
    return "\n".join([*lines, *below, "", "**Queries**", "", *_fitted(queries, room - 500, "queries"), *end])


def prose(text: str) -> str:
    """Foreign text, made visible, as text that Markdown, GitHub and GitLab leave as it is; a selector as code."""
    parts = _SELECTOR.split(text.strip())
    return "".join(code(part) if at % 2 else _MARKS.sub(_neutral, part) for at, part in enumerate(parts))


def code(text: str, *, cell: bool = False) -> str:
    """Foreign text, made visible, as a code span; `cell`: inside a table."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    span = f"{fence}{padding}{text}{padding}{fence}"
    return span.replace("|", r"\|") if cell else span


def _neutral(mark: re.Match[str]) -> str:
    text = mark[0]
    match text:
        case "#" | "~" | "$" | "&" | "[":
            return f"&#{ord(text)};{_NO_SPACE}"
        case "@" | ":" | "!" | "%":
            return text + _NO_SPACE
        case _ if text.isalnum():
            return text + _NO_SPACE
        case _:
            return f"&#{ord(text)};"


def _above_the_fold(run: Run, look: Look) -> Iterator[str]:
    yield f"## {_ICONS[run.verdict]} canary-guard: {code(said(run.plan.service, 100))}"
    yield from ("", f"**{prose(shorten(verdict_sentence(run, look), 1500))}**", "")
    for one in explained.answers(run):
        yield f"- {one.question} {prose(one.sentence).replace(one.reply, f'**{one.reply}**', 1)}"
    yield ""
    if sentences.raised(run):
        yield from _checks(run)
    yield from ("**What to do**", "")
    todo = what_to_do(run)
    yield from _fitted((f"- {prose(text)}" for text in todo), 6_000, "pieces of advice")
    yield from _causes(run, todo)
    if projected := projection(run):
        yield from ("", f"**Projection** {prose(projected.peak)}", "", *_list(projected.lines))
    head = ("", "rule", f"{' → '.join(sentences.sides(run.comparison))} (change)", "bound", LEGEND)
    yield from ("", _row(head), _ruler(len(head)))
    yield from _fitted(_rules(run, look), 14_000, "rules and conditions")
    if note := rows.mix_note(run):
        yield from ("", f"{prose(_MARK)} {prose(note)}")
    if warnings := sentences.warnings(run, look, brief=True, folded=True):
        yield from ("", "**Warnings**", "")
        yield from _fitted((f"- {_ICONS['warning']} {prose(text)}" for text in warnings), 8_000, "warnings")


def _causes(run: Run, todo: Sequence[str]) -> Iterator[str]:
    found = explained.causes(run)
    if not found:
        return
    yield from ("", f"**{found.heading}**", "")
    lines = []
    for row in found.likely:
        advice = "" if explained.advised(row, todo) else f" {prose(row.advice)}"
        lines.append(f"- likely: **{prose(row.title)}** ({code(row.id)}){prose(row.told)}.{advice}")
    lines += [f"- possible: {code(row.id)}{prose(row.told)}" for row in found.possible]
    if found.ruled_out:
        lines.append(f"- ruled out: {', '.join(code(row.id) for row in found.ruled_out)}")
    yield from _fitted(lines, 6_000, "causes")


def _checks(run: Run) -> Iterator[str]:
    yield from ("**Checked around the comparison**", "")
    for row in rows.check_rows(run):
        yield f"- {_ALARMS[row.alarm]} {row.name} {row.alarm}: {prose(row.sentence)}"
    yield ""


def _rules(run: Run, look: Look) -> Iterator[str]:
    shown, also = rows.folded(run, look)
    for row in shown:
        why = f" {prose(row.why)}" if row.why else ""
        id_ = code(row.id, cell=True)
        name = f"{id_} (no: {prose(row.title)})" if row.outcome is Outcome.WITHIN else f"**{prose(row.title)}** ({id_})"
        yield _row((f"{_ICONS[row.word]} {row.word}", f"{name}{why}", "", "", ""))
        for one in row.conditions:
            picture = code(text_forest(one.forest, unicode=True)) if one.forest else ""
            yield _row((_ICONS[one.outcome], prose(one.measure), prose(one.measured), prose(one.bound), picture))
    if also:
        yield _row((f"{_ICONS['warning']} warning", f"for the same reason: {prose(also)}", "", "", ""))


def _below_the_fold(run: Run, look: Look) -> Iterator[str]:
    if any(isinstance(one, Estimate) for one in run.estimates):
        head = ("measure", *sentences.sides(run.comparison), "change", rows.interval_title(run))
        yield from ("", _row(head), _ruler(len(head)))
        for row in rows.measure_rows(run):
            yield _row((row.title, row.baseline, row.canary, row.change, row.interval))
    for table in strata.strata_tables(run):
        yield from _strata(table, run)
    if notes := (*rows.mix_notes(run), *rows.measure_notes(run)):
        yield ""
        yield from _fitted(_list(notes), 4_000, "remarks")
    if not_asked := sentences.not_asked(run):
        yield from ("", "**Not asked**", "")
        yield from _fitted(_list(not_asked), 4_000, "rules")
    if faults := material.data_faults(run):
        yield from ("", "**Data**", "")
        yield from _fitted(_list(faults), 6_000, "remarks")
    if run.cross_checks and not sentences.raised(run):
        yield ""
        yield from _checks(run)
    yield from ("", "**What was compared**", "")
    yield from (f"- {word}: {prose(text)}" for word, text in material.facts(run, look))


def _strata(table: strata.StrataTable, run: Run) -> Iterator[str]:
    yield from ("", f"**{table.measure} by key pattern**, bound: {prose(table.bound)}")
    if table.rows:
        sides = sentences.sides(run.comparison)
        head = ("", "key pattern", "share of lookups", " → ".join(sides), "change", rows.interval_title(run), LEGEND)
        yield from ("", _row(head), _ruler(len(head)))
        lines = (_row(_stratum(row)) for row in table.rows)
        yield from _fitted(lines, 6_000, "key patterns", unlisted=table.unlisted)
    if told := (*table.only, *((table.missing,) if table.missing else ())):
        yield ""
        yield from _list(told)


def _stratum(row: strata.StratumRow) -> tuple[str, ...]:
    name = f"{row.name} ({row.note})" if row.note else row.name
    shares = f"{row.share_baseline} → {row.share_canary}"
    icon = _ICONS["exceeded"] if row.exceeded else ""
    picture = code(text_forest(row.forest, unicode=True)) if row.forest else ""
    return icon, prose(name), shares, row.levels, row.change, row.interval or prose(row.reason), picture


def _list(texts: Iterable[str]) -> Iterator[str]:
    return (f"- {prose(text)}" for text in texts)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ruler(columns: int) -> str:
    return "|" + " --- |" * columns


def _fitted(lines: Iterable[str], room: int, what: str, *, unlisted: int = 0) -> list[str]:
    """As many lines as there is room for (in characters), and how many `what` were left out, `unlisted` included."""
    kept: list[str] = []
    left_out = 0
    for line in lines:
        room -= len(line) + 1
        if room >= 0 and not left_out:
            kept.append(line)
        else:
            left_out += 1
    left_out += unlisted
    return [*kept, "", f"… and {left_out} more {what}: see the JSON record."] if left_out else kept


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)
