"""Comparisons that let the boundary in or out, or point the other way; ``bool`` forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary, Number, bare
from dashgen.testing.mutate.meaning import between_counts, counts
from dashgen.testing.mutate.subject import Change, Edit, Subject

_BOUNDARY = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}
_REVERSED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "!=", "!=": "=="}


def changes(subject: Subject) -> Iterator[Change]:
    """Another operator for every comparison."""
    for node, _ in subject.each(Binary):
        operator = node.operator
        if operator.text not in _REVERSED:
            continue
        end = node.right.end if isinstance(node.right, Number) else operator.end
        rest = subject.expr[operator.end : end]
        if operator.text in _BOUNDARY and not _nothing_on_the_boundary(node):
            yield Edit(operator.start, end, _BOUNDARY[operator.text] + rest)
        yield Edit(operator.start, end, _REVERSED[operator.text] + rest)
        if node.boolean is not None:
            yield Edit(operator.end, node.boolean.end, "")


def _nothing_on_the_boundary(node: Binary) -> bool:
    """Whether whole things are compared with a number between two of them: ``> 19.5`` is ``>= 19.5``."""
    limit, other = (
        (bare(node.right), node.left) if isinstance(bare(node.right), Number) else (bare(node.left), node.right)
    )
    return isinstance(limit, Number) and between_counts(limit.value) and counts(other)
