"""Conditions behind ``and`` and ``unless``: forgotten, or one taken for the other."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary
from dashgen.testing.mutate.subject import Change, Edit, Subject

_OTHER = {"and": "unless", "unless": "and"}


def changes(subject: Subject) -> Iterator[Change]:
    """Expressions without a guard, or with the opposite one."""
    for node, _ in subject.each(Binary):
        operator = node.operator
        other = _OTHER.get(operator.text.lower())
        if other is not None:
            yield Edit(node.left.end, node.end, "")
            yield Edit(operator.start, operator.end, other)
