"""What a run was made of: faults of the data, what was not judged, queries, and what was compared.

Foreign text is on one line and visible, but not yet escaped for a format.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from canary_guard.model.measure import Cost, CostKind
from canary_guard.model.run import Run, UnitQuality, Verdict
from canary_guard.model.warm_up import WarmUpState
from canary_guard.model.window import Grid
from canary_guard.reports import numbers, sentences, times
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

_NAMED = 4
"""So many units or errors are named; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """A query and what came back."""

    key: str
    text: str
    came: str


def data_faults(run: Run) -> tuple[str, ...]:
    """What a reader must know about the data: failed queries, gaps, samples of no use, and the run's own notes."""
    return tuple(_data_faults(run))


def _data_faults(run: Run) -> Iterator[str]:
    yield from warmth(run)
    data = run.data_quality
    failed: dict[str, list[str]] = {}
    for reading, failure in sentences.failures(run):
        failed.setdefault(f"{said(reading.where, 200)}: {said(failure.answer)}", []).append(said(reading.query.key, 80))
    for came, keys in list(failed.items())[:_NAMED]:
        yield f"{', '.join(dict.fromkeys(keys))} could not be read from {came}"
    if len(failed) > _NAMED:
        yield f"{len(failed) - _NAMED} more errors of the source"
    if data.gap_share:
        where = _named([unit for unit in data.units if unit.gaps])
        yield f"{numbers.percent(data.gap_share)} of the expected samples are missing" + (f": {where}" if where else "")
    if data.unusable_samples:
        yield f"{numbers.count(data.unusable_samples)} samples were not usable: NaN, infinite, negative or no number"
    # Restarts of one unit can be told by several windows that hold it, in the same words.
    yield from dict.fromkeys(said(note) for note in (*data.notes, *run.windows.notes))


def warmth(run: Run) -> Iterator[str]:
    """What a cold cache left unjudged, and whether it is warm."""
    found = run.warm_up
    if found is None:
        return
    skipped = f"the first {times.duration(found.skip)}" if found.skip else ""
    if isinstance(run.plan.warmup, int):
        if skipped:
            yield f"{skipped} are not judged: `warmup: {times.duration(run.plan.warmup)}` after the deploy"
        return
    match found.state:
        case WarmUpState.WARM:
            return
        case WarmUpState.CONVERGED:
            if skipped:
                yield f"{skipped}, in which the canary's cache was cold, are not judged"
        case WarmUpState.RECOVERING:
            eta = "" if found.eta is None else f": it should be warm in about {times.wait(found.eta)}"
            yield f"the canary's cache is still cold, and recovering{eta}"
            if run.verdict is Verdict.PASS:
                yield "in the last half of the window it was within the bounds already, and it becomes better"
        case WarmUpState.UNKNOWN:
            yield "whether the canary's cache is warm could not be told"
        case _ as never:
            assert_never(never)
    if found.overshoots:
        yield (
            "the canary misses less than the baseline, as a new cache does whose keys are all young: "
            "it will not stay so"
        )


def _named(units: Sequence[UnitQuality]) -> str:
    """`canary-1 (2 of 40), stable-3 (1 of 40) and 12 more`: the worst first."""
    worst = sorted(units, key=lambda unit: -unit.gaps)
    names = (f"{said(unit.unit, 60)} ({unit.gaps} of {unit.expected})" for unit in worst[:_NAMED])
    return ", ".join(names) + (f" and {len(worst) - _NAMED} more" if len(worst) > _NAMED else "")


def facts(run: Run, look: Look) -> tuple[tuple[str, str], ...]:
    """What was compared, when, how and from where: pairs of a word and its text."""
    return tuple(_facts(run, look))


def _facts(run: Run, look: Look) -> Iterator[tuple[str, str]]:
    windows = run.windows
    yield "service", said(run.plan.service, 200)
    yield "window", _window(windows.after, look)
    if windows.before is not None:
        yield "before", _window(windows.before, look)
    if windows.deploy_time is not None:
        yield "deploy", times.moment(windows.deploy_time, look)
    yield "compared", said(run.comparison_note)
    yield "source", said(run.source.description)
    yield "miss cost", _cost(run.plan.cost)


def _window(grid: Grid, look: Look) -> str:
    return f"{times.span(grid, look)}, {grid.intervals} intervals of {times.duration(grid.step)}"


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return "not known: no signal says what a miss costs"
    match cost.kind:
        case CostKind.LATENCY:
            return "by latency: how long a miss takes against a hit"
        case CostKind.DB_SECONDS:
            return "by the time that the database spends on it"
        case CostKind.DB_QUERIES:
            return "by the queries that it sends to the database"
        case CostKind.FIXED:
            return f"stated: {numbers.times(cost.value or 0)} times a hit"
        case _ as never:
            assert_never(never)


def query_rows(run: Run) -> tuple[QueryRow, ...]:
    """In the run's order; of a run with two windows each says its own."""
    return tuple(
        QueryRow(
            key=said(reading.query.key, 80) + (f" ({reading.query.period})" if run.windows.before else ""),
            text=said(reading.text, 2000),
            came=f"failed: {said(reading.failure.answer, 200)}"
            if reading.failure
            else f"{len(reading.series)} series" + (", summed by the server" if reading.summed_by_server else ""),
        )
        for reading in run.queries
    )
