"""What a rule may ask and this version cannot judge yet: read and checked like the rest, then listed as not asked."""

from collections.abc import Mapping
from types import MappingProxyType

from canary_guard.model.measure import BoundUnit, Measure, Scale, Shape
from canary_guard.model.rule import ChangeCondition, Rule, leaves

UNJUDGED: Mapping[str, Measure] = MappingProxyType(
    {
        "utilisation": Measure(
            name="utilisation",
            title="utilisation of the database",
            shape=Shape.SHARE,
            bounds=(),
            scale=Scale.RATIO,
            higher_is_worse=True,
        ),
        "burst_ratio": Measure(
            name="burst_ratio",
            title="worst interval of misses against its mean",
            shape=Shape.TIMES,
            bounds=(BoundUnit.PERCENT, BoundUnit.TIMES),
            scale=Scale.RATIO,
            higher_is_worse=True,
        ),
    }
)
_REASONS = {
    "utilisation": "the utilisation of the database is not projected by this version",
    "burst_ratio": "bursts are not judged by this version",
}


def unjudged(rule: Rule) -> str | None:
    """Why this version cannot judge a rule; None where it can."""
    for leaf in leaves(rule.when):
        if leaf.measure in UNJUDGED:
            return _REASONS[leaf.measure]
        if isinstance(leaf, ChangeCondition) and leaf.any_stratum:
            return "strata are not judged by this version"
    return None
