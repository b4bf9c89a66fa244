"""In which unit the numbers of an expression are, as far as the catalogue, recorded names and suffixes say.

``rate`` makes it per second, constants scale it, divisions make shares and means; whatever is not certain is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dashgen.lint.meaning.names.series import Known
from dashgen.lint.meaning.numbers.labels import scalar
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Number, Selector, Signed, bare, inside
from dashgen.promql.parse import COMPARISONS


@dataclass(frozen=True, slots=True)
class Unit:
    """A value times ``scale`` is in ``base``, a word such as ``seconds`` or ``ratio``; ``per``: each second."""

    base: str
    scale: float = 1.0
    per: bool = False

    def __str__(self) -> str:
        text = _SPELLED.get((self.base, self.scale)) or (
            self.base if self.scale == 1 else f"{self.base} of {self.scale:g}"
        )
        return f"{text} per second" if self.per else text

    def times(self, factor: float) -> Unit | None:
        """The unit of the values multiplied by a constant; None when that makes something else of them."""
        size = abs(factor)
        if size in (0, 1):
            return self
        allowed = _FACTORS.get(self.base, _THOUSANDS)
        if not any(
            math.isclose(size, each, rel_tol=1e-9) or math.isclose(1 / size, each, rel_tol=1e-9) for each in allowed
        ):
            return None
        scale = self.scale / size
        return replace(self, scale=1.0 if math.isclose(scale, 1) else scale)


KIB: Final = 1024.0
_THOUSANDS = (1e3, 1e6, 1e9, 1e12)
_FACTORS: Mapping[str, tuple[float, ...]] = {
    "seconds": (*_THOUSANDS, 60.0, 3600.0, 86_400.0),
    "ratio": (100.0,),
    "bytes": (*_THOUSANDS, KIB, KIB**2, KIB**3, KIB**4, 8.0),
    "usd": (100.0,),
    "celsius": (),
}
_SPELLED: Mapping[tuple[str, float], str] = {
    ("seconds", 1e-3): "milliseconds",
    ("seconds", 1e-6): "microseconds",
    ("seconds", 1e-9): "nanoseconds",
    ("seconds", 60.0): "minutes",
    ("seconds", 3600.0): "hours",
    ("seconds", 86_400.0): "days",
    ("ratio", 1.0): "a ratio of 0 to 1",
    ("ratio", 0.01): "a percentage",
    ("bytes", 1e3): "kB",
    ("bytes", 1e6): "MB",
    ("bytes", 1e9): "GB",
    ("bytes", 1e12): "TB",
    ("bytes", KIB): "KiB",
    ("bytes", KIB**2): "MiB",
    ("bytes", KIB**3): "GiB",
    ("bytes", KIB**4): "TiB",
    ("bytes", 1 / 8): "bits",
    ("usd", 1.0): "US dollars",
    ("usd", 0.01): "cents",
    ("joules", 1e-3): "millijoules",
    ("hertz", 1e6): "MHz",
}
_CATALOGUE: Mapping[str, Unit] = {
    "milliseconds": Unit("seconds", 1e-3),
    "microseconds": Unit("seconds", 1e-6),
    "nanoseconds": Unit("seconds", 1e-9),
    "hours": Unit("seconds", 3600.0),
    "percent": Unit("ratio", 0.01),
    "MiB": Unit("bytes", KIB**2),
    "kilobytes": Unit("bytes", 1e3),
    "megabytes": Unit("bytes", 1e6),
    "gigabytes": Unit("bytes", 1e9),
    "bytes_per_second": Unit("bytes", per=True),
    "gigabytes_per_second": Unit("bytes", 1e9, per=True),
    "tokens_per_second": Unit("tokens", per=True),
    "millijoules": Unit("joules", 1e-3),
    "MHz": Unit("hertz", 1e6),
} | {
    each: Unit(each)
    for each in ("seconds", "ratio", "bytes", "tokens", "requests", "usd", "watts", "celsius", "flops", "blocks")
}
OBSERVATIONS = Unit("observations")
_SUFFIXES: tuple[tuple[str, Unit], ...] = (
    ("_milliseconds", Unit("seconds", 1e-3)),
    ("_seconds", Unit("seconds")),
    ("_bytes", Unit("bytes")),
)
"""What Prometheus' own rules for names say; of names that nothing else is known of."""
_PARTS = ("_bucket", "_count", "_sum", "_total", "_created")
_SAME = frozenset({"sum", "avg", "min", "max", "topk", "bottomk", "limitk", "limit_ratio", "quantile"})
_SAME_CALL = frozenset({"abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "sort", "sort_desc"}) | {
    *("label_replace", "label_join", "scalar", "vector", "avg_over_time", "min_over_time", "max_over_time"),
    *("last_over_time", "quantile_over_time", "delta", "idelta", "sort_by_label", "sort_by_label_desc"),
}
_RATES = frozenset({"rate", "irate", "deriv"})
_DEEPEST = 8


def unit(node: Node, world: World, depth: int = 0) -> Unit | None:
    """The unit of a node's values; None when nobody can say."""
    if isinstance(node, Inner):
        return unit(node.inner, world, depth)
    of = _NODES.get(type(node))
    return of(node, world, depth) if of is not None else None


def constant(node: Node) -> float | None:
    """The value of an expression of numbers only."""
    node = bare(node)
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Signed):
        size = constant(node.inner)
        return -size if size is not None and node.negative else size
    if isinstance(node, Binary) and node.operator.text in ("*", "/", "+", "-", "^"):
        # Chains go deep on the left: the right side most often tells that it is no number.
        if (right := constant(node.right)) is None or (left := constant(node.left)) is None:
            return None
        return _calculated(node.operator.text, left, right)
    return None


