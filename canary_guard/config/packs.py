"""Packs: files of signals and rules, merged under what a configuration writes itself."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from canary_guard.config.document import parse
from canary_guard.config.nodes import Entry, Items, Node, Scalar, Section, identity, problem
from canary_guard.config.wording import Trail, meant, quoted, unknown
from canary_guard.errors import ConfigError, Problem

_PLACES = (Path(__file__).parents[1] / "rulepacks", Path(__file__).parents[2] / "rules")
"""In an installed wheel, and in a checkout."""


def pack_names() -> tuple[str, ...]:
    """The packs that come with canary-guard, by name."""
    return tuple(sorted(path.stem for path in packs_folder().glob("*.yaml") if path.stem != "causes"))


def packs_folder() -> Path:
    """Where the files are that come with canary-guard."""
    return next(place for place in _PLACES if place.is_dir())


def read_packs(tree: Section, *, folder: Path) -> tuple[tuple[Section, ...], list[Problem]]:
    """The default rules, unless they are off, and the packs that a configuration names, in order; and what is wrong.

    A path to a pack is relative to `folder`, where the configuration is.
    """
    default, named = tree.get("default_rules"), tree.get("packs")
    wanted: list[tuple[Path, Trail]] = [(packs_folder() / "default.yaml", ())]
    if isinstance(default, Scalar) and default.value is False:
        wanted = []
    problems: list[Problem] = []
    for index, item in enumerate(named.items if isinstance(named, Items) else ()):
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            continue  # which the schema refuses
        path: Trail = ("packs", index)
        name = item.value
        if "/" in name or name.endswith((".yaml", ".yml")):
            wanted.append((folder / Path(name).expanduser(), path))
        elif name in pack_names():
            wanted.append((packs_folder() / f"{name}.yaml", path))
        else:
            problems.append(problem(tree, path, unknown("pack", name, pack_names())))
    packs = []
    for file, at in wanted:
        try:
            text = file.read_bytes().decode()
            pack, wrong = parse(text, file=str(file))
        except OSError as error:
            problems.append(problem(tree, at, f"the pack {quoted(file)} cannot be read: {error.strerror}"))
        except UnicodeDecodeError as error:
            problems.append(Problem(what=f"not UTF-8 text (byte {error.start})", file=str(file)))
        except ConfigError as error:
            problems += error.problems
        else:
            problems += (*wrong, *_unknown_keys(pack))
            packs.append(pack)
    return tuple(packs), problems


def _unknown_keys(pack: Section) -> list[Problem]:
    known = ("signals", "rules")
    found = [
        problem(pack, (key,), f"unknown key {quoted(key)}; a pack has `signals` and `rules`", key=True)
        for key in pack.entries
        if key not in known
    ]
    if not any(key in pack.entries for key in known):
        found.append(problem(pack, (), "expected `signals` or `rules`"))
    return found


def merge(tree: Section, packs: Sequence[Section]) -> tuple[Section, list[Problem]]:
    """The configuration with the packs' signals and rules under its own, and what cannot be merged."""
    signals: dict[str, Entry] = {}
    rules: list[Node] = []
    problems: list[Problem] = []
    entries = dict(tree.entries)
    for layer in (*packs, tree):
        found = layer.get("signals")
        if isinstance(found, Section):
            signals |= found.entries
        elif found is not None:
            problems.append(problem(layer, ("signals",), "`signals`: expected keys with values"))
        listing = layer.get("rules")
        if isinstance(listing, Items):
            problems += _merge_rules(rules, listing)
        elif listing is not None:
            problems.append(problem(layer, ("rules",), "`rules`: expected a list"))
    entries["signals"] = Entry(key=tree.place, value=Section(entries=signals, place=tree.place))
    entries["rules"] = Entry(key=tree.place, value=Items(items=tuple(rules), place=tree.place))
    return replace(tree, entries=entries), problems


def _merge_rules(rules: list[Node], listing: Items) -> list[Problem]:
    """Puts the rules of one file over those before: the same id replaces, others are added."""
    problems = []
    before = [identity(rule) for rule in rules]
    seen: set[str] = set()
    for index, rule in enumerate(listing.items):
        name = identity(rule)
        if name in seen:
            problems.append(problem(listing, (index, "id"), f"the id {quoted(name)} is there already, in this file"))
        if name is None or name in seen or name not in before:
            rules.append(rule)
        else:
            rules[before.index(name)] = rule
        if name is None:
            continue
        if name not in before and _is_off(rule):
            near = meant(name, [one for one in before if one])
            problems.append(problem(listing, (index, "id"), f"there is no rule {quoted(name)} to turn off{near}"))
        seen.add(name)
    return problems


def _is_off(rule: Node) -> bool:
    severity = rule.get("severity") if isinstance(rule, Section) else None
    return isinstance(severity, Scalar) and severity.value == "off"
