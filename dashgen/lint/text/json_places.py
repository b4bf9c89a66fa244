"""Where the values of a JSON text are written.

Only what a path leads through is looked at: what is beside it is skipped by the parser of the standard library.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from json.decoder import scanstring  # type: ignore[attr-defined]  # the one that is written in C

from dashgen.lint.document import Path
from dashgen.lint.text.pieces import Pieces

Span = tuple[int, int]
_BLANK = re.compile(r"[ \t\n\r\ufeff]*")
_WRITTEN = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|(?P<plain>[^\\]+)", re.DOTALL
)
_DECODER = json.JSONDecoder(strict=False)


class JsonPlaces:
    """Built once for a document; remembers the parts of every object and list it went through."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: dict[int, dict[str | int, tuple[Span | None, Span]]] = {}
        self._pieces: dict[int, Pieces] = {}
        start = self._blank(0)
        self._root: Span = (start, len(text.rstrip()))

    def span(self, path: Path, *, key: bool) -> tuple[Span, bool]:
        """The characters of a value or its key; those of the nearest around it, and False, when it is not there."""
        value, name, exact = self._find(path)
        if key and name is not None:
            return name, exact
        return value, exact and not key

    def characters(self, path: Path, start: int, end: int) -> Span | None:
        """Characters of a text; those of a number as it is written; None when it is neither, or is not there."""
        (first, last), _, exact = self._find(path)
        if not exact or self._text[first : first + 1] in ("{", "["):
            return None
        if self._text[first : first + 1] != '"':
            return min(first + start, last), min(first + end, last)
        if first not in self._pieces:
            self._pieces[first] = self._string(first + 1, last - 1)
        return self._pieces[first].between(start, end)

    def _string(self, start: int, end: int) -> Pieces:
        pieces = Pieces()
        for match in _WRITTEN.finditer(self._text, start, end):
            size = match.end() - match.start()
            pieces.add(size if match["plain"] else 1, match.start(), size)
        return pieces

    def _find(self, path: Path) -> tuple[Span, Span | None, bool]:
        value, name = self._root, None
        for step in path:
            found = self._inside(value[0]).get(step)
            if found is None and isinstance(step, int) and step < 0:
                parts = self._inside(value[0])
                found = parts.get(len(parts) + step)
            if found is None:
                return value, name, False
            name, value = found
        return value, name, True

    def _inside(self, start: int) -> dict[str | int, tuple[Span | None, Span]]:
        if start not in self._parts:
            found: dict[str | int, tuple[Span | None, Span]] = {}
            self._parts[start] = found
            # Where the text is broken, what was found before is right.
            with suppress(ValueError, StopIteration, RecursionError, IndexError):
                self._read(start, found)
        return self._parts[start]

    def _read(self, start: int, found: dict[str | int, tuple[Span | None, Span]]) -> None:
        text = self._text
        opened = text[start : start + 1]
        if opened not in ("{", "["):
            return
        at = self._blank(start + 1)
        while text[at] not in "}]":
            name: Span | None = None
            step: str | int = len(found)
            if opened == "{":
                step, behind = scanstring(text, at + 1, False)
                name = (at, behind)
                at = self._blank(self._blank(behind) + 1)
            _, end = _DECODER.scan_once(text, at)  # type: ignore[attr-defined]
            found[step] = (name, (at, end))
            at = self._blank(end)
            if text[at] == ",":
                at = self._blank(at + 1)

    def _blank(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return match.end() if match else at
