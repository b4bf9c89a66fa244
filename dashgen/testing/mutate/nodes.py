"""A PromQL expression as a tree whose every part knows where it is written: what operators look at.

promql_parser's tree has no places, and text rewritten from it is not always PromQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Characters ``[start, end)`` of the expression."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word(Place):
    """One token."""

    text: str


@dataclass(frozen=True, slots=True)
class LabelList(Place):
    """``by (a, b)``, ``without``, ``on``, ``ignoring``, ``group_left``, ``group_right``; the list may be left out."""

    word: str
    items: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Matcher(Place):
    """``label="value"`` between the braces of a selector."""

    label: str
    operator: Word
    value: Word


@dataclass(frozen=True, slots=True)
class Node(Place):
    """Any expression."""

    def children(self) -> tuple[Node, ...]:
        """The expressions inside, from left to right."""
        return ()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number, without a sign."""

    value: float


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string."""


@dataclass(frozen=True, slots=True)
class Selector(Node):
    """``name{matchers}`` without range and offset; ``name`` is None where only matchers select."""

    name: Word | None
    matchers: tuple[Matcher, ...]


@dataclass(frozen=True, slots=True)
class Inner(Node):
    """An expression with something around it or behind it."""

    inner: Node

    def children(self) -> tuple[Node, ...]:
        """The one inside."""
        return (self.inner,)


@dataclass(frozen=True, slots=True)
class Paren(Inner):
    """``( … )``."""


@dataclass(frozen=True, slots=True)
class Signed(Inner):
    """``-x`` or ``+x``."""


@dataclass(frozen=True, slots=True)
class Ranged(Inner):
    """``x[5m]``, or with ``colon`` a subquery ``x[1h:5m]`` whose step may be left out."""

    range: Word
    colon: bool
    step: Word | None


@dataclass(frozen=True, slots=True)
class Offset(Inner):
    """``x offset 1w``; the sign is the token before the duration, if there is one."""

    duration: Word


@dataclass(frozen=True, slots=True)
class At(Inner):
    """``x @ 1234``, ``x @ start()``."""


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(arguments)``."""

    function: Word
    arguments: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """The arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """``sum by (a) (x)`` or ``sum(x) by (a)``."""

    function: Word
    grouping: LabelList | None
    arguments: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """The arguments, the parameter of ``topk`` and its like first."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``left operator [bool] [on (…)] [group_left (…)] right``."""

    left: Node
    operator: Word
    boolean: Word | None
    matching: LabelList | None
    grouping: LabelList | None
    right: Node

    def children(self) -> tuple[Node, ...]:
        """Both operands."""
        return (self.left, self.right)


def walk(root: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with those it is inside of, outermost first, in the order of writing."""
    yield root, above
    for child in root.children():
        yield from walk(child, (*above, root))


def bare(node: Node) -> Node:
    """The expression without the parentheses around it."""
    while isinstance(node, Paren):
        node = node.inner
    return node
