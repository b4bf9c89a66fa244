"""``or``: one of the two sides forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary
from dashgen.testing.mutate.subject import Change, Edit, Subject


def changes(subject: Subject) -> Iterator[Change]:
    """Each side alone."""
    for node, _ in subject.each(Binary):
        if node.operator.text.lower() == "or":
            yield Edit(node.left.end, node.end, "")
            yield Edit(node.start, node.right.start, "")
