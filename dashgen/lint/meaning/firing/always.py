"""Whether an alert's expression has a value whenever its series exist, so that nothing decides when it fires."""

from __future__ import annotations

from dashgen.lint.meaning.firing.conditions import number
from dashgen.lint.meaning.numbers.bounds import bounds, holds
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Number, Selector, bare
from dashgen.promql.parse import COMPARISONS, SETS

_OVER_TIME = frozenset({"rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets"})
_FIRST = frozenset({"label_replace", "label_join", "sort", "sort_desc", "abs", "ceil", "floor", "round", "timestamp"})
_LAST = frozenset({"histogram_quantile", "quantile_over_time", "histogram_fraction"})
_ALONE = frozenset({"vector", "scalar", "time"})
_STATES = frozenset({"reason", "state", "status", "phase", "condition", "severity", "error", "alertstate", "type"})
"""Labels of series that exist only while something is so: a pod waiting for a reason."""
_DEEPEST = 8


def unconditional(node: Node, world: World, depth: int = 0, *, flow: bool = False) -> Node | None:
    """The part that has a value whenever its series exist; None when something decides or nobody knows.

    ``flow``: a function or aggregation is around it, so that it is read as a number and not as a state.
    """
    node = bare(node)
    if isinstance(node, Number):
        return node
    if isinstance(node, Inner):
        return unconditional(node.inner, world, depth, flow=flow)
    if isinstance(node, Selector):
        return node if _selects(node, world, depth, flow) else None
    if isinstance(node, Aggregate):
        found = unconditional(node.arguments[-1], world, depth, flow=True) if node.arguments else None
        return _whole(node, found)
    if isinstance(node, Call):
        return _call(node, world, depth, flow)
    return _binary(node, world, depth, flow) if isinstance(node, Binary) else None


def _whole(node: Node, found: Node | None) -> Node | None:
    """A function of something unconditional is pointed at as a whole, unless an operator inside explains it."""
    return found if found is None or isinstance(found, Binary) else node


def _selects(node: Selector, world: World, depth: int, flow: bool) -> bool:
    name = node.metric
    recorded = world.recorded(name)
    if recorded:
        trees = [world.tree(record.expr) for record in recorded]
        if depth >= _DEEPEST or not all(trees):
            return False
        return all(unconditional(tree, world, depth + 1, flow=flow) is not None for tree in trees if tree is not None)
    entries = world.known(name)
    if entries:
        return all(each.exporter.vantage != "cluster" for each in entries)
    if not flow or not name or ":" in name or name.startswith(("ALERTS", "kube_")):
        return False
    return not any(each.label in _STATES for each in node.matchers)


def _call(node: Call, world: World, depth: int, flow: bool) -> Node | None:
    function, given = node.function.text, node.arguments
    if function in _ALONE:
        return node
    if not given:
        return None
    if function in _OVER_TIME or (function.endswith("_over_time") and function not in ("absent_over_time", *_LAST)):
        return node if _of_counter(node, world) else _whole(node, unconditional(given[0], world, depth, flow=True))
    if function in _FIRST or function.startswith("clamp"):
        return _whole(node, unconditional(given[0], world, depth, flow=flow))
    return _whole(node, unconditional(given[-1], world, depth, flow=True)) if function in _LAST else None


def _of_counter(node: Call, world: World) -> bool:
    """Whether it is a rate of a series: there as long as the counter is, whatever the labels of the counter say."""
    inner = bare(node.arguments[0])
    while isinstance(inner, Inner):
        inner = inner.inner
    if node.function.text not in _OVER_TIME or not isinstance(inner, Selector) or world.recorded(inner.metric):
        return False
    return bool(inner.metric) and ":" not in inner.metric and not inner.metric.startswith("ALERTS")


def _binary(node: Binary, world: World, depth: int, flow: bool) -> Node | None:
    operator = node.operator.text.lower()
    if operator in SETS:
        if operator != "or":
            return None
        left = unconditional(node.left, world, depth, flow=flow)
        return left if left is not None else unconditional(node.right, world, depth, flow=flow)
    compares = operator in COMPARISONS
    filters = compares and node.boolean is None
    if filters and not holds(operator, bounds(node.left, world), bounds(node.right, world)):
        return None
    sides = [side for side in (node.left, node.right) if number(side) is None]
    found = [unconditional(side, world, depth, flow=True) for side in sides]
    if None in found:
        return None
    inside = next((each for each in found if isinstance(each, Binary)), None)
    return node if compares else inside or node