def _calculated(operator: str, left: float, right: float) -> float | None:
    try:
        if operator == "*":
            return left * right
        if operator == "/":
            return left / right
        if operator == "^":
            return float(left**right)
        return left + right if operator == "+" else left - right
    except (OverflowError, ZeroDivisionError, TypeError):
        return None


def _one(found: Iterator[Unit | None]) -> Unit | None:
    units = set(found)
    return units.pop() if len(units) == 1 else None


def _selector(node: Selector, world: World, depth: int) -> Unit | None:
    name = node.metric
    recorded = world.recorded(name)
    if not recorded:
        return of_name(name, world)
    if depth >= _DEEPEST:
        return None
    key = ("unit", name)
    if key not in world.memo:
        world.memo[key] = None
        trees = [world.tree(record.expr) for record in recorded]
        world.memo[key] = _one(None if tree is None else unit(tree, world, depth + 1) for tree in trees)
    memo: Unit | None = world.memo[key]
    return memo


def of_name(name: str, world: World) -> Unit | None:
    """The unit of a series by the catalogue, or else by the end of its name."""
    entries = world.known(name)
    if entries:
        return _one(_of_entry(each, name) for each in entries)
    base = next((name.removesuffix(part) for part in _PARTS if name.endswith(part)), name)
    if name.endswith("_created") or "timestamp" in name:
        return None
    found = next((found for suffix, found in _SUFFIXES if base.endswith(suffix)), None)
    if name.endswith(("_bucket", "_count")):
        return OBSERVATIONS if found is not None else None
    return found


def _of_entry(entry: Known, name: str) -> Unit | None:
    if entry.part == "created" or "timestamp" in name:
        return None
    if entry.part in ("count", "bucket"):
        return OBSERVATIONS
    found = _one(_CATALOGUE.get(metric.unit) for metric in entry.metrics)
    return None if entry.part == "sum" and found is not None and found.base == "ratio" else found


def of_distribution(node: Node, world: World, depth: int = 0) -> Unit | None:
    """The unit of what a histogram measures, whose buckets an expression is made of."""
    found = []
    for each in inside(node):
        if isinstance(each, Selector):
            found.append(_measured(each.metric, world, depth))
    return _one(iter(found))


def _measured(name: str, world: World, depth: int) -> Unit | None:
    recorded = world.recorded(name)
    if recorded:
        trees = [world.tree(record.expr) for record in recorded] if depth < _DEEPEST else []
        return _one(None if tree is None else of_distribution(tree, world, depth + 1) for tree in trees)
    base = name.removesuffix("_bucket")
    entries = world.known(name)
    if entries:
        return _one(_CATALOGUE.get(metric.unit) for each in entries for metric in each.metrics)
    return next((found for suffix, found in _SUFFIXES if base.endswith(suffix)), None)


def _aggregate(node: Aggregate, world: World, depth: int) -> Unit | None:
    if node.function.text.lower() in _SAME and node.arguments:
        return unit(node.arguments[-1], world, depth)
    return None


def _call(node: Call, world: World, depth: int) -> Unit | None:
    function = node.function.text
    if not node.arguments:
        return None
    if function == "histogram_quantile":
        return of_distribution(node.arguments[-1], world, depth)
    found = unit(node.arguments[-1 if function == "quantile_over_time" else 0], world, depth)
    if function in _SAME_CALL:
        return found
    if found is None or found.per:
        return None
    return found if function == "increase" else _per_second(found) if function in _RATES else None


def _per_second(found: Unit) -> Unit | None:
    if found.base == "joules":
        return Unit("watts", found.scale)
    return None if found.base in ("ratio", "celsius", "hertz") else replace(found, per=True)


def _binary(node: Binary, world: World, depth: int) -> Unit | None:
    operator = node.operator.text.lower()
    left = unit(node.left, world, depth)
    if operator in ("and", "unless") or operator in COMPARISONS:
        return None if node.boolean is not None else left if not scalar(node.left) else unit(node.right, world, depth)
    right = unit(node.right, world, depth)
    factors = constant(node.left), constant(node.right)
    if operator in ("*", "/") and any(each is not None for each in factors):
        return _scaled(operator, left, right, *factors)
    if operator in ("+", "-", "or"):
        if _is_constant(node.left):
            return right
        return left if _is_constant(node.right) or left == right else None
    return _divided(left, right) if operator == "/" and left is not None and right is not None else None


def _is_constant(node: Node) -> bool:
    node = bare(node)
    if isinstance(node, Call) and node.function.text == "vector":
        return True
    return constant(node) is not None


def _scaled(
    operator: str, left: Unit | None, right: Unit | None, before: float | None, after: float | None
) -> Unit | None:
    if before is not None:
        return right.times(before) if right is not None and operator == "*" else None
    if left is None or after is None or (operator == "/" and after == 0):
        return None
    return left.times(after if operator == "*" else 1 / after)


_COUNTS = frozenset({"requests", "observations"})


def _divided(left: Unit, right: Unit) -> Unit | None:
    if left.per == right.per and (left.base == right.base or {left.base, right.base} <= _COUNTS):
        scale = left.scale / right.scale
        return Unit("ratio", scale) if math.isclose(scale, 1) or math.isclose(scale, 0.01) else None
    if left.per == right.per and right.base in _COUNTS and right.scale == 1:
        return replace(left, per=False)
    return None


_NODES: Mapping[type[Node], Callable[[Any, World, int], Unit | None]] = {
    Selector: _selector,
    Aggregate: _aggregate,
    Call: _call,
    Binary: _binary,
}
