"""``float-edge-comparison``."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.units import constant, unit
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Selector

_FLOATS = frozenset(
    {"rate", "irate", "increase", "deriv", "histogram_quantile", "quantile_over_time", "predict_linear"}
)
_THROUGH = frozenset({"sum", "avg", "min", "max", "topk", "bottomk", "quantile"}) | {
    *("label_replace", "label_join", "abs", "sort", "sort_desc", "scalar"),
}
_MEASURED = frozenset({"ratio", "seconds"})
_DEEPEST = 8


class FloatEdgeComparison(Check):
    """A computed number is hardly ever equal to a constant: it is 0.9999999999999999, or 1.0344827586206897.

    `increase` stretches what it saw to the whole window, so one event counts 1.03; sums of rates differ in the last
    digit by the order of the series. `== 1` or `>= 1` on such a number holds by chance. Zero is different:
    the rate of a counter that stands still is exactly 0.

    Bad:

        sum(rate(vllm:prefix_cache_hits_total[5m])) / sum(rate(vllm:prefix_cache_queries_total[5m])) == 1

    Good:

        sum(rate(vllm:prefix_cache_hits_total[5m])) / sum(rate(vllm:prefix_cache_queries_total[5m])) > 0.999

    Good:

        count(up{job="vllm"} == 1) == 4
    """

    code = "PQL028"
    name = "float-edge-comparison"
    severity = Severity.WARNING
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at comparisons with a number."""
        for node, _ in expression.analysis.binaries:
            operator = node.operator.text
            if operator not in ("==", "!=", ">=", "<="):
                continue
            left, right = constant(node.left), constant(node.right)
            if (left is None) == (right is None):
                continue
            compared, number = (node.left, right) if left is None else (node.right, left)
            if not number or not _edge(operator, compared, number, reversed_=left is not None, world=world):
                continue
            near = f"{number * (1 - 1e-3):g}" if number.is_integer() else f"{number:g}"
            wanted = {"==": "`>` or `<`", "!=": "`>` or `<`"}.get(operator, f"a number before the edge, such as {near}")
            yield self.finding(
                expression.at(node.operator),
                expression.about,
                f"`{operator} {number:g}` on a computed number, which is seldom exactly {number:g}",
                wanted,
                "compare with a little room, or compare counts, which are whole numbers",
            )


def _edge(operator: str, node: Node, number: float, *, reversed_: bool, world: World) -> bool:
    if operator in ("==", "!="):
        return _computed(node, world) or (math.isfinite(number) and not number.is_integer() and _measured(node, world))
    # Only the end of what a ratio can be is an edge; 1 may be missed by the last digit.
    found = unit(node, world)
    limit = None if found is None or found.base != "ratio" else 1 / found.scale
    upward = (operator == ">=") != reversed_
    return limit is not None and upward and abs(number - limit) < 1e-9 and _computed(node, world)


def _measured(node: Node, world: World) -> bool:
    found = unit(node, world)
    return found is not None and found.base in _MEASURED


def _computed(node: Node, world: World, depth: int = 0) -> bool:
    """Whether values of a node are what floating point makes of them, whole numbers by chance only."""
    if isinstance(node, Inner):
        return _computed(node.inner, world, depth)
    if isinstance(node, Selector):
        trees = [world.tree(record.expr) for record in world.recorded(node.metric)] if depth < _DEEPEST else []
        return bool(trees) and all(tree is not None and _computed(tree, world, depth + 1) for tree in trees)
    if isinstance(node, (Aggregate, Call)):
        function = node.function.text.lower()
        if function in _FLOATS:
            return True
        inner = node.arguments[-1 if isinstance(node, Aggregate) else 0] if node.arguments else None
        return inner is not None and function in _THROUGH and _computed(inner, world, depth)
    return isinstance(node, Binary) and _calculated(node, world, depth)


def _calculated(node: Binary, world: World, depth: int) -> bool:
    if node.boolean is not None:
        return False
    left, right = _computed(node.left, world, depth), _computed(node.right, world, depth)
    operator = node.operator.text.lower()
    if operator == "or":
        return left and right
    return left or right if operator in ("+", "-", "*") else left
