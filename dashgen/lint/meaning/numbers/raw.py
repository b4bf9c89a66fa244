"""Counters that nothing takes the rate of: whether the expression around one is interested in its value."""

from __future__ import annotations

from dashgen.lint.expression import Above
from dashgen.lint.meaning.numbers.histograms import number
from dashgen.lint.meaning.numbers.values import earlier, looks_cumulative, value
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, mapping
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Ranged, Selector, walk
from dashgen.promql.parse import COMPARISONS

_EXISTENCE = frozenset({"absent", "timestamp", "sgn", "clamp", "clamp_max"})
_COUNTING = frozenset({"count", "count_values", "group"})
_DIFFERENCES = frozenset({"delta", "diff", "diffperc", "range", "step"})


def meant(selector: Selector, above: Above, world: World) -> bool:
    """Whether what is around it takes no interest in the value, or asks how far it came, or is another defect."""
    inner: Node = selector
    for node in reversed(above):
        if isinstance(node, Ranged):
            return True
        if isinstance(node, Call) and node.function.text in _EXISTENCE:
            return True
        if isinstance(node, Aggregate) and node.function.text.lower() in _COUNTING:
            return True
        if isinstance(node, Binary) and _meant_beside(inner, node, world):
            return True
        inner = node
    return False


def compared(above: Above) -> bool:
    """Whether its value decides anything; an alert on ``x unless y`` asks only for its existence."""
    return any(isinstance(node, Binary) and node.operator.text in COMPARISONS for node in above)


def difference(query: Query) -> bool:
    """Whether the panel shows how far a value came while it was looked at."""
    chosen = mapping(mapping(query.panel.data.get("options")).get("reduceOptions")).get("calcs")
    return isinstance(chosen, list) and any(each in _DIFFERENCES for each in chosen if isinstance(each, str))


def _meant_beside(inner: Node, node: Binary, world: World) -> bool:
    operator = node.operator.text.lower()
    other = node.left if inner is node.right else node.right
    constant = number(other)
    if operator in ("and", "unless"):
        return inner is node.right
    if operator in COMPARISONS:
        # Against 0 it asks whether anything ever happened, against another series whether it moved.
        return constant is None or constant in (0, 1)
    if operator == "*":
        return constant == 0
    if operator == "-":
        return earlier(node)
    if operator == "/":
        return _cumulative(other, world) or any(
            isinstance(each, Call) and each.function.text == "time" for each, _ in walk(other)
        )
    return False


def _cumulative(node: Node, world: World) -> bool:
    """A ratio of two totals is ``lifetime-value``."""
    if value(node, world) == "total":
        return True
    names = [each.metric for each, _ in walk(node) if isinstance(each, Selector)]
    return len(names) == 1 and looks_cumulative(names[0]) and not world.known(names[0])
