"""What an expression measures, so that a panel and an alert about the same thing can be told from their texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dashgen.lint.meaning.screen.variables import has_variable
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Number, Offset, Paren, Ranged, Selector, Text
from dashgen.promql.tokens import seconds

_ANY = ""
"""A window that is a variable: as long as any other."""
_WHATEVER_GROUPS = frozenset({"max", "min"})


@dataclass(frozen=True, slots=True)
class Signature:
    """``factor`` times what ``text`` measures; ``windows`` are those of its ranges, '' where a variable decides."""

    text: str
    windows: tuple[str, ...]
    factor: float

    def same(self, other: Signature) -> bool:
        """Whether both measure the same."""
        return (
            self.text == other.text
            and len(self.windows) == len(other.windows)
            and all(_ANY in pair or pair[0] == pair[1] for pair in zip(self.windows, other.windows, strict=True))
        )


class _UnknownError(ValueError):
    """Something whose meaning the text alone does not tell."""


@lru_cache(maxsize=1024)  # of trees, which are large
def _signature(root: Node) -> Signature | None:
    node, factor = _scaled(root)
    writer = _Writer()
    try:
        text = writer.write(node)
    except _UnknownError:
        return None
    return Signature(text, tuple(writer.windows), factor) if factor and math.isfinite(factor) else None


def signature(root: Node | None) -> Signature | None:
    """What an expression measures; None when it reads no named series.

    Matchers with variables are left out, as somebody picks them; the groups of ``max`` and ``min`` too, as a threshold
    means the same for each.
    """
    return None if root is None else _signature(root)


def _scaled(node: Node) -> tuple[Node, float]:
    """The expression without the numbers it is multiplied and divided by, and those numbers as one factor."""
    factor = 1.0
    while True:
        if isinstance(node, Paren):
            node = node.inner
        elif isinstance(node, Binary) and node.operator.text in "*/" and isinstance(node.right, Number):
            factor = factor * node.right.value if node.operator.text == "*" else factor / (node.right.value or math.inf)
            node = node.left
        elif isinstance(node, Binary) and node.operator.text == "*" and isinstance(node.left, Number):
            factor, node = factor * node.left.value, node.right
        else:
            return node, factor


class _Writer:
    """Writes a tree as text that is equal for equal meanings."""

    def __init__(self) -> None:
        self.windows: list[str] = []

    def write(self, node: Node, *, grouped: bool = True) -> str:
        write = _WRITERS.get(type(node))
        if write is not None:
            return write(self, node, grouped)
        if isinstance(node, Inner) and not isinstance(node, Offset):
            return f"{type(node).__name__}({self.write(node.inner)})"
        raise _UnknownError

    def selector(self, node: Selector, _: bool) -> str:
        if not node.metric or has_variable(node.metric):
            raise _UnknownError
        fixed = sorted(
            f"{each.label}{each.operator.text}{each.text}"
            for each in node.matchers
            if each.label != "__name__" and not has_variable(each.value.text)
        )
        return f"{node.metric}{{{','.join(fixed)}}}"

    def ranged(self, node: Ranged, _: bool) -> str:
        length = seconds(node.range.text)
        self.windows.append(_ANY if length is None else f"{length:g}")
        return f"{self.write(node.inner)}[{':' if node.colon else ''}]"

    def aggregate(self, node: Aggregate, grouped: bool) -> str:
        function = node.function.text.lower()
        arguments = ",".join(self.write(each) for each in node.arguments)
        if not grouped or function in _WHATEVER_GROUPS or node.grouping is None:
            return f"{function}({arguments})"
        names = sorted(item.text for item in node.grouping.items if not has_variable(item.text))
        return f"{function} {node.grouping.word}({','.join(names)})({arguments})"

    def call(self, node: Call, _: bool) -> str:
        function = node.function.text
        if function in ("label_replace", "label_join", "sort", "sort_desc") and node.arguments:
            return self.write(node.arguments[0])
        if function == "histogram_quantile" and len(node.arguments) == 2:
            return f"{function}({self.write(node.arguments[0])},{self.write(node.arguments[1], grouped=False)})"
        return f"{function}({','.join(self.write(each) for each in node.arguments)})"

    def binary(self, node: Binary, _: bool) -> str:
        matching = node.matching
        on = f"{matching.word}({','.join(sorted(item.text for item in matching.items))})" if matching else ""
        return f"({self.write(node.left)} {node.operator.text.lower()}{on} {self.write(node.right)})"

    def paren(self, node: Paren, grouped: bool) -> str:
        return self.write(node.inner, grouped=grouped)

    def number(self, node: Number, _: bool) -> str:
        return f"{node.value:g}"

    def text(self, node: Text, _: bool) -> str:
        return repr(node.text)


_WRITERS: Mapping[type[Node], Callable[[_Writer, Any, bool], str]] = {
    Selector: _Writer.selector,
    Ranged: _Writer.ranged,
    Aggregate: _Writer.aggregate,
    Call: _Writer.call,
    Binary: _Writer.binary,
    Paren: _Writer.paren,
    Number: _Writer.number,
    Text: _Writer.text,
}
