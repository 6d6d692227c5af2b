"""What changed between two runs: two records in, a difference out."""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

import numpy as np

from canary_guard.config import written
from canary_guard.errors import ConfigError, Problem
from canary_guard.model.difference import Altered, CauseDifference, Difference, Ingredient, RunSummary, Sentences
from canary_guard.model.run import Run
from canary_guard.model.series import Reading
from canary_guard.model.window import Grid
from canary_guard.pairing import both, measures, rules, strata
from canary_guard.reports import explained, material, sentences, tables, times
from canary_guard.reports.escaping import said
from canary_guard.reports.headline import verdict_sentence
from canary_guard.reports.look import Look


def difference(then: Run, now: Run, *, names: tuple[str, str] = ("then", "now")) -> Difference:
    """What differs; `names` are those of the records' files. ConfigError for runs of different services."""
    if then.plan.service != now.plan.service:
        what = (
            f"the runs are of different services, {then.plan.service!r} and {now.plan.service!r}; give two runs of one"
        )
        raise ConfigError(Problem(what=what, file=names[1]))
    question = _altered(_question(then), _question(now))
    changed = {
        Ingredient.QUESTION: bool(question),
        Ingredient.DATA: not _same_data(then, now),
        Ingredient.TOOL: then.tool != now.tool,
    }
    return Difference(
        service=now.plan.service,
        changed=tuple(one for one, differs in changed.items() if differs),
        then=_summary(then, names[0]),
        now=_summary(now, names[1]),
        question=question,
        rules=rules(then, now),
        measures=measures(then, now),
        strata=strata(then, now),
        answers=_altered(_answers(then), _answers(now)),
        causes=tuple(_causes(then, now)),
        checks=_altered(_checks(then), _checks(now)),
        data=_only(_faults(then), _faults(now)),
        warnings=_only(then.warnings, now.warnings),
        circumstances=tuple(_worth(_altered(_circumstances(then), _circumstances(now)))),
    )


def _summary(run: Run, name: str) -> RunSummary:
    return RunSummary(
        name=name,
        tool=run.tool,
        verdict=run.verdict,
        undetermined=run.undetermined,
        exit_code=run.exit.code,
        sentence=verdict_sentence(run),
        comparison=run.comparison,
        windows=run.windows,
        alpha=run.plan.levels.alpha,
    )


def _altered(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[Altered, ...]:
    return tuple(Altered(name=key, then=one, now=other) for key, one, other in both(then, now) if one != other)


def _only(then: Iterable[str], now: Iterable[str]) -> Sentences:
    one, other = dict.fromkeys(then), dict.fromkeys(now)
    return Sentences(
        then=tuple(text for text in one if text not in other), now=tuple(text for text in other if text not in one)
    )


def _question(run: Run) -> Mapping[str, str]:
    """What was asked, and how it was compared. How much of the window there was is no question."""
    return {"compared": sentences.compared(run.comparison), **written.asked(run.plan)}


def _window(grid: Grid) -> str:
    return f"{times.span(grid, Look())}, {grid.intervals} intervals of {times.duration(grid.step)}"


def _circumstances(run: Run) -> Mapping[str, str]:
    windows = run.windows
    when = {"window": _window(windows.after)}
    if windows.before is not None:
        when["before the deploy"] = _window(windows.before)
    if windows.deploy_time is not None:
        when["deploy"] = times.moment(windows.deploy_time, Look())
    return {
        **when,
        "scrape interval": times.duration(windows.scrape_interval),
        **({"about the window": "; ".join(windows.notes)} if windows.notes else {}),
        "units": "; ".join(tables.unit_counts(run)) or "none",
        "source": run.source.description,
        **{f"source {name}": value for name, value in (run.source.details or {}).items()},
        **written.beside(run.plan),
        **({"exit": run.exit.note} if run.exit.note else {}),
    }


def _worth(altered: Iterable[Altered]) -> Iterator[Altered]:
    """Without the words of a rule that only one run has, which the question tells."""
    return (one for one in altered if not one.name.startswith("rules.") or None not in (one.then, one.now))


def _faults(run: Run) -> Iterator[str]:
    """Those of the data; what is said about the window stands with the circumstances."""
    about = {said(note) for note in run.windows.notes}
    return (fault for fault in material.data_faults(run) if fault not in about)


def _same_data(then: Run, now: Run) -> bool:
    """Whether the source answered the same for the same times, wherever it stands and however it was asked."""
    one, other = then.windows, now.windows
    return (
        (one.after, one.before, one.deploy_time) == (other.after, other.before, other.deploy_time)
        and len(then.queries) == len(now.queries)
        and all(_same_answer(*pair) for pair in zip(then.queries, now.queries, strict=True))
    )


def _same_answer(then: Reading, now: Reading) -> bool:
    told = attrgetter("query.key", "query.grid", "content", "split", "warnings", "failure", "summed_by_server")
    return (
        told(then) == told(now)
        and len(then.series) == len(now.series)
        and all(
            (one.arm, one.labels, one.missing) == (other.arm, other.labels, other.missing)
            and np.array_equal(one.values, other.values)
            for one, other in zip(then.series, now.series, strict=True)
        )
    )


def _answers(run: Run) -> Mapping[str, str]:
    return {one.question: one.reply for one in explained.answers(run)}


def _checks(run: Run) -> Mapping[str, str]:
    return {one.id: f"{one.alarm}: {one.sentence}" for one in run.cross_checks}


def _causes(then: Run, now: Run) -> Iterator[CauseDifference]:
    for id_, one, other in both({one.id: one for one in then.causes}, {one.id: one for one in now.causes}):
        told, before = other or one, one.status if one else None
        after = other.status if other else None
        if told is not None and before is not after:
            yield CauseDifference(id=id_, title=told.title, then=before, now=after)
