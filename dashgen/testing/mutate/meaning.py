"""What can be told from an expression's form alone: whether a value matters, whether it counts things."""

from __future__ import annotations

import re

from dashgen.promql.nodes import Aggregate, Binary, Call, Matcher, Node, Number, Paren, Selector, bare, walk
from dashgen.promql.parse import COMPARISONS
from dashgen.testing.mutate.subject import Subject

_PRESENCE = frozenset({"absent", "absent_over_time", "count_over_time", "present_over_time", "timestamp"})
_COUNTS = frozenset({"count", "count_over_time", "increase", "resets", "changes"})
_COUNTED = re.compile(r":(?:increase\w*|requests_\w+|count|pods|sum)$|_total$")


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


def implied(selector: Selector, matcher: Matcher, above: tuple[Node, ...]) -> bool:
    """Whether something that the selector's series have to meet asks for the same as the matcher.

    Without ``on`` and ``ignoring`` only series with the same labels meet: ``a{x="1"} and b{x="1"}`` needs one matcher.
    """
    inner: Node = selector
    for outer in reversed(above):
        if isinstance(outer, Binary):
            if outer.matching is not None:
                return False
            operator, left = outer.operator.text.lower(), inner is outer.left
            alone = operator == "or" or (operator == "unless" and left)
            if not alone and _asks(outer.right if left else outer.left, matcher):
                return True
            if operator in ("and", "unless") and not left:
                # It decides which series stay, and is not among them.
                return False
        elif not isinstance(outer, Paren):
            return False
        inner = outer
    return False


def _asks(node: Node, matcher: Matcher) -> bool:
    """Whether every series of an expression passes a matcher because a selector in it says the same."""
    node = bare(node)
    if isinstance(node, Selector):
        wanted = (matcher.label, matcher.operator.text, matcher.value.text)
        return any((each.label, each.operator.text, each.value.text) == wanted for each in node.matchers)
    if not isinstance(node, Binary):
        return False
    operator = node.operator.text.lower()
    left, right = _asks(node.left, matcher), _asks(node.right, matcher)
    if operator == "or":
        return left and right
    if operator == "unless" or node.matching is not None:
        return left and operator in ("and", "unless")
    return left or right
