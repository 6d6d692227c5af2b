"""Power: what a window of this traffic can prove of one condition."""

from dataclasses import dataclass

from canary_guard.model.measure import Scale
from canary_guard.model.rule import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """Of one condition of a rule."""

    rule: str
    measure: str
    direction: Direction
    bound: str
    """As the team wrote it."""
    scale: Scale
    smallest: float | None
    """theta: the smallest change that this window proves to be beyond the bound, four times out of five"""
    window: int
    """ms: this window, as far as it was counted"""
    needed: int | None
    """ms: the window in which a canary that changes nothing is proved within; None where a day would not do"""
    by_pods: bool
    """What pods differ by is what widens the interval: more pods narrow it, more time does not."""
