"""Numbers that a single request decides when there are few: quotients of rates, quantiles, means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashgen.lint.meaning.firing.conditions import number
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Ranged, Selector, bare, walk
from dashgen.promql.parse import COMPARISONS

_RATES = frozenset({"rate", "irate", "increase"})
_EVENTS = re.compile(
    r"request|_count$|_bucket$|quer(y|ies)|call|invocation|attempt|completion|success|hits|misses|response"
)
_NO_EVENTS = re.compile(
    r"cpu|bytes|tokens|^node_|^container_|^go_|seconds_total|_sum$|fsync|_wal_|_disk_|download|reconcil|scrape|backup|compact"
)
"""What nobody waits for, and work of which one piece is worth an alert: a download, a backup."""
_THROUGH = ("label_replace", "label_join", "round", "max_over_time", "min_over_time", "avg_over_time")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Share:
    """``what`` it is, what ``one`` event does to it, over which ``window``, and what a ``floor`` would ask for."""

    what: str
    one: str
    window: str
    floor: str


def share_of(node: Node, world: World, depth: int) -> Share | None:
    """What kind of quotient of few events a node is; None when it is none, or asks for enough of them."""
    node = bare(node)
    of = _NODES.get(type(node))
    return of(node, world, depth) if of is not None else None


def _selector(node: Selector, world: World, depth: int) -> Share | None:
    recorded = world.recorded(node.metric) if depth < _DEEPEST else ()
    trees = [world.tree(record.expr) for record in recorded]
    found = [share_of(tree, world, depth + 1) for tree in trees if tree is not None]
    return found[0] if found and all(found) else None


def _aggregate(node: Aggregate, world: World, depth: int) -> Share | None:
    wanted = node.function.text.lower() in ("max", "min", "avg") and bool(node.arguments)
    return share_of(node.arguments[-1], world, depth) if wanted else None


def _binary(node: Binary, world: World, depth: int) -> Share | None:
    if decides(node):
        return None
    if node.operator.text != "/":
        sides = [share_of(side, world, depth) for side in (node.left, node.right)]
        return next((each for each in sides if each is not None), None) if node.operator.text in "*-+" else None
    above, below = _events(node.left), _events(node.right)
    if above is not None and below is not None:
        return _quotient(node, above.metric, below.metric)
    return share_of(node.left, world, depth) if below is None and number(node.right) is not None else None


def _quotient(node: Binary, above: str, below: str) -> Share | None:
    window = _window(node)
    if above.endswith("_sum") and below.endswith("_count"):
        return Share("a mean", "a lone request is the mean", window, _floor(below, window))
    if not _EVENTS.search(below) or _NO_EVENTS.search(below) or _NO_EVENTS.search(above):
        return None
    return Share("a ratio", "a lone request is 0 or 100 %", window, _floor(above, window))


def _floor(name: str, window: str) -> str:
    return f"`increase({name}[{window or '…'}])` above a handful"


def _call(node: Call, world: World, depth: int) -> Share | None:
    function = node.function.text
    if function == "histogram_quantile" and len(node.arguments) > 1:
        inner, window = node.arguments[1], _window(node.arguments[1])
        name = _events(inner)
        if name is None or _NO_EVENTS.search(name.metric):
            return None
        count = name.metric.removesuffix("_bucket") + "_count"
        return Share("a quantile", "a lone request is the quantile", window, _floor(count, window))
    return share_of(node.arguments[0], world, depth) if function in _THROUGH and node.arguments else None


_NODES: Mapping[type[Node], Callable[[Any, World, int], Share | None]] = {
    Selector: _selector,
    Aggregate: _aggregate,
    Binary: _binary,
    Call: _call,
}


def _events(node: Node) -> Selector | None:
    """The counter that a side of a quotient is the rate of; None when it has none or asks for enough of them."""
    calls = [each for each, _ in walk(node) if isinstance(each, Call)]
    if decides(node) or any(each.function.text.startswith("clamp") for each in calls):
        return None
    rated = [each for each in calls if each.function.text in _RATES]
    inside = [each for call in rated for each, _ in walk(call) if isinstance(each, Selector)]
    return inside[0] if inside else None


def _window(node: Node) -> str:
    return next((each.range.text for each, _ in walk(node) if isinstance(each, Ranged)), "")


def decides(node: Node) -> bool:
    """Whether a comparison is in it that lets only some through."""
    return any(
        isinstance(each, Binary) and each.operator.text in COMPARISONS and each.boolean is None
        for each, _ in walk(node)
    )  # fmt: skip
