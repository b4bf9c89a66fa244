"""``vantage-double-count``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.matching import apart
from dashgen.lint.meaning.numbers.units import constant, unit
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Node, Selector, inside
from dashgen.promql.parse import COMPARISONS

_VANTAGES = frozenset({"client", "gateway", "engine"})
_COUNTED = frozenset({"requests", "tokens", "usd"})
_PARTS_TRAFFIC = ("model", "route", "provider", "upstream", "backend", "deployment", "team", "api_key", "namespace")
"""Beginnings and ends of labels by which one side may leave out what the other counts."""
_FAILURES = re.compile(r"fail|error|reject|denied|aborted")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Side:
    """Whose counts a side reads: vantages, and the titles of exporters by name of the series."""

    vantages: frozenset[str]
    names: tuple[str, ...]
    titles: tuple[str, ...]


class VantageDoubleCount(Check):
    """The application, the gateway and the engine each count the same request, and here their counts are added.

    A request through a router to vLLM is in three counters. Their sum is up to three times the traffic, the tokens or
    the cost, and the factor changes with the share of traffic that passes each of them. One panel shows one vantage.

    Bad:

        sum(rate(litellm_proxy_total_requests_metric_total[5m])) + sum(rate(vllm:request_success_total[5m]))

    Good:

        sum(rate(litellm_proxy_total_requests_metric_total[5m]))

    Good:

        sum(rate(litellm_proxy_total_requests_metric_total[5m])) - sum(rate(vllm:request_success_total[5m]))
    """

    code = "PQL030"
    name = "vantage-double-count"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what is added, and at `or` where both sides stay."""
        for node, above in expression.analysis.binaries:
            operator = node.operator.text.lower()
            if operator not in ("+", "or") or (operator == "or" and not _both_stay(node, above, world)):
                continue
            left, right = _side(node.left, world), _side(node.right, world)
            if left is None or right is None or left.vantages & right.vantages:
                continue
            if unit(node.left, world) != unit(node.right, world) or _failed(left) != _failed(right):
                continue
            verb = "added to" if operator == "+" else "beside"
            yield self.finding(
                expression.at(node.operator),
                expression.about,
                f"`{left.names[0]}` of {_words(left)} {verb} `{right.names[0]}` of {_words(right)}: a request "
                "that passes both is counted twice",
                "counts of one vantage",
                "read one of them; for models that only one side sees, select them by label on both sides",
            )


def _failed(side: _Side) -> bool:
    """Whether it counts what failed, which may never have reached the other side."""
    return any(_FAILURES.search(name) for name in side.names)


def _words(side: _Side) -> str:
    return f"{side.titles[0]} ({', '.join(sorted(side.vantages))})"


def _both_stay(node: Binary, above: tuple[Node, ...], world: World) -> bool:
    """Whether series of both sides come out and are summed: their labels are never equal."""
    if node.matching is not None or not any(isinstance(each, Aggregate) for each in above):
        return False
    raw = all(not any(isinstance(each, Aggregate) for each in inside(side)) for side in (node.left, node.right))
    return raw or apart(node, world) is not None


def _side(node: Node, world: World, depth: int = 0) -> _Side | None:
    """What a side counts; None when it is something else, or when a matcher may leave the other side's traffic out."""
    vantages: set[str] = set()
    names: list[str] = []
    titles: list[str] = []
    for each in inside(node):
        if isinstance(each, Binary) and _no_count(each):
            return None
        if not isinstance(each, Selector):
            continue
        if any(_parts(matcher.label) and "$" not in matcher.text for matcher in each.matchers):
            return None
        recorded = world.recorded(each.metric)
        if recorded:
            inner = _of_record(each.metric, world, depth + 1)
            if inner is None:
                return None
            vantages |= inner.vantages
            names.append(each.metric)
            titles += inner.titles
            continue
        known = world.known(each.metric)
        counts = known and all(entry.metric.unit in _COUNTED and entry.exporter.vantage in _VANTAGES for entry in known)
        if not counts or any(entry.part in ("count", "bucket") for entry in known):
            return None
        vantages |= {entry.exporter.vantage for entry in known}
        names.append(each.metric)
        titles.append(known[0].exporter.title)
    return _Side(frozenset(vantages), tuple(names), tuple(titles)) if len(vantages) == 1 else None


def _no_count(node: Binary) -> bool:
    """Whether an operator makes something else of counts than a count: a quotient, a product, a condition."""
    operator = node.operator.text.lower()
    if operator in ("and", "unless"):
        return True
    if operator in ("*", "/") or operator in COMPARISONS:
        return constant(node.left) is None and constant(node.right) is None
    return False


def _of_record(name: str, world: World, depth: int) -> _Side | None:
    """What the rules that record a name count; None when one of them counts nothing, or another vantage."""
    key = ("vantage", name)
    if key not in world.memo:
        world.memo[key] = None
        sides: list[_Side | None] = []
        for record in world.recorded(name) if depth < _DEEPEST else ():
            tree = world.tree(record.expr)
            sides.append(None if tree is None else _side(tree, world, depth))
        if sides and all(side is not None and side.vantages == (sides[0] and sides[0].vantages) for side in sides):
            world.memo[key] = sides[0]
    found: _Side | None = world.memo[key]
    return found


def _parts(label: str) -> bool:
    return label.startswith(_PARTS_TRAFFIC) or label.endswith(_PARTS_TRAFFIC)
