"""One label less in ``by`` and ``without``."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Aggregate
from dashgen.testing.mutate.lists import without_each
from dashgen.testing.mutate.subject import Change, Subject


def changes(subject: Subject) -> Iterator[Change]:
    """Aggregations that tell fewer series apart, or that keep a label they should not."""
    for node, _ in subject.each(Aggregate):
        if node.grouping is not None:
            yield from without_each(node.grouping)
