"""Conditions beside each other: what they allow of one value, and which labels the two sides have."""

from __future__ import annotations

import math

from dashgen.lint.meaning.firing.conditions import comparison, number
from dashgen.lint.meaning.numbers.bounds import Bounds
from dashgen.promql.nodes import Aggregate, Binary, Node, bare


def compared(node: Node) -> Node:
    """What a comparison compares with a number, and those it is given the result of."""
    found = comparison(node)
    return node if found is None or found.threshold is None else compared(found.value)


def allowed(operator: str, threshold: float) -> Bounds:
    """The values that a comparison with a number lets through."""
    # Just beside the limit where the limit itself is not allowed.
    if operator in (">", ">="):
        return Bounds(low=threshold if operator == ">=" else math.nextafter(threshold, math.inf))
    if operator in ("<", "<="):
        return Bounds(high=threshold if operator == "<=" else math.nextafter(threshold, -math.inf))
    return Bounds(threshold, threshold)


def as_text(found: Bounds) -> str:
    """Bounds in words: ``above 5``."""
    if found.low == found.high:
        return f"equal to {found.low:g}"
    if math.isinf(found.high):
        return f"above {found.low:g}"
    return f"below {found.high:g}" if math.isinf(found.low) else f"between {found.low:g} and {found.high:g}"


def grouped(node: Node) -> frozenset[str] | None:
    """The labels that an aggregation on top of a side keeps; None when another thing decides them."""
    node = bare(node)
    found = comparison(node)
    if found is not None and found.threshold is not None:
        return grouped(found.value)
    if isinstance(node, Binary) and node.operator.text in ("*", "/", "+", "-") and node.matching is None:
        numbers = number(node.left) is not None, number(node.right) is not None
        return grouped(node.right if numbers[0] else node.left) if any(numbers) else None
    if not isinstance(node, Aggregate) or node.function.text.lower() in ("topk", "bottomk", "count_values", "limitk"):
        return None
    if node.grouping is None:
        return frozenset()
    names = frozenset(item.text for item in node.grouping.items)
    return names if node.grouping.word == "by" and not any("$" in name for name in names) else None
