"""Another quantile than the one that is meant."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Aggregate, Call, Node, Number, walk
from dashgen.testing.mutate.meaning import value_matters
from dashgen.testing.mutate.subject import Change, Edit, Subject

_USUAL = (0.5, 0.95, 0.99)
_FUNCTIONS = frozenset({"histogram_quantile", "quantile_over_time", "quantile"})


def changes(subject: Subject) -> Iterator[Change]:
    """The other usual quantiles."""
    for node, above in walk(subject.root):
        number = _asked(node)
        if number is not None and value_matters(subject, node, above):
            for other in _USUAL:
                if other != number.value:
                    yield Edit(number.start, number.end, str(other))


def _asked(node: Node) -> Number | None:
    if not isinstance(node, Aggregate | Call) or node.function.text.lower() not in _FUNCTIONS:
        return None
    first = node.arguments[0] if node.arguments else None
    return first if isinstance(first, Number) else None
