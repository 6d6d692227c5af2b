"""Label matching as Prometheus does it: which series a selector means, and to which arm a series belongs."""

import re
from collections.abc import Mapping
from typing import assert_never

from canary_guard.errors import ConfigError, Problem
from canary_guard.model.signal import Matcher, MatchOperator, Selection, Selector
from canary_guard.model.window import Arm


def matches(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy every matcher; an absent label is the empty string.

    A regular expression that Python's `re` cannot read is a ConfigError.
    """
    return all(_satisfies(matcher, labels.get(matcher.label, "")) for matcher in selector)


def arm_of(select: Selection, labels: Mapping[str, str]) -> Arm | None:
    """The arm whose selector the labels satisfy; None for neither. ConfigError where both do: the arms overlap."""
    baseline = select.baseline is not None and matches(select.baseline, labels)
    canary = select.canary is not None and matches(select.canary, labels)
    if baseline and canary:
        named = ", ".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
        raise overlapping(select, f"{{{named}}} satisfies")
    if baseline:
        return Arm.BASELINE
    return Arm.CANARY if canary else None


def overlapping(select: Selection, found: str) -> ConfigError:
    """The error of arms that overlap in the data, where no place in a file is known: it names both selectors."""
    baseline, canary = (_text(selector or ()) for selector in (select.baseline, select.canary))
    what = f"the arms overlap: {found} both `select.baseline` ({baseline}) and `select.canary` ({canary}), and a fleet "
    return ConfigError(Problem(what=what + "compared with itself always passes; make the selectors exclude each other"))


def labels_of(*selectors: Selector | None) -> tuple[str, ...]:
    """The names of all labels that the selectors look at, sorted."""
    return tuple(sorted({matcher.label for selector in selectors if selector for matcher in selector}))


def _text(selector: Selector) -> str:
    return ", ".join(f'{one.label}{one.operator.value}"{one.value}"' for one in selector)


def _satisfies(matcher: Matcher, value: str) -> bool:
    match matcher.operator:
        case MatchOperator.EQUAL:
            return value == matcher.value
        case MatchOperator.NOT_EQUAL:
            return value != matcher.value
        case MatchOperator.MATCHES:
            return _whole(matcher).fullmatch(value) is not None
        case MatchOperator.NOT_MATCHES:
            return _whole(matcher).fullmatch(value) is None
        case _ as never:
            assert_never(never)


def _whole(matcher: Matcher) -> re.Pattern[str]:
    try:
        # In Prometheus a dot matches a line break, too.
        return re.compile(matcher.value, re.DOTALL)
    except re.error as error:
        text = f'{matcher.label}{matcher.operator.value}"{matcher.value}"'
        raise ConfigError(Problem(what=f"`{text}` is not a regular expression: {error}")) from None
