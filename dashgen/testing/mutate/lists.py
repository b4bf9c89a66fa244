"""Label lists with one label less, shared by the operators that shorten them."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import LabelList
from dashgen.testing.mutate.subject import Edit


def without_each(labels: LabelList) -> Iterator[Edit]:
    """The list without each of its labels in turn."""
    for dropped in labels.items:
        left = ", ".join(item.text for item in labels.items if item is not dropped)
        yield Edit(labels.start, labels.end, f"{labels.word} ({left})")
