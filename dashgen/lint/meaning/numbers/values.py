"""What kind of number comes out of an expression: a running total, a rate, a level, buckets of a distribution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Number, Offset, Ranged, Selector, walk

Value = Literal["total", "rate", "increase", "level", "quantile", "ratio", "number", "unknown"]
"""``total``: only grows, until its process restarts. ``rate``: per second. ``level``: goes up and down."""

_RATES = frozenset({"rate", "irate"})
_THROUGH = frozenset({"sum", "max", "min", "avg", "topk", "bottomk", "limitk", "limit_ratio", "group"})
_KEEP = frozenset(
    {"label_replace", "label_join", "sort", "sort_desc", "abs", "ceil", "floor", "round", "clamp_min", "clamp_max"}
) | frozenset({"clamp", "last_over_time", "max_over_time", "min_over_time", "avg_over_time"})
_PAST = frozenset({"min_over_time", "first_over_time"})
_DEEPEST = 8


def value(node: Node, world: World, depth: int = 0) -> Value:
    """The kind of a node's result; ``unknown`` when neither the catalogue nor the names say."""
    if isinstance(node, Inner):
        return value(node.inner, world, depth)
    if isinstance(node, Number):
        return "number"
    of = _NODES.get(type(node))
    return of(node, world, depth) if of is not None else "unknown"


def _aggregate(node: Aggregate, world: World, depth: int) -> Value:
    function = node.function.text.lower()
    if function in _THROUGH and node.arguments:
        return value(node.arguments[-1], world, depth)
    return "level" if function in ("count", "count_values") else "unknown"


def _selector(node: Selector, world: World, depth: int) -> Value:
    recorded = world.recorded(node.metric)
    if recorded:
        key = ("value", node.metric)
        if key not in world.memo and depth < _DEEPEST:
            # A name that is recorded from itself is not known.
            world.memo[key] = "unknown"
            trees = [world.tree(record.expr) for record in recorded]
            kinds = {value(tree, world, depth + 1) for tree in trees if tree is not None}
            world.memo[key] = kinds.pop() if len(kinds) == 1 else "unknown"
        known: Value = world.memo.get(key, "unknown")
        return known
    entries = world.known(node.metric)
    if not entries:
        return "unknown"
    if all(each.cumulative for each in entries):
        return "total"
    return "level" if not any(each.cumulative for each in entries) else "unknown"


def _call(node: Call, world: World, depth: int) -> Value:
    function = node.function.text
    if function in _RATES:
        return "rate"
    if function == "increase":
        return "increase"
    if function in ("histogram_quantile", "quantile_over_time"):
        return "quantile"
    if function in _KEEP and node.arguments:
        return value(node.arguments[0], world, depth)
    if function in ("deriv", "delta", "idelta", "changes", "resets", "count_over_time"):
        return "level"
    return "unknown"


def _binary(node: Binary, world: World, depth: int) -> Value:
    operator = node.operator.text.lower()
    left, right = value(node.left, world, depth), value(node.right, world, depth)
    if operator in ("and", "unless"):
        return left
    if operator == "or":
        return left if left in (right, "unknown") or right == "number" else "unknown"
    if operator == "/" and right not in ("number", "unknown"):
        return "ratio" if left == right else "unknown"
    if operator == "-" and left == right == "total" and earlier(node):
        return "increase"
    if operator in ("*", "/", "+", "-"):
        return right if left == "number" else left if right in ("number", left) else "unknown"
    return left


_NODES: Mapping[type[Node], Callable[[Any, World, int], Value]] = {
    Selector: _selector,
    Aggregate: _aggregate,
    Call: _call,
    Binary: _binary,
}


def earlier(node: Node) -> bool:
    """Whether an expression reads a past value too: ``x offset 1d``, ``min_over_time(x[1d])``."""
    return any(
        isinstance(each, Offset) or (isinstance(each, Call) and each.function.text in _PAST) for each, _ in walk(node)
    )


def looks_cumulative(name: str) -> bool:
    """Whether a name that nothing is known of ends like that of a running total."""
    return name.endswith(("_total", "_bucket", "_count", "_sum"))


def ranged(node: Node) -> Ranged | None:
    """The range a function such as ``rate`` is given: ``x[5m]``, with or without an offset."""
    while isinstance(node, Inner):
        if isinstance(node, Ranged):
            return node
        node = node.inner
    return None
