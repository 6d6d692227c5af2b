"""Absence: why a signal cannot be used on a side, in sentences for a person."""

from canary_guard.model.measurement import Missing
from canary_guard.model.plan import Plan
from canary_guard.model.series import Reading
from canary_guard.model.signal import Scope, Selector
from canary_guard.model.window import Arm
from canary_guard.stats.places import Place
from canary_guard.stats.refusal import word


def failed(reading: Reading) -> Missing | None:
    """The source could not answer; None if it did."""
    if reading.failure is None:
        return None
    answer, advice = reading.failure.answer.rstrip("."), reading.failure.advice
    reason = f"{word(reading.query.key)} could not be read from {reading.where}: {answer}. {advice}".rstrip()
    return Missing(reason=reason, from_source=True)


def unlabelled(reading: Reading, place: Place) -> Missing | None:
    """No series of the answer has the unit's label; None if one has, or if there is no series."""
    series = [*place.series(reading)]
    if not series or not place.by_unit(reading) or any(place.unit_of(reading, one)[0] for one in series):
        return None
    return Missing(
        reason=f"the label `{place.unit}`, which `unit` names, does not exist on {asked(reading, place)}",
    )


def no_samples(reading: Reading, *places: Place) -> Missing:
    """Nothing came back for this side, or for both."""
    if reading.query.promql is None:
        texts = dict.fromkeys(asked(reading, place) for place in places)
        found = f"nothing at {reading.where} matches {', nor '.join(texts)}"
    else:
        found = f"nothing came back from {reading.where} for {reading.text}"
    sides = " or ".join(place.name for place in places)
    return Missing(reason=f"no samples of {word(reading.query.key)} for {sides}: {found}")


def unusable(reading: Reading, place: Place) -> Missing:
    """What came back for this side are no numbers that a counter can have."""
    reason = (
        f"every sample of {word(reading.query.key)} for {place.name} is NaN, infinite, negative or no number: "
        f"{asked(reading, place)} at {reading.where}"
    )
    return Missing(reason=reason)


def implausible(reading: Reading, place: Place, due: float) -> Missing:
    """Nothing came back for this side, although there is much that it should be found with."""
    reason = (
        f"no samples of {word(reading.query.key)} for {place.name}, although about {due:.0f} were due by the other "
        f"side's rate: has a label value been renamed? Nothing at {reading.where} matches {asked(reading, place)}"
    )
    return Missing(reason=reason)


def at_a_standstill(reading: Reading, place: Place, *, last: int, due: float | None) -> Missing:
    """A counter of which nothing came over the last intervals of this side, although there is much that should have."""
    if due is None:
        reason = (
            f"every counter of {place.name} stands still over the last {last} intervals, while the other side goes on: "
            "it has no traffic, or what answers has frozen"
        )
    else:
        reason = (
            f"{word(reading.query.key)} of {place.name} stand still over the last {last} intervals, although about "
            f"{due:.0f} were due by the other side's rate: {asked(reading, place)} at {reading.where}"
        )
    return Missing(reason=reason)


def asked(reading: Reading, place: Place) -> str:
    """What was asked of the source for a place, as one selector; the text of a query of the user's own."""
    query = reading.query
    if query.promql is not None:
        return reading.text
    select = query.select
    if query.scope is Scope.SHARED:
        selector = (*(select.shared or ()), *query.where)
    else:
        arm = {Arm.BASELINE: select.baseline, Arm.CANARY: select.canary}
        own = [arm[one] or () for one in place.arms if one is not None] if len(place.arms) == 1 else []
        selector = (*select.everything, *(own[0] if own else ()), *query.where)
    return f"{query.metric}{{{_text(selector)}}}"


NO_WINDOW_BEFORE = Missing(reason="there is no window before the deploy to compare with")


def not_side_by_side(plan: Plan) -> dict[str, Missing]:
    """Signals that cannot tell the arms apart, where there is no window before the deploy to hold them against."""
    return {
        signal.name: Missing(
            reason=f"{word(signal.name)} are counted for both arms together (`scope: shared`), so they can be compared "
            "before and after the deploy only, and there is no window before the deploy"
        )
        for signal in plan.signals
        if signal.scope is Scope.SHARED and signal.reads.kind != "gauge"
    }


def _text(selector: Selector) -> str:
    return ", ".join(
        f'{matcher.label}{matcher.operator.value}"{matcher.value.translate(_ESCAPES)}"' for matcher in selector
    )


_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
