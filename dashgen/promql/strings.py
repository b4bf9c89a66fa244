"""Strings of PromQL: which escapes Prometheus knows in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashgen.promql.nodes import Node, Place, Selector, Text

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|.)", re.DOTALL)
_KNOWN = frozenset("abfnrtv\\")


def unknown_escapes(written: str) -> Iterator[tuple[int, int]]:
    """The characters of the escapes in a string, with its quotes, that are a syntax error."""
    mark = written[:1]
    if mark == "`" or "\\" not in written:
        return
    for match in _ESCAPE.finditer(written, 1, len(written) - 1):
        if len(match[1]) == 1 and match[1] not in _KNOWN and match[1] != mark:
            yield match.start(), match.end()


def strings(root: Node) -> Iterator[Place]:
    """Every string of a tree, those of matchers too."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Text):
            yield node
        elif isinstance(node, Selector):
            yield from (matcher.value for matcher in node.matchers)
        stack += node.children()
