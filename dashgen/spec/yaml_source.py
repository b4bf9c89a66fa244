"""YAML text -> plain data, with the position of every key and value.

Plain scalars follow the YAML 1.2 core rules, so ``no``, ``1:30`` and ``2026-01-31`` stay text. The parser's
events are read instead of composed nodes: depth, aliases and duplicate keys are then bounded as they appear.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml

from dashgen.errors import Problem
from dashgen.spec.document import Document, Entry, Node
from dashgen.spec.form import SPEC, Kind
from dashgen.spec.words import printable, quote, shorten
from dashgen.spec.yaml_syntax import Lines, character_problem, syntax_problem

MAX_DEPTH = 50
MAX_ALIASED_NODES = 20_000

_INT = re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class WrittenInt(int):
    """A whole number that remembers how it was written."""

    source: str


class WrittenFloat(float):
    """A number that remembers how it was written, so that version 0.10 is not 0.1."""

    source: str


class _Stop(Exception):  # noqa: N818 - ends the reading, is no error of ours
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def read_yaml(text: str, file: str, kind: Kind = SPEC) -> Document:
    """Reads one document; everything wrong with it is in ``problems`` of the result, nothing is raised."""
    document = Document(file, Lines(text))
    problem = character_problem(text, file, document.lines)
    if problem:
        document.problems.append(problem)
        return document
    try:
        document.root = _Composer(document, text, kind).compose()
    except _Stop as stop:
        document.problems.append(stop.problem)
    except yaml.YAMLError as error:
        document.problems.append(syntax_problem(error, text, file, document.lines))
    return document


class _Composer:
    def __init__(self, document: Document, text: str, kind: Kind) -> None:
        self._document = document
        self._kind = kind
        self._parser = _Loader(text)
        self._anchors: dict[str, Node | None] = {}
        self._aliased = 0

    def compose(self) -> Node | None:
        next_event = self._parser.get_event
        next_event()
        if not isinstance(next_event(), yaml.DocumentStartEvent):
            return None
        root = self._node(next_event(), 0)
        next_event()
        event = next_event()
        if isinstance(event, yaml.DocumentStartEvent):
            self._report(
                event,
                "a second document starts here",
                f"one {self._kind.subject} per file",
                "move what follows `---` to a file of its own",
            )
        return root

    def _report(self, event: Any, found: str, expected: str, action: str) -> None:
        where = self._document.at(event.start_mark.index)
        self._document.problems.append(Problem(where, found, expected, action))

    def _stop(self, event: Any, found: str, expected: str, action: str) -> NoReturn:
        raise _Stop(Problem(self._document.at(event.start_mark.index), found, expected, action))

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if depth > MAX_DEPTH:
            self._stop(
                event,
                f"nested more than {MAX_DEPTH} levels deep",
                f"at most {MAX_DEPTH} levels",
                "check for a bracket that is never closed",
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        start = event.start_mark.index
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Node(start, items=[])
            self._fill_sequence(node, depth)
        else:
            node = Node(start, entries={})
            self._fill_mapping(node, depth)
        if event.tag not in _PLAIN_TAGS:
            node.broken = True
            self._report(
                event,
                f"the tag `{event.tag}`",
                "plain values without tags",
                "remove the tag and write the value itself",
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: Any) -> Node:
        text = event.value
        start = event.start_mark.index
        if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text):
            self._report(
                event,
                "text with a NUL or surrogate character",
                "text that can be written to a file",
                "remove the escape, such as \\0 or \\ud800",
            )
            return Node(start, broken=True)
        if not event.implicit[0]:
            return Node(start, text)
        return Node(start, _plain(text), written=text != "")

    def _fill_sequence(self, node: Node, depth: int) -> None:
        items: list[Node] = []
        while not isinstance(event := self._parser.get_event(), yaml.SequenceEndEvent):
            items.append(self._grow(node, event, depth))
        node.items = items

    def _fill_mapping(self, node: Node, depth: int) -> None:
        entries: dict[str, Entry] = {}
        merged: list[Node] = []
        while not isinstance(event := self._parser.get_event(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            start = event.start_mark.index
            value = self._grow(node, self._parser.get_event(), depth)
            if key is None:
                continue
            if key == "<<" and event.implicit[0]:
                merged += self._merge(event, value)
            elif key in entries:
                first = self._document.at(entries[key].start)
                self._report(
                    event,
                    f"the key {quote(key)} is here a second time",
                    f"each key once; the first is at {first.line}:{first.column}",
                    "keep one of the two",
                )
            else:
                entries[key] = Entry(start, value)
        for other in merged:
            for name, entry in (other.entries or {}).items():
                entries.setdefault(name, entry)
        node.entries = entries

    def _grow(self, node: Node, event: Any, depth: int) -> Node:
        child = self._node(event, depth + 1)
        node.size += child.size
        node.height = max(node.height, child.height + 1)
        return child

    def _key(self, event: Any, depth: int) -> str | None:
        """The key as text; None, with a problem reported, when it is something else."""
        node = self._node(event, depth + 1)
        if isinstance(node.scalar, str):
            return node.scalar
        if self._kind.number_keys and isinstance(node.scalar, (WrittenInt, WrittenFloat)):
            return node.scalar.source
        if node.broken:
            return None
        written = printable(shorten(getattr(event, "value", "")))
        self._report(
            event,
            f"the key `{written}` is not text" if written else "a key that is not text",
            "keys that are text",
            f'put it in quotes: "{written}"' if written else "write the name of the key before the colon",
        )
        return None

    def _merge(self, event: Any, value: Node) -> list[Node]:
        sources = [value] if value.items is None else value.items
        if all(source.entries is not None for source in sources):
            return sources
        self._report(
            event,
            "`<<` followed by something that is no mapping",
            "an alias of a mapping, or a list of them",
            "write `<<: *name`, with `&name` at the mapping to copy",
        )
        return []

    def _alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self._anchors:
            known = ", ".join(f"`*{name}`" for name in sorted(self._anchors)[:20])
            self._stop(
                event,
                f"the alias `*{event.anchor}` refers to nothing",
                f"one of the anchors before it: {known}" if known else f"an anchor `&{event.anchor}` before it",
                f"add `&{event.anchor}` to the value it should repeat, or quote the text if it is no alias",
            )
        node = self._anchors[event.anchor]
        if node is None:
            self._stop(
                event,
                f"the alias `*{event.anchor}` is inside the value it repeats",
                "a value that does not contain itself",
                f"remove `*{event.anchor}`",
            )
        self._aliased += node.size
        if self._aliased > MAX_ALIASED_NODES:
            self._stop(
                event,
                f"aliases that expand to more than {MAX_ALIASED_NODES} values",
                f"a {self._kind.name} of ordinary size",
                "write the values out instead of repeating aliases of aliases",
            )
        if depth + node.height > MAX_DEPTH:
            self._stop(
                event,
                f"nested more than {MAX_DEPTH} levels deep by the alias `*{event.anchor}`",
                f"at most {MAX_DEPTH} levels",
                "write the values out instead of repeating aliases of aliases",
            )
        return node


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        whole = WrittenInt(text, 0) if text[:2] in ("0o", "0x") else WrittenInt(text)
        whole.source = text
        return whole
    if _FLOAT.fullmatch(text) or _INFINITE.fullmatch(text):
        number = WrittenFloat(text.replace(".", "", 1) if text[-1].isalpha() else text)
        number.source = text
        return number
    return text
