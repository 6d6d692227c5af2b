"""`${NAME}` in a text: found, and replaced from an environment."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def variables(text: str) -> list[str]:
    """What stands between each `${` and `}`, in order; not necessarily a name."""
    return _VARIABLE.findall(text)


def is_name(text: str) -> bool:
    """Whether an environment variable can be called so."""
    return _NAME.fullmatch(text) is not None


def filled(text: str, environment: Mapping[str, str]) -> str:
    """The text with the values of its variables; one that is not set stays as it stands."""
    return _VARIABLE.sub(lambda found: environment.get(found[1], found[0]), text)
