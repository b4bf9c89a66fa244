"""A YAML document as plain data that knows where each key and value is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from dashgen.errors import Location, Problem
from dashgen.spec.yaml_syntax import Lines

Path = tuple[str | int, ...]


class Entry(NamedTuple):
    """One ``key: value`` of a mapping; ``start`` is the position of the key."""

    start: int
    node: Node


@dataclass(slots=True)
class Node:
    """A value and where it starts. ``broken``: already reported, so nothing else about it should be."""

    start: int
    scalar: Any = None
    items: list[Node] | None = None
    entries: dict[str, Entry] | None = None
    written: bool = True
    broken: bool = False
    size: int = 1
    height: int = 0

    def child(self, step: str | int) -> Node | None:
        """The value under a key or index; None when there is none."""
        if self.entries is not None and isinstance(step, str):
            entry = self.entries.get(step)
            return entry.node if entry else None
        if self.items is not None and isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step]
        return None

    def data(
        self,
        without: frozenset[Path] = frozenset(),
        instead: Mapping[Path, Any] = MappingProxyType({}),
        path: Path = (),
    ) -> Any:
        """Plain data; paths ``without`` are left out, and paths ``instead`` get another value."""
        if path in instead:
            return instead[path]
        if self.entries is not None:
            added = {at[-1]: value for at, value in instead.items() if at and at[:-1] == path}
            return added | {
                key: entry.node.data(without, instead, (*path, key))
                for key, entry in self.entries.items()
                if (*path, key) not in without
            }
        if self.items is not None:
            return [
                item.data(without, instead, (*path, index))
                for index, item in enumerate(self.items)
                if (*path, index) not in without
            ]
        return self.scalar

    def broken_paths(self, path: Path = ()) -> Iterator[Path]:
        """Paths of the values that were reported while reading."""
        if self.broken:
            yield path
        for key, entry in (self.entries or {}).items():
            yield from entry.node.broken_paths((*path, key))
        for index, item in enumerate(self.items or ()):
            yield from item.broken_paths((*path, index))


@dataclass
class Document:
    """One YAML document: its root (None when nothing could be read) and what was wrong with it."""

    file: str
    lines: Lines
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)

    def at(self, start: int) -> Location:
        """Position of a character."""
        return Location(self.file, *self.lines.position(start))

    def holds(self, path: Path) -> bool:
        """Whether the file itself says something at this path."""
        node = self.root
        for step in path:
            # a single mapping may stand for a list of one
            inside = node if node and node.entries is not None and step == 0 else None
            node = inside or (node.child(step) if node else None)
        return node is not None

    def where(self, path: Path, *, key: bool = False) -> Location:
        """Position of the value at a path, of its key with ``key``, or of the nearest parent there is."""
        node = self.root
        if node is None:
            return Location(self.file)
        start = node.start
        for number, step in enumerate(path):
            entry = node.entries.get(step) if node.entries is not None and isinstance(step, str) else None
            following = node.child(step)
            if following is None and step == 0 and node.entries is not None:
                continue  # a single mapping that stands for a list of one
            if following is None:
                break
            node = following
            last = number == len(path) - 1
            start = entry.start if entry and ((key and last) or not node.written) else node.start
        return self.at(start)
