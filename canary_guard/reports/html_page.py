"""A run in, one HTML page out: no network, readable without scripts and without its style sheet."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from canary_guard.model.finding import Alarm
from canary_guard.model.plan import Mode
from canary_guard.model.run import Run, Verdict
from canary_guard.model.series import Reading
from canary_guard.model.signal import Selector
from canary_guard.reports import (
    absent,
    chart,
    explained,
    figures,
    manual,
    material,
    numbers,
    rows,
    sentences,
    strata,
    tables,
    times,
)
from canary_guard.reports.advice import now_and_then, what_to_do
from canary_guard.reports.escaping import said, visible
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look
from canary_guard.reports.origin import origin
from canary_guard.reports.projected import projection

_TONES = {Verdict.PASS: "within", Verdict.FAIL: "exceeded", Verdict.INCONCLUSIVE: "undetermined"}
_QUOTED = re.compile(r"`([^`\n]{1,200})`")
_COLORS = {"baseline": "#2f74d0", "canary": "#cf5b00", "first": "#5a7797", "further": "#9150b3", "retries": "#16807a"}
"""Readable on white and on black: where a policy takes the style sheet away they stand for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query of the run, as the page shows it."""

    name: str
    text: str
    where: str
    answer: str
    remarks: tuple[str, ...]
    failure: str
    advice: str


def render(run: Run, look: Look) -> str:
    """The page: the verdict, what to do and the pictures that show it first; method, queries and data last."""
    head, _, sentence = verdict_sentence(run, look).removeprefix("trial: ").partition(": ")
    word, _, kind = head.partition(" ")
    deciding, others = figures.figures(run)
    asked, unasked = ((), ()) if absent.nothing(run) else tables.measure_rows(run, look)
    shown, also = rows.folded(run, look)
    units, unlisted = tables.unit_rows(run)
    todo, why = what_to_do(run), explained.causes(run)
    now, then = now_and_then(run)
    script = _template("script.js.jinja", **_FIELD)
    return _template(
        "page.html.jinja",
        run=run,
        tool=said(run.tool, 200),
        service=said(run.plan.service, 120),
        tone=_TONES[run.verdict],
        word=word,
        kind=kind,
        sentence=_capital(sentence),
        trial=run.plan.mode is Mode.SHADOW,
        exit=_capital(sentences.exit_sentence(run)),
        unit=said(run.plan.unit, 60),
        now=now,
        then=then,
        answers=explained.answers(run),
        causes=why,
        advice_of={row.id: "" if explained.advised(row, todo) else row.advice for row in why.likely},
        projection=projection(run),
        window=times.span(run.windows.after, look),
        length=times.duration(run.windows.after.end - run.windows.after.start),
        sides=sentences.sides(run.comparison),
        deciding=deciding,
        others=others,
        rules=shown,
        also=also,
        mark=rows.mix_note(run),
        origin=origin(run),
        asked=asked,
        unasked=unasked,
        warnings=sentences.warnings(run, look, folded=True),
        not_asked=sentences.not_asked(run),
        strata=strata.strata_tables(run),
        listed=strata.SHOWN,
        manual=manual.SECTIONS,
        checks=[row for row in rows.check_rows(run) if row.alarm is not Alarm.RAISED],
        split=any(row.split for row in (*asked, *unasked)),
        raised=sentences.raised(run),
        notes=rows.measure_notes(run),
        interval_title=rows.interval_title(run),
        faults=material.data_faults(run),
        unit_counts=tables.unit_counts(run),
        units=units,
        unlisted=unlisted,
        facts=tuple(_facts(run, look)),
        step=times.duration(run.windows.after.step),
        alpha=numbers.percent(run.plan.levels.alpha),
        alpha_within=numbers.percent(run.plan.levels.alpha_within),
        queries=tuple(_query(reading, look) for reading in run.queries),
        script_hash=b64encode(sha256(script.encode()).digest()).decode("ascii"),
        colors=_COLORS,
        **_FIELD,
    )


_FIELD = {"left": chart.LEFT, "right": chart.RIGHT, "top": chart.TOP, "bottom": chart.BOTTOM}


@cache
def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        loader=PackageLoader("canary_guard.reports"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(short=chart.short, capital=_capital, coded=_coded)
    return made


def _template(name: str, **values: object) -> str:
    return _environment().get_template(name).render(values)


def _capital(sentence: str) -> str:
    """With a capital first letter, if it begins with a word of ours rather than a host's or a file's name."""
    return sentence[:1].upper() + sentence[1:] if sentence.partition(" ")[0].rstrip(":,").isalpha() else sentence


def _coded(text: str) -> Markup:
    """Escaped, and what stands in backquotes as code."""
    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _facts(run: Run, look: Look) -> Iterator[tuple[str, str]]:
    """What was compared, when, where from, and how the exit code was made."""
    plan = run.plan
    yield from material.facts(run, look)
    for name, value in sorted((run.source.details or {}).items()):
        yield f"source {said(name, 60)}", said(value, 600)
    yield "scrape interval", times.duration(run.windows.scrape_interval)
    select = plan.select
    named = (
        ("all", select.everything),
        ("baseline", select.baseline),
        ("canary", select.canary),
        ("shared", select.shared),
    )
    for name, selector in named:
        if selector is not None:
            yield f"select {name}", _selector(selector)
    yield "database load", "time in the database" if plan.db_load == "db_seconds" else "number of queries"
    if plan.config_file:
        yield "configuration", said(plan.config_file, 600)
    yield "verdict", f"{run.verdict}, {sentences.exit_sentence(run)}"


def _selector(selector: Selector) -> str:
    return "{" + ", ".join(f'{said(one.label, 100)}{one.operator}"{said(one.value)}"' for one in selector) + "}"


def _query(reading: Reading, look: Look) -> Query:
    query, failure = reading.query, reading.failure
    summed = ", summed by the server" if reading.summed_by_server else ""
    count = len(reading.series)
    return Query(
        name=said(f"{query.key}, {query.period} the deploy" if query.period == "before" else query.key, 120),
        text="\n".join(visible(line) for line in reading.text.split("\n")),
        where=said(reading.where, 600),
        answer=f"{count:,} series{summed} over {times.span(query.grid, look)}, every {times.duration(query.grid.step)}",
        remarks=tuple(said(remark, 1000) for remark in (*reading.warnings, *reading.infos)),
        failure=said(failure.answer, 1000) if failure else "",
        advice=said(failure.advice, 1000) if failure else "",
    )
