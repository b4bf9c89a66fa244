"""Which series belong together: one label less in ``on`` and ``ignoring``, ``group_left`` forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary
from dashgen.testing.mutate.lists import without_each
from dashgen.testing.mutate.subject import Change, Edit, Subject


def changes(subject: Subject) -> Iterator[Change]:
    """Other ways to match the two sides of an operator."""
    for node, _ in subject.each(Binary):
        if node.matching is not None:
            yield from without_each(node.matching)
            if node.grouping is None:
                yield Edit(node.matching.start, node.right.start, "")
        if node.grouping is not None:
            yield from without_each(node.grouping)
            yield Edit(node.grouping.start, node.right.start, "")
