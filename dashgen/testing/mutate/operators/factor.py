"""Units: a constant factor forgotten, or the division taken for a multiplication."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary, Number, bare
from dashgen.testing.mutate.meaning import value_matters
from dashgen.testing.mutate.subject import Change, Edit, Subject

_OTHER = {"*": "/", "/": "*"}


def changes(subject: Subject) -> Iterator[Change]:
    """Expressions in another unit; times 1 is the same unit, and 0 has no other way round."""
    for node, above in subject.each(Binary):
        operator, factor = node.operator, bare(node.right)
        if operator.text not in _OTHER or not value_matters(subject, node, above):
            continue
        if isinstance(factor, Number) and factor.value != 1:
            yield Edit(node.left.end, node.end, "")
            if factor.value:
                yield Edit(
                    operator.start, node.right.end, _OTHER[operator.text] + subject.expr[operator.end : node.end]
                )
        factor = bare(node.left)
        if isinstance(factor, Number) and factor.value != 1 and operator.text == "*":
            yield Edit(node.start, node.right.start, "")
