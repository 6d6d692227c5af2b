"""Findings of conditions for which there is no estimate: undetermined, with the reason."""

from canary_guard.model.estimate import NoEstimate, Undetermined
from canary_guard.model.finding import ConditionFinding, Outcome
from canary_guard.model.rule import Leaf
from canary_guard.model.window import Comparison


def without_data(condition: Leaf, comparison: Comparison, reason: str) -> ConditionFinding:
    """A condition that cannot be judged for want of data."""
    return ConditionFinding(
        condition=condition,
        comparison=comparison,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.DATA,
        reason=reason,
    )


def without_estimate(condition: Leaf, nothing: NoEstimate, *, more_time: int | None) -> ConditionFinding:
    """A condition whose measure has no estimate: the estimator's kind and words; `more_time` in ms.

    What a source did not answer is always want of data.
    """
    return ConditionFinding(
        condition=condition,
        comparison=nothing.comparison,
        outcome=Outcome.UNDETERMINED,
        undetermined=Undetermined.DATA if nothing.from_source else nothing.undetermined,
        reason=nothing.reason,
        more_time=more_time,
        from_source=nothing.from_source,
    )
