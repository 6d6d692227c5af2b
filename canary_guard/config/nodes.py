"""The tree that a configuration is read into: plain values, each with the place where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from canary_guard.config.wording import RefusedError, Trail, quoted, unknown
from canary_guard.errors import Problem

Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: in a file, or (without a line) by a flag."""

    file: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A text, number, truth value, or nothing."""

    value: Plain
    place: Place
    text_column: int | None = None
    """The column of its first character, where the file holds the text as it stands; then offsets are columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key and its value."""

    key: Place
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Keys with values."""

    entries: Mapping[str, Entry]
    place: Place

    def get(self, key: str) -> Node | None:
        """The value of a key, None without it."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Node = Scalar | Items | Section


def plain(node: Node) -> Any:  # noqa: ANN401 - whatever YAML can hold
    """The node's value as strings, numbers, lists and dicts."""
    match node:
        case Scalar(value=value):
            return value
        case Items(items=items):
            return [plain(item) for item in items]
        case Section(entries=entries):
            return {key: plain(entry.value) for key, entry in entries.items()}
        case _ as never:
            assert_never(never)


def problem(root: Node, path: Trail, what: str, *, offset: int | None = None, key: bool = False) -> Problem:
    """A problem at the deepest part of the path that was written; `key` means the key rather than its value."""
    node, place = root, root.place
    for part in path:
        match node:
            case Section(entries=entries) if (entry := entries.get(str(part))) is not None:
                node = entry.value
                place = entry.key if key else node.place
            case Items(items=items) if isinstance(part, int) and part < len(items):
                node = items[part]
                place = node.place
            case _:
                break
    column = place.column
    if offset is not None and isinstance(node, Scalar) and node.text_column is not None:
        column = node.text_column + offset
    return Problem(what=what, file=place.file, line=place.line, column=column)


def put(node: Node | None, path: tuple[str, ...], value: Node) -> Node:
    """The tree with `value` at the path; sections on the way are made, an item of a list is named by its `id`.

    RefusedError where the path leads through something that has no keys.
    """
    if not path:
        return value
    key, rest = path[0], path[1:]
    match node:
        case None:
            return Section(entries={key: Entry(key=value.place, value=put(None, rest, value))}, place=value.place)
        case Section(entries=entries):
            old = entries.get(key)
            new = put(None if old is None else old.value, rest, value)
            entry = Entry(key=value.place if old is None else old.key, value=new)
            return replace(node, entries={**entries, key: entry})
        case Items(items=items):
            ids = [identity(item) for item in items]
            if key not in ids:
                raise RefusedError(unknown("id", key, [name for name in ids if name]))
            index = ids.index(key)
            return replace(node, items=(*items[:index], put(items[index], rest, value), *items[index + 1 :]))
        case Scalar():
            raise RefusedError(f"there is no key {quoted(key)} below {quoted(node.value)}")
        case _ as never:
            assert_never(never)


def identity(node: Node) -> str | None:
    """The `id` of an item of a list; None without one."""
    found = node.get("id") if isinstance(node, Section) else None
    return found.value if isinstance(found, Scalar) and isinstance(found.value, str) else None


def moved(node: Node, place: Place) -> Node:
    """The same values, as written at one place: by a flag, which has no lines."""
    match node:
        case Scalar():
            return Scalar(value=node.value, place=place)
        case Items(items=items):
            return Items(items=tuple(moved(item, place) for item in items), place=place)
        case Section(entries=entries):
            return Section(
                entries={key: Entry(key=place, value=moved(entry.value, place)) for key, entry in entries.items()},
                place=place,
            )
        case _ as never:
            assert_never(never)


def flaws(node: Node, path: Trail = ()) -> Iterator[tuple[Trail, str]]:
    """Keys and items without a value, and texts that are none: half a character, from an escape or another encoding."""
    match node:
        case Scalar(value=None):
            name = quoted(path[-1]) if path and isinstance(path[-1], str) else "this item"
            yield path, f"{name} has no value; leave the key out for its default"
        case Scalar(value=str(text)) if not _is_text(text):
            yield path, f"{quoted(text)} is not text in UTF-8"
        case Scalar():
            pass
        case Items(items=items):
            for index, item in enumerate(items):
                yield from flaws(item, (*path, index))
        case Section(entries=entries):
            for key, entry in entries.items():
                if not _is_text(key):
                    yield (*path, key), f"the key {quoted(key)} is not text in UTF-8"
                yield from flaws(entry.value, (*path, key))
        case _ as never:
            assert_never(never)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
