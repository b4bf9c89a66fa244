"""A piece of text that holds one document: a JSON file, one document of a YAML stream, or a text inside another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Path = tuple[str | int, ...]
Syntax = Literal["json", "yaml"]


@dataclass(eq=False, slots=True)
class Document:
    """``data`` is what the text says; ``number`` counts the documents of a YAML stream from 0.

    ``outer`` is where the text stands when it is a value of another document, such as a key of a ConfigMap.
    ``encoded``: the text is not written there as it is (compressed), so places inside cannot be shown.
    """

    file: str
    text: str
    syntax: Syntax
    data: Any = None
    number: int = 0
    outer: Place | None = None
    encoded: bool = False
    positions: Any = field(default=None, repr=False)
    """What ``positions`` remembers of the text."""

    def at(self, *path: str | int) -> Place:
        """The value at a path."""
        return Place(self, path)

    def get(self, *path: str | int) -> Any:
        """What the document says at a path; None when it says nothing there."""
        value = self.data
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
                value = value[step]
            else:
                return None
        return value


@dataclass(frozen=True, slots=True)
class Place:
    """The value at a path of a document, or with ``key`` its key; ``start`` and ``end`` are characters of the value."""

    document: Document
    path: Path = ()
    start: int | None = None
    end: int | None = None
    key: bool = False

    def within(self, start: int, end: int) -> Place:
        """A part of the value, which is text."""
        return Place(self.document, self.path, start, end)

    def child(self, *path: str | int) -> Place:
        """A value inside this one."""
        return Place(self.document, (*self.path, *path))

    def named(self) -> Place:
        """The key instead of the value."""
        return Place(self.document, self.path, key=True)
