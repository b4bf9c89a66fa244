"""Where the author of an expression took it into account that a series may not be there."""

from __future__ import annotations

from typing import Literal

from dashgen.lint.expression import Above
from dashgen.lint.live.asked import asked
from dashgen.lint.live.live import Live
from dashgen.promql.nodes import Binary, Call, Node, Selector, walk

Excuse = Literal["", "fallback", "meant"]
"""``fallback``: a number stands in for it. ``meant``: the expression asks for its absence, or reads another series."""


def excuse(selector: Selector, above: Above, live: Live) -> Excuse:
    """What an expression makes of a selector without series; '' when it has no value then."""
    found: Excuse = ""
    inner: Node = selector
    for node in reversed(above):
        if _asks_for_absence(node):
            return "meant"
        if isinstance(node, Binary):
            operator = node.operator.text.lower()
            if operator == "unless" and inner is node.right:
                return "meant"
            if operator == "or":
                beside = _beside(inner, node, live)
                if beside == "meant":
                    return beside
                found = found or beside
        inner = node
    return found


def _asks_for_absence(node: Node) -> bool:
    return isinstance(node, Call) and node.function.text in ("absent", "absent_over_time")


def _beside(inner: Node, node: Binary, live: Live) -> Excuse:
    """Of one side of ``or``; of two that both have no series, the left one is reported."""
    other = node.left if inner is node.right else node.right
    pairs = [(each, above) for each, above in walk(other) if isinstance(each, Selector)]
    if not pairs:
        return "fallback"
    # What asks for an absence is no other source of the value.
    selectors = [each for each, above in pairs if not any(map(_asks_for_absence, above))]
    if not selectors:
        return ""
    known = [asked(each) for each in selectors]
    if inner is node.right or any(each is None or each.name in live.names for each in known):
        return "meant"
    return ""
