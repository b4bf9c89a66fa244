"""Conditions that one sample or one event makes true."""

from __future__ import annotations

import re

from dashgen.lint.meaning.firing.conditions import number
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Ranged, Selector, bare, walk
from dashgen.promql.tokens import seconds

_EVENTS = re.compile(r"error|fail|request|timeout|timed_out|retr(y|ies)|abort|preempt|slow|reject|fallback")
_FATAL = re.compile(r"xid|ecc|oom|crash|restart|panic|corrupt|row_remap", re.IGNORECASE)


def sample(node: Node, world: World) -> str:
    """The gauge whose newest sample a node is; '' when it is something else."""
    node = bare(node)
    if isinstance(node, Aggregate):
        wanted = node.function.text.lower() in ("sum", "max", "min", "avg") and bool(node.arguments)
        return sample(node.arguments[-1], world) if wanted else ""
    if isinstance(node, Binary):
        given = [side for side in (node.left, node.right) if number(side) is None]
        found = [sample(side, world) for side in given] if node.operator.text in ("*", "/", "+", "-") else []
        return found[0] if found and all(found) else ""
    if isinstance(node, Inner):
        return "" if isinstance(node, Ranged) else sample(node.inner, world)
    if not isinstance(node, Selector) or world.recorded(node.metric):
        return ""
    entries = world.known(node.metric)
    moving = bool(entries) and all(
        each.metric.type == "gauge" and each.exporter.vantage != "cluster" and not _FATAL.search(node.metric)
        for each in entries
    )  # fmt: skip
    return node.metric if moving or node.metric == "up" else ""


def single(node: Node) -> str:
    """The counter of which one event is enough: ``increase(errors[5m]) > 0``."""
    node = bare(node)
    if isinstance(node, Aggregate) and node.function.text.lower() in ("sum", "max") and node.arguments:
        return single(node.arguments[-1])
    if isinstance(node, Binary) and node.operator.text == "-":
        return single(node.left) and single(node.right)
    if not isinstance(node, Call) or node.function.text not in ("increase", "delta") or not node.arguments:
        return ""
    names = [each.metric for each, _ in walk(node) if isinstance(each, Selector)]
    fits = len(names) == 1 and _EVENTS.search(names[0]) and not _FATAL.search(names[0])
    return names[0] if fits else ""


def lasts(node: Node) -> float | None:
    """For how many seconds one event keeps a `single` condition true; None when that cannot be read."""
    windows = [each.range.text for each, _ in walk(node) if isinstance(each, Ranged)]
    return seconds(windows[0]) if len(windows) == 1 else None


def slowest(node: Node) -> Call | None:
    """The quantile 1 in it: the slowest of all requests."""
    for each, _ in walk(node):
        if isinstance(each, Call) and each.function.text == "histogram_quantile" and each.arguments:
            limit = number(each.arguments[0])
            if limit is not None and limit >= 1:
                return each
    return None
