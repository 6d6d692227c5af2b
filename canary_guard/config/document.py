"""YAML text in, nodes out, each with its line and column; whatever is not one plain mapping is a ConfigError.

Scalars are read by the core schema of YAML 1.2 (section 10.3 of its specification), so that `no` is a word, `1:30` is
not a number and `1e3` is one. Tags and several documents are refused. So is what expands: aliases count as often as
they are used.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from canary_guard.config.nodes import Entry, Items, Node, Place, Plain, Scalar, Section
from canary_guard.config.wording import quoted
from canary_guard.errors import ConfigError, Problem

MAX_CHARACTERS = 1_000_000
MAX_NODES = 10_000
MAX_DEPTH = 40
_MAX_NUMBER = 64

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())}


def parse(text: str, *, file: str) -> tuple[Section, tuple[Problem, ...]]:
    """The one mapping that a configuration or pack is, and what is wrong with it but leaves the rest readable.

    ConfigError where nothing can be made of the text.
    """
    node, problems = parse_value(text, file=file)
    match node:
        case Section():
            return node, problems
        case Scalar(value=None):
            raise ConfigError(Problem(what="the file is empty", file=file))
        case _:
            kind = "a list" if isinstance(node, Items) else f"the text {quoted(node.value)}"
            raise _refused(node.place, f"expected keys such as `service:`, found {kind}")


def parse_value(text: str, *, file: str) -> tuple[Node, tuple[Problem, ...]]:
    """Any one YAML value, likewise; an empty text is a scalar without a value."""
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(Problem(what=f"too large: {len(text)} characters, at most {MAX_CHARACTERS}", file=file))
    text = text.removeprefix("\ufeff")
    try:
        composer = _Composer(yaml.parse(text, Loader=yaml.SafeLoader), file)
        return composer.document(), tuple(composer.problems)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, error.position - before.rfind("\n"))
        what = f"not text: the character {error.character:#04x} is not allowed in YAML"
        raise _refused(place, what) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)
        raise _refused(place, _reworded(error, text)) from None


def _refused(place: Place, what: str) -> ConfigError:
    return ConfigError(Problem(what=what, file=place.file, line=place.line, column=place.column))


def _reworded(error: yaml.MarkedYAMLError, text: str) -> str:
    found, mark = str(error.problem), error.problem_mark
    if mark is not None and text.splitlines()[mark.line : mark.line + 1] and "\t" in _indent(text, mark.line):
        return "a tab; indent with spaces"
    if "cannot start any token" in found:
        return f"not valid YAML: {found}; put the value in quotes"
    if "mapping values are not allowed" in found:
        return "not valid YAML: a second `: ` on this line; put the value in quotes, or check the indentation"
    return "not valid YAML: " + (f"{error.context}, {found}" if error.context else found)


def _indent(text: str, line: int) -> str:
    whole = text.splitlines()[line]
    return whole[: len(whole) - len(whole.lstrip())]


def _mark(mark: Any) -> yaml.Mark:  # noqa: ANN401 - declared optional, but the parser always gives one
    return mark  # type: ignore[no-any-return]


_Node = yaml.AliasEvent | yaml.ScalarEvent | yaml.CollectionStartEvent


class _Composer:
    """Builds nodes from parser events, counting as it goes."""

    def __init__(self, events: Iterator[Any], file: str) -> None:
        self.events = events
        self.file = file
        self.problems: list[Problem] = []
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.count = 0

    def document(self) -> Node:
        found: Node = Scalar(value=None, place=Place(self.file, 1, 1))
        documents = 0
        for event in self.events:
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise self.refused(event, "a second document (`---`); a file holds one configuration")
                case yaml.AliasEvent() | yaml.ScalarEvent() | yaml.CollectionStartEvent():
                    found = self.node(event, depth=1)
                case _:
                    pass
        return found

    def node(self, event: _Node, *, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.refused(event, f"nested deeper than {MAX_DEPTH} levels")
        return self.alias(event) if isinstance(event, yaml.AliasEvent) else self.anchored(event, depth)

    def anchored(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, depth: int) -> Node:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self.refused(event, f"the tag {quoted(tag)}; only plain YAML is read")
        before = self.count
        self.counted(event, 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        match event:
            case yaml.ScalarEvent():
                node: Node = self.scalar(event)
            case yaml.SequenceStartEvent():
                node = self.sequence(event, depth)
            case _:
                node = self.mapping(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node, self.count - before
        return node

    def alias(self, event: yaml.AliasEvent) -> Node:
        name = f"`*{event.anchor}`"
        if event.anchor not in self.anchors:
            raise self.refused(event, f"{name} stands for nothing: there is no `&{event.anchor}` before it")
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise self.refused(event, f"{name} contains itself")
        node, size = anchored
        self.counted(event, size)
        return node

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = _mark(event.start_mark), _mark(event.end_mark)
        quotes = len(event.style or "")
        literal = start.line == end.line and end.column - start.column == len(event.value) + 2 * quotes
        return Scalar(
            value=event.value if event.style else resolved(event.value),
            place=self.place(event),
            text_column=start.column + quotes + 1 if literal else None,
        )

    def sequence(self, event: yaml.Event, depth: int) -> Items:
        items = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(item, depth=depth + 1))
        return Items(items=tuple(items), place=self.place(event))

    def mapping(self, event: yaml.Event, depth: int) -> Section:
        entries: dict[str, Entry] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise self.refused(key, "a key must be a word")
            entry = Entry(key=self.place(key), value=self.node(next(self.events), depth=depth + 1))
            if key.value in entries:
                first = entries[key.value].key.line
                self.problems += self.refused(key, f"the key {quoted(key.value)} is in line {first} already").problems
            entries.setdefault(key.value, entry)
        return Section(entries=entries, place=self.place(event))

    def counted(self, event: yaml.Event, size: int) -> None:
        self.count += size
        if self.count > MAX_NODES:
            raise self.refused(event, f"more than {MAX_NODES} values, aliases counted as often as they are used")

    def place(self, event: yaml.Event) -> Place:
        start = _mark(event.start_mark)
        return Place(self.file, start.line + 1, start.column + 1)

    def refused(self, event: yaml.Event, what: str) -> ConfigError:
        return _refused(self.place(event), what)


def resolved(text: str) -> Plain | None:
    """What an unquoted scalar means in YAML 1.2's core schema; None for null. A number of absurd length stays text."""
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if len(text) > _MAX_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
