"""Another time than the one that is meant: ``offset`` forgotten, or twice as far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.promql.nodes import Offset
from dashgen.promql.tokens import milliseconds
from dashgen.spec.types import duration_text
from dashgen.testing.mutate.subject import Change, Edit, Subject


def changes(subject: Subject) -> Iterator[Change]:
    """Other offsets."""
    for node, _ in subject.each(Offset):
        yield Edit(node.inner.end, node.end, "")
        length = timedelta(milliseconds=2 * milliseconds(node.duration.text))
        if length:
            lead = subject.expr[node.inner.end : node.duration.start]
            yield Edit(node.inner.end, node.end, lead + duration_text(length))
