"""Whether two selectors overlap for sure: each series of the one belongs to the other."""

import re
from typing import assert_never

from canary_guard.config.selectors import allows_everything
from canary_guard.model.signal import Matcher, MatchOperator, Selector

_ALTERNATIVES = re.compile(r"[\w-]+(\|[\w-]+)*")


def contains(outer: Selector, inner: Selector) -> bool:
    """Whether whatever satisfies `inner` is proved to satisfy `outer`; False means not proved."""
    return all(allows_everything(wanted) or any(_implies(given, wanted) for given in inner) for wanted in outer)


def _implies(given: Matcher, wanted: Matcher) -> bool:
    if given.label != wanted.label:
        return False
    values = _values(given)
    return given == wanted if values is None else all(_satisfies(value, wanted) for value in values)


def _values(matcher: Matcher) -> tuple[str, ...] | None:
    """The only values that a matcher allows; None where they cannot be listed."""
    if matcher.operator is MatchOperator.EQUAL:
        return (matcher.value,)
    if matcher.operator is MatchOperator.MATCHES and _ALTERNATIVES.fullmatch(matcher.value):
        return tuple(matcher.value.split("|"))
    return None


def _satisfies(value: str, matcher: Matcher) -> bool:
    match matcher.operator:
        case MatchOperator.EQUAL:
            return value == matcher.value
        case MatchOperator.NOT_EQUAL:
            return value != matcher.value
        case MatchOperator.MATCHES:
            return re.compile(matcher.value, re.DOTALL).fullmatch(value) is not None
        case MatchOperator.NOT_MATCHES:
            return re.compile(matcher.value, re.DOTALL).fullmatch(value) is None
        case _ as never:
            assert_never(never)
