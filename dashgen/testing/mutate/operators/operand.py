"""Sums, differences, products and quotients: one side forgotten, or the sides of ``-`` and ``/`` swapped."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary, Number, bare
from dashgen.testing.mutate.subject import Change, Edit, Subject

_ARITHMETIC = frozenset("+-*/%")
_ORDERED = frozenset("-/%")


def changes(subject: Subject) -> Iterator[Change]:
    """Each side alone, and the other order; a constant factor is a unit, which is another operator's."""
    for node, _ in subject.each(Binary):
        operator = node.operator.text
        if operator not in _ARITHMETIC:
            continue
        numbers = isinstance(bare(node.left), Number) or isinstance(bare(node.right), Number)
        if not (numbers and operator in "*/"):
            yield Edit(node.left.end, node.end, "")
            yield Edit(node.start, node.right.start, "")
        if operator in _ORDERED and node.grouping is None and not numbers:
            between = subject.expr[node.left.end : node.right.start]
            yield Edit(node.start, node.end, f"{subject.text(node.right)}{between}{subject.text(node.left)}")
