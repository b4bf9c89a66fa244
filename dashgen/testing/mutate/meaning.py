"""What can be told from an expression's form alone: whether a value matters, whether it counts things."""

from __future__ import annotations

import re

from dashgen.testing.mutate.nodes import Aggregate, Binary, Call, Node, Number, Selector, bare, walk
from dashgen.testing.mutate.parse import COMPARISONS
from dashgen.testing.mutate.subject import Subject

_PRESENCE = frozenset({"absent", "absent_over_time", "count_over_time", "present_over_time", "timestamp"})
_COUNTS = frozenset({"count", "count_over_time", "increase", "resets", "changes"})
_COUNTED = re.compile(r":(?:increase\w*|count|pods|sum)$|_total$")


def value_matters(subject: Subject, node: Node, above: tuple[Node, ...]) -> bool:
    """False where only the presence of the series of ``node`` can be seen from outside, not their values.

    Behind ``and`` and ``unless``, under ``count`` or ``absent``, and times 0 a value is lost; a comparison sees it.
    """
    inner = node
    for outer in reversed(above):
        if isinstance(outer, Aggregate) and outer.function.text.lower() in ("count", "group"):
            return False
        if isinstance(outer, Call) and outer.function.text in _PRESENCE:
            return False
        if isinstance(outer, Binary):
            operator = outer.operator.text.lower()
            if operator in COMPARISONS:
                return True
            if operator in ("and", "unless") and inner is outer.right:
                return False
            other = bare(outer.right if inner is outer.left else outer.left)
            if operator == "*" and isinstance(other, Number) and other.value == 0:
                return False
        inner = outer
    return subject.value_shown


def counts(node: Node) -> bool:
    """Whether the values are counts of whole things: 19.5 is then a line between 19 and 20."""
    for each, _ in walk(node):
        if isinstance(each, Aggregate | Call) and each.function.text.lower() in _COUNTS:
            return True
        if isinstance(each, Selector) and each.name is not None and _COUNTED.search(each.name.text):
            return True
    return False


def between_counts(value: float) -> bool:
    """Whether the number lies half-way between two counts, where no count is."""
    return value % 1 == 0.5


def is_time(node: Node) -> bool:
    """Whether the value is the time of day and date."""
    return any(isinstance(each, Call) and each.function.text == "time" for each, _ in walk(node))
