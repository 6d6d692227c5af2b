"""What stands over the file: flags first, then `--set key=value`; each knows its name, so that an error can say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canary_guard.config.document import parse_value
from canary_guard.config.nodes import Node, Place, Scalar, Section, moved, put
from canary_guard.config.wording import RefusedError, quoted
from canary_guard.errors import ConfigError, Problem

_FLAGS = {
    "source.prometheus.url": "--source-url",
    "select.baseline": "--baseline",
    "select.canary": "--canary",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One value over the file's."""

    path: tuple[str, ...]
    value: Node

    @property
    def into_packs(self) -> bool:
        """Whether it changes a part of something that a pack may have written: `signals.misses.counter`."""
        return self.path[0] in ("signals", "rules") and len(self.path) > 1


def read_overrides(
    flags: Mapping[str, object], settings: Sequence[str], *, variables: Mapping[str, str] = {}
) -> tuple[tuple[Override, ...], list[Problem]]:
    """Flags are by key or dotted path and leave out None; a setting is `key=value` with a value in YAML.

    `variables` has, by key, the names of the environment variables that gave a flag its value.
    """
    found = [_flag(key, value, variables.get(key)) for key, value in flags.items() if value is not None]
    problems: list[Problem] = []
    for setting in settings:
        key, sign, text = setting.partition("=")
        place = Place(f"--set {key}")
        path = tuple(key.strip().split("."))
        if not sign or not all(path):
            what = f'expected `key=value`, such as `select.canary=track="canary"`, found {quoted(setting)}'
            problems.append(Problem(what=what, file="--set"))
            continue
        try:
            value, wrong = parse_value(text, file=place.file)
        except ConfigError as error:
            wrong = error.problems
        else:
            found.append(Override(path=path, value=moved(value, place)))
        problems += (Problem(what=one.what, file=place.file) for one in wrong)
    return tuple(found), problems


def _flag(key: str, value: object, variable: str | None) -> Override:
    place = Place(variable or _FLAGS.get(key, f"--{key.replace('_', '-')}"))
    plain = value if isinstance(value, str | int | float) else str(value)
    return Override(path=tuple(key.split(".")), value=Scalar(value=plain, place=place))


def overlay(tree: Section, overrides: Sequence[Override]) -> tuple[Section, list[Problem]]:
    """The tree with the overrides, and a problem for each that fits nowhere."""
    problems: list[Problem] = []
    for override in overrides:
        try:
            changed = put(tree, override.path, override.value)
        except RefusedError as error:
            problems.append(Problem(what=str(error), file=override.value.place.file))
        else:
            tree = changed if isinstance(changed, Section) else tree
    return tree, problems
