"""What has to be true for an alert to fire: its expression apart at ``or``, ``and``, ``unless``, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.promql.nodes import Binary, Node, Number, Signed, bare
from dashgen.promql.parse import COMPARISONS
from dashgen.promql.tokens import seconds

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that lets series through. ``operator`` is as if a number stood on the right.

    ``threshold`` is that number; None when two vectors are compared.
    """

    node: Binary
    value: Node
    operator: str
    threshold: float | None
    other: Node


def number(node: Node) -> float | None:
    """The value of a node that is written as a number, such as ``-1`` or ``100 * 0.9``; None else."""
    node = bare(node)
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Signed):
        inner = number(node.inner)
        return None if inner is None else -inner if node.negative else inner
    if not isinstance(node, Binary):
        return None
    # Chains go deep on the left: the right side most often tells that it is no number.
    if (right := number(node.right)) is None or (left := number(node.left)) is None:
        return None
    return _calculated(node.operator.text, left, right)


def _calculated(operator: str, left: float, right: float) -> float | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right if operator == "/" and right else None


def comparison(node: Node) -> Comparison | None:
    """The comparison a node is; None for ``bool`` and anything else."""
    node = bare(node)
    if not isinstance(node, Binary) or node.operator.text not in COMPARISONS or node.boolean is not None:
        return None
    if (threshold := number(node.right)) is not None:
        return Comparison(node, node.left, node.operator.text, threshold, node.right)
    if (threshold := number(node.left)) is not None:
        return Comparison(node, node.right, _MIRRORED[node.operator.text], threshold, node.left)
    return Comparison(node, node.left, node.operator.text, None, node.right)


def operator(node: Node) -> str:
    """``or``, ``and``, ``unless``, a comparison …: the operator of a node, '' when it is no binary."""
    node = bare(node)
    return node.operator.text.lower() if isinstance(node, Binary) else ""


def alternatives(node: Node) -> Iterator[Node]:
    """What stands beside each other at ``or``: each of them fires alone."""
    node = bare(node)
    if isinstance(node, Binary) and operator(node) == "or":
        yield from alternatives(node.left)
        yield from alternatives(node.right)
    else:
        yield node


@dataclass(frozen=True, slots=True)
class Conjunction:
    """What of one alternative has to be true together, and what must not be; ``value`` is what the alert says."""

    value: Node
    also: tuple[Node, ...]
    never: tuple[Node, ...]

    @property
    def alone(self) -> bool:
        """Whether nothing but the value decides."""
        return not self.also and not self.never


def conjunction(node: Node) -> Conjunction:
    """One alternative taken apart at ``and`` and ``unless``."""
    node = bare(node)
    if isinstance(node, Binary) and operator(node) in ("and", "unless"):
        left = conjunction(node.left)
        if operator(node) == "and":
            return Conjunction(left.value, (*left.also, node.right), left.never)
        return Conjunction(left.value, left.also, (*left.never, node.right))
    return Conjunction(node, (), ())


def wait(text: str) -> float | None:
    """Seconds of a ``for``; 0 when there is none, None when it is no duration."""
    return 0.0 if text.strip() in ("", "0") else seconds(text.strip())
