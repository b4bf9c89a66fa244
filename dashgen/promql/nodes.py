"""A PromQL expression as a tree whose every part knows where it is written.

promql_parser's tree has no places, and text rewritten from it is not always PromQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.promql.quote import unquote


@dataclass(slots=True, eq=False)
class Place:
    """Characters ``[start, end)`` of the expression."""

    start: int
    end: int


@dataclass(slots=True, eq=False)
class Word(Place):
    """One token."""

    text: str


@dataclass(slots=True, eq=False)
class LabelList(Place):
    """``by (a, b)``, ``without``, ``on``, ``ignoring``, ``group_left``, ``group_right``; the list may be left out."""

    word: str
    items: tuple[Word, ...]


@dataclass(slots=True, eq=False)
class Matcher(Place):
    """``label="value"`` between the braces of a selector; ``value`` as written, with its quotes."""

    label: str
    operator: Word
    value: Word

    @property
    def text(self) -> str:
        """The value without quotes and escapes."""
        return unquote(self.value.text)


@dataclass(slots=True, eq=False)
class Node(Place):
    """Any expression."""

    def children(self) -> tuple[Node, ...]:
        """The expressions inside, from left to right."""
        return ()


@dataclass(slots=True, eq=False)
class Number(Node):
    """A number, without a sign."""

    value: float


@dataclass(slots=True, eq=False)
class Text(Node):
    """A string, as written."""

    written: str

    @property
    def text(self) -> str:
        """The string without quotes and escapes."""
        return unquote(self.written)


@dataclass(slots=True, eq=False)
class Selector(Node):
    """``name{matchers}`` without range and offset; ``name`` is None where only matchers select."""

    name: Word | None
    matchers: tuple[Matcher, ...]

    @property
    def metric(self) -> str:
        """The name of the series, wherever it is written; '' when nothing fixes it."""
        if self.name is not None:
            return unquote(self.name.text)
        named = (each.text for each in self.matchers if each.label == "__name__" and each.operator.text == "=")
        return next(named, "")

    def where(self, label: str) -> Matcher | None:
        """The first matcher of a label."""
        return next((each for each in self.matchers if each.label == label), None)


@dataclass(slots=True, eq=False)
class Inner(Node):
    """An expression with something around it or behind it."""

    inner: Node

    def children(self) -> tuple[Node, ...]:
        """The one inside."""
        return (self.inner,)


@dataclass(slots=True, eq=False)
class Paren(Inner):
    """``( … )``."""


@dataclass(slots=True, eq=False)
class Signed(Inner):
    """``-x``; ``+x`` is not ``negative``."""

    negative: bool = True


@dataclass(slots=True, eq=False)
class Ranged(Inner):
    """``x[5m]``, or with ``colon`` a subquery ``x[1h:5m]`` whose step may be left out."""

    range: Word
    colon: bool
    step: Word | None


@dataclass(slots=True, eq=False)
class Offset(Inner):
    """``x offset 1w``; the sign is the token before the duration, if there is one."""

    duration: Word


@dataclass(slots=True, eq=False)
class At(Inner):
    """``x @ 1234``, ``x @ start()``."""


@dataclass(slots=True, eq=False)
class Call(Node):
    """``function(arguments)``."""

    function: Word
    arguments: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """The arguments."""
        return self.arguments


@dataclass(slots=True, eq=False)
class Aggregate(Node):
    """``sum by (a) (x)`` or ``sum(x) by (a)``."""

    function: Word
    grouping: LabelList | None
    arguments: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """The arguments, the parameter of ``topk`` and its like first."""
        return self.arguments


@dataclass(slots=True, eq=False)
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


def inside(root: Node) -> Iterator[Node]:
    """Every node, in the order of writing; cheaper than ``walk`` where nobody asks what they are inside of."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children())


def bare(node: Node) -> Node:
    """The expression without the parentheses around it."""
    while isinstance(node, Paren):
        node = node.inner
    return node
