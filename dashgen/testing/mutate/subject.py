"""What operators change (an expression, and an alert's timing) and how they say what they changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from dashgen.promql.nodes import Node, walk

N = TypeVar("N", bound=Node)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long an alert waits before it fires, and how long it goes on after."""

    wait: timedelta = timedelta(0)
    keep: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Subject:
    """One expression as operators see it; ``timing`` is None where it is no alert's.

    ``value_shown`` is False for an alert whose text never says the value: only which series there are counts.
    """

    expr: str
    root: Node
    timing: Timing | None = None
    value_shown: bool = True

    def each(self, kind: type[N]) -> Iterator[tuple[N, tuple[Node, ...]]]:
        """Every node of one kind with those it is inside of."""
        for node, above in walk(self.root):
            if isinstance(node, kind):
                yield node, above

    def text(self, node: Node) -> str:
        """A node as it is written."""
        return self.expr[node.start : node.end]


@dataclass(frozen=True, slots=True)
class Edit:
    """``text`` in place of the characters ``[start, end)``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Retimed:
    """Another timing; ``what`` is the setting, as rule files call it."""

    what: str
    before: timedelta
    after: timedelta
    timing: Timing


Change = Edit | Retimed
