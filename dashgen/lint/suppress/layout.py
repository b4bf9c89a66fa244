"""A YAML text by its lines: which ``#`` begins a comment, and what is further inside than a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from dashgen.lint.text.yaml_nodes import YamlError, YamlNode, stream

_ITEM = re.compile(r"[ ]*-(?:\s|$)")


class Layout:
    """Built once for a document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        self._scalars = sorted(_scalars(text))
        self._written = [number for number, line in enumerate(self._lines) if _says_something(line)]

    def is_comment(self, at: int) -> bool:
        """Whether the ``#`` there is behind a blank and in no value."""
        before = self._text[at - 1 : at] if at else ""
        if before not in ("", " ", "\t", "\n", "\r", "\ufeff"):
            return False
        number = bisect_right(self._scalars, (at, len(self._text))) - 1
        return number < 0 or not self._scalars[number][0] <= at < self._scalars[number][1]

    def covered(self, comment: int) -> tuple[int, int]:
        """What a comment is about: its line, or the next one when it stands alone, and all that is further inside."""
        number = bisect_right(self._starts, comment) - 1
        if not self._text[self._starts[number] : comment].strip(" \t\ufeff"):
            following = bisect_right(self._written, number)
            if following == len(self._written):
                return comment, comment + 1
            number = self._written[following]
        last = self._last_inside(number)
        return self._starts[number] + self._indent(number), self._starts[last] + len(self._lines[last].rstrip())

    def _last_inside(self, number: int) -> int:
        indent, last = self._indent(number), number
        item = _ITEM.match(self._lines[number]) is not None
        for inner in self._written[bisect_right(self._written, number) :]:
            depth = self._indent(inner)
            # The items of a list may be as far to the left as its key.
            below = depth == indent and not item and _ITEM.match(self._lines[inner]) is not None
            if depth < indent or (depth == indent and not below):
                break
            last = inner
        return last

    def _indent(self, number: int) -> int:
        return len(self._lines[number]) - len(self._lines[number].lstrip(" "))


def _says_something(line: str) -> bool:
    """Whether there is more on a line than a comment."""
    words = line.strip()
    return bool(words) and words[0] != "#"


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Where values are written, in which nothing is a comment; of a block from the line behind its ``|``."""
    try:
        for root in stream(text):
            waiting, seen = [root], set[int]()
            while waiting:
                node = waiting.pop()
                if id(node) in seen:
                    continue
                seen.add(id(node))
                waiting += node.items
                if node.kind == "scalar":
                    yield _content(text, node), node.end
    except YamlError:
        return


def _content(text: str, node: YamlNode) -> int:
    if node.style in ("|", ">"):
        return text.find("\n", node.start, node.end) + 1 or node.end
    return node.start
