"""What a window can prove, as a table for a terminal."""

from collections.abc import Sequence

from canary_guard.model.estimate import Estimate
from canary_guard.model.measure import MEASURES, Scale
from canary_guard.model.power import Ability
from canary_guard.model.run import Run
from canary_guard.reports import numbers, times
from canary_guard.reports.layout import PLAIN, Cell, table, wrap
from canary_guard.reports.look import Look

_HEADER = ("rule", "measure", "bound", "proves", "a pass needs")


def render(run: Run, abilities: Sequence[Ability], look: Look) -> str:
    """A line per condition; nothing to tell is told."""
    window = times.duration(run.windows.after.end - run.windows.after.start)
    if not abilities:
        return "No condition has an estimate: nothing can be said of what this window proves.\n"
    rows: list[Sequence[Cell]] = [[(name, PLAIN) for name in _HEADER]]
    rows += [[(text, PLAIN) for text in _row(run, one)] for one in abilities]
    told = (
        f"What a window of {window} proves at this traffic: the smallest change that it proves to be beyond the "
        "bound, four times out of five, and the window in which a canary that changes nothing is proved within."
    )
    return "\n".join([*wrap(told, look.width), "", *table(rows, width=look.width, indent=0, color=False)]) + "\n"


def _row(run: Run, one: Ability) -> tuple[str, ...]:
    word = one.direction.value.replace("_", " ")
    return (one.rule, MEASURES[one.measure].title, f"{word} {one.bound}", _smallest(run, one), _needed(one))


def _smallest(run: Run, one: Ability) -> str:
    if one.smallest is None:
        return numbers.UNDEFINED
    if one.scale is Scale.RATIO:
        return numbers.ratio(one.smallest)
    shown = next(
        each
        for each in run.estimates
        if isinstance(each, Estimate) and (each.measure, each.scale) == (one.measure, one.scale)
    )
    return numbers.change(shown, one.smallest)


def _needed(one: Ability) -> str:
    if one.needed is not None:
        return "this window" if one.needed <= one.window else times.duration(one.needed)
    return "more pods" if one.by_pods else "more than a day"
