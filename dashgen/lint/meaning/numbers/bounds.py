"""Between which values the result of an expression can be, as far as the catalogue and the functions say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashgen.catalogue.model import Metric
from dashgen.lint.meaning.firing.conditions import number
from dashgen.lint.meaning.names.series import Known
from dashgen.lint.meaning.numbers.shares import is_part, presumed_part
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Number, Selector, Signed
from dashgen.promql.parse import COMPARISONS, SETS

INF = math.inf
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """``low`` to ``high``, both possible. ``why`` says what of; ``presumed``: by names only, so leave a margin."""

    low: float = -INF
    high: float = INF
    why: str = ""
    presumed: bool = False

    def __or__(self, other: Bounds) -> Bounds:
        presumed = self.presumed or other.presumed
        return Bounds(min(self.low, other.low), max(self.high, other.high), self.why or other.why, presumed)

    def within(self, other: Bounds) -> Bounds:
        """Those values of these that are in the other too."""
        return replace(self, low=max(self.low, other.low), high=min(self.high, other.high))


ANY = Bounds()


def holds(operator: str, left: Bounds, right: Bounds) -> bool | None:
    """Whether a comparison is always true, or never; None when it depends."""
    if operator in ("<", "<="):
        left, right, operator = right, left, ">" + operator[1:]
    apart = left.high < right.low or left.low > right.high
    equal = left.low == left.high == right.low == right.high
    if operator in ("==", "!="):
        always, never = (equal, apart) if operator == "==" else (apart, equal)
    elif operator == ">":
        always, never = left.low > right.high, left.high <= right.low
    else:
        always, never = left.low >= right.high, left.high < right.low
    if left.presumed or right.presumed:
        always, never = False, never and apart
    return True if always else False if never else None


def bounds(node: Node, world: World, depth: int = 0) -> Bounds:
    """The bounds of the values of a node; infinite where nothing says them."""
    value = number(node)
    if value is not None:
        return Bounds(value, value)
    if isinstance(node, Signed):
        inner = bounds(node.inner, world, depth)
        return replace(inner, low=-inner.high, high=-inner.low) if node.negative else inner
    if isinstance(node, Inner):
        return bounds(node.inner, world, depth)
    of = _NODES.get(type(node))
    return of(node, world, depth) if of is not None else ANY


def _selector(node: Selector, world: World, depth: int) -> Bounds:
    name = node.metric
    recorded = world.recorded(name)
    if recorded:
        trees = [world.tree(record.expr) for record in recorded]
        if depth >= _DEEPEST or None in trees:
            return ANY
        found = [bounds(tree, world, depth + 1) for tree in trees if tree is not None]
        result = found[0]
        for each in found[1:]:
            result |= each
        return replace(result, why="")
    if name == "up":
        return Bounds(0, 1, "`up` is 0 or 1")
    entries = world.known(name)
    if not entries:
        return Bounds(0, INF, f"`{name}` is a counter") if name.endswith("_total") else ANY
    found = [_metric(each, metric, name) for each in entries for metric in each.metrics]
    result = found[0]
    for each in found[1:]:
        result |= each
    return result


def _metric(entry: Known, metric: Metric, name: str) -> Bounds:
    if entry.cumulative:
        return Bounds(0, INF, f"`{name}` only counts up")
    if metric.type != "gauge":
        return ANY
    share = metric.meaning.startswith("Share") or "0 to 1" in metric.meaning
    if metric.unit == "ratio" and share:
        return Bounds(0, 1, f"`{name}` is a share between 0 and 1")
    if metric.unit == "percent" and "0 to 100" in metric.meaning:
        return Bounds(0, 100, f"`{name}` is a percentage between 0 and 100")
    if metric.unit in ("requests", "blocks", "MiB") and "remaining" not in name:
        return Bounds(0, INF, f"`{name}` counts {metric.unit}")
    return ANY


_THROUGH = frozenset({"avg", "min", "max", "quantile", "topk", "bottomk", "limitk", "limit_ratio"})


def _aggregate(node: Aggregate, world: World, depth: int) -> Bounds:
    function = node.function.text.lower()
    inner = bounds(node.arguments[-1], world, depth) if node.arguments else ANY
    if function in _THROUGH:
        return inner
    if function == "sum":
        return Bounds(inner.low if inner.low >= 0 else -INF, inner.high if inner.high <= 0 else INF, inner.why)
    if function in ("count", "count_values"):
        return Bounds(1, INF, f"`{function}` of nothing is nothing, not 0")
    if function == "group":
        return Bounds(1, 1, "`group` is 1")
    return Bounds(0, INF, f"`{function}` is never negative") if function in ("stddev", "stdvar") else ANY


_NOT_NEGATIVE = frozenset(
    {"rate", "irate", "increase", "changes", "resets", "abs", "time", "stddev_over_time", "stdvar_over_time"}
)
_FIRST = ("label_replace", "label_join", "sort", "sort_desc", "scalar", "vector", "clamp", "clamp_min", "clamp_max")
_OVER_TIME = ("avg_over_time", "min_over_time", "max_over_time", "last_over_time", "first_over_time", "sum_over_time")
_PASS = {**dict.fromkeys((*_FIRST, *_OVER_TIME), 0), "quantile_over_time": -1}
_FIXED = {
    "absent": Bounds(1, 1, "`absent` returns 1 or nothing"),
    "absent_over_time": Bounds(1, 1, "`absent_over_time` returns 1 or nothing"),
    "present_over_time": Bounds(1, 1, "`present_over_time` returns 1 or nothing"),
    "count_over_time": Bounds(1, INF, "`count_over_time` of nothing is nothing, not 0"),
    "hour": Bounds(0, 23, "`hour` is between 0 and 23"),
    "minute": Bounds(0, 59, "`minute` is between 0 and 59"),
    "day_of_week": Bounds(0, 6, "`day_of_week` is between 0 and 6"),
    "month": Bounds(1, 12, "`month` is between 1 and 12"),
}


def _call(node: Call, world: World, depth: int) -> Bounds:
    function = node.function.text
    if function in _FIXED:
        return _FIXED[function]
    if function in _NOT_NEGATIVE:
        return Bounds(0, INF, f"`{function}` is never negative")
    through = _PASS.get(function)
    inner = bounds(node.arguments[through], world, depth) if through is not None and node.arguments else ANY
    if function == "sum_over_time":
        return Bounds(0, INF, inner.why) if inner.low >= 0 else ANY
    return _clamped(node, inner) if function in ("clamp_min", "clamp_max", "clamp") else inner


def _clamped(node: Call, inner: Bounds) -> Bounds:
    function, limits = node.function.text, [number(each) for each in node.arguments[1:]]
    if not limits or limits[0] is None or limits[-1] is None:
        return ANY
    low = limits[0] if function != "clamp_max" else -INF
    high = limits[-1] if function != "clamp_min" else INF
    return Bounds(min(max(inner.low, low), high), max(min(inner.high, high), low), f"`{function}` cuts the rest off")


def _binary(node: Binary, world: World, depth: int) -> Bounds:
    operator = node.operator.text.lower()
    left, right = bounds(node.left, world, depth), bounds(node.right, world, depth)
    if operator in COMPARISONS:
        if node.boolean is not None:
            return Bounds(0, 1, "a comparison with `bool` is 0 or 1")
        return left.within(_narrowed(operator, right)) if number(node.left) is None else right
    if operator in SETS:
        return left | right if operator == "or" else left
    why = left.why or right.why
    if operator in ("+", "-"):
        if operator == "-":
            right = replace(right, low=-right.high, high=-right.low)
        return Bounds(left.low + right.low, left.high + right.high, why, left.presumed or right.presumed)
    if operator == "*":
        return _product(left, right)
    return _quotient(node, left, right) if operator == "/" else ANY


def _narrowed(operator: str, limit: Bounds) -> Bounds:
    """What a comparison with something lets through."""
    if operator in (">", ">="):
        return Bounds(limit.low, INF)
    if operator in ("<", "<="):
        return Bounds(-INF, limit.high)
    return limit if operator == "==" else ANY


def _product(left: Bounds, right: Bounds) -> Bounds:
    corners = [_times(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Bounds(min(corners), max(corners), left.why or right.why, left.presumed or right.presumed)


def _times(left: float, right: float) -> float:
    return 0.0 if left == 0 or right == 0 else left * right


def _quotient(node: Binary, left: Bounds, right: Bounds) -> Bounds:
    divisor = number(node.right)
    if divisor is not None:
        return _product(left, Bounds(1 / divisor, 1 / divisor)) if divisor else ANY
    if is_part(node.left, node.right):
        return Bounds(0, 1, "a part of a whole is between 0 and 1 of it")
    if presumed_part(node.left, node.right):
        return Bounds(0, 1, "failures are at most all of the requests, 1", presumed=True)
    return Bounds(0, INF, left.why or right.why) if left.low >= 0 and right.low >= 0 else ANY


_NODES: Mapping[type[Node], Callable[[Any, World, int], Bounds]] = {
    Selector: _selector,
    Aggregate: _aggregate,
    Call: _call,
    Binary: _binary,
    Number: lambda node, world, depth: Bounds(node.value, node.value),
}
