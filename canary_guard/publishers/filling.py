"""A publisher's plan with `${NAME}` in it, and an environment, in; the plan with their values out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from canary_guard.errors import PublishError
from canary_guard.model.publishing import PublisherPlan
from canary_guard.variables import filled, variables

P = TypeVar("P", bound=PublisherPlan)


def filled_in(plan: P, environment: Mapping[str, str]) -> P:
    """The plan with the values of its variables, without blanks around them.

    PublishError, not tried, naming every variable that is not set or is empty, as CI systems leave a missing secret.
    """
    values = {field.name: getattr(plan, field.name) for field in fields(plan)}
    names = _names(plan)
    stripped = {name: environment[name].strip() for name in names if name in environment}
    unset = [name for name in names if name not in stripped]
    empty = [name for name, value in stripped.items() if not value]
    if unset or empty:
        raise PublishError("; ".join((*_told(unset, "not set"), *_told(empty, "empty"))), tried=False)
    changes: dict[str, Any] = {name: _filled(value, stripped) for name, value in values.items()}
    return replace(plan, **changes)


def values_in(plan: PublisherPlan, environment: Mapping[str, str]) -> list[str]:
    """The values of its variables."""
    return [environment[name].strip() for name in _names(plan) if name in environment]


def _names(plan: PublisherPlan) -> list[str]:
    texts = (text for field in fields(plan) for text in _texts(getattr(plan, field.name)))
    return list(dict.fromkeys(name for text in texts for name in variables(text)))


def _told(names: Sequence[str], what: str) -> Iterator[str]:
    if names:
        yield f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {what}"


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case tuple():
            yield from value
        case Mapping():
            yield from value.values()
        case _:
            pass


def _filled(value: object, environment: Mapping[str, str]) -> object:
    match value:
        case str():
            return filled(value, environment)
        case tuple():
            return tuple(filled(text, environment) for text in value)
        case Mapping():
            return {name: filled(text, environment) for name, text in value.items()}
        case _:
            return value
