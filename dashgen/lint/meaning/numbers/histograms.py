"""The histogram behind an expression: its buckets and unit, and the quantiles that reach a number or a screen.

Follows series through functions, aggregations and recorded names as long as their values stay what they are, times a
constant factor. What cannot be followed is left out: a check then has nothing to say about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dashgen.catalogue.model import Buckets, Exporter, Metric
from dashgen.catalogue.version import Version
from dashgen.lint.assume import Exposed
from dashgen.lint.expression import Expression
from dashgen.lint.meaning.names.series import Known, telling
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Number, Paren, Selector, Signed
from dashgen.promql.parse import COMPARISONS, SETS

OTEL_DEFAULT: Buckets = (0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000)
"""The bounds of an OpenTelemetry SDK for a histogram nobody chose bounds for; made for milliseconds."""
BUCKET = "_bucket"
RATES = frozenset({"rate", "irate", "increase"})
FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
_KEEP = frozenset(
    {"label_replace", "label_join", "sort", "sort_desc", "abs", "ceil", "floor", "round", "clamp_min", "clamp_max"}
) | frozenset({"clamp", "last_over_time", "max_over_time", "min_over_time", "avg_over_time"})
_CHOOSE = frozenset({"max", "min", "avg", "topk", "bottomk", "quantile", "limitk", "limit_ratio"})
_THROUGH = _CHOOSE | {"sum"}
_DEEPEST = 8
_WHOSE = ("job", "service", "app", "container")
"""Labels that say whose series of a common name are."""
_UNITS = {"seconds": " s", "milliseconds": " ms", "usd": " USD", "tokens": " tokens", "bytes": " bytes"}


@dataclass(frozen=True, slots=True)
class Source:
    """Series that flow into an expression; ``rated``: as their rate or increase, not as they are counted."""

    selector: Selector
    rated: bool = False

    @property
    def name(self) -> str:
        """Of the series, as the selector says."""
        return self.selector.metric

    @property
    def base(self) -> str:
        """Of the histogram."""
        return self.name.removesuffix(BUCKET)


@dataclass(frozen=True, slots=True)
class Quantile:
    """The ``q`` quantile of some buckets times ``factor``; ``q`` is None where a variable chooses it."""

    q: float | None
    sources: tuple[Source, ...]
    factor: float = 1.0

    @property
    def words(self) -> str:
        """``p95``, or ``quantile``."""
        return f"p{round(self.q * 100, 3):g}" if self.q is not None else "quantile"


@dataclass(frozen=True, slots=True)
class Distribution:
    """What the catalogue says of a histogram of the deployment.

    ``layouts`` are the bounds its versions have, in ``unit``; none when they are not known. ``per_model``: they
    differ by model.
    """

    exporter: Exporter
    unit: str
    layouts: tuple[Buckets, ...]
    per_model: bool = False

    def shown(self, value: float) -> str:
        """A value in its unit."""
        return f"{value:g}{_UNITS.get(self.unit, '')}"


@dataclass(frozen=True, slots=True)
class Compared:
    """``quantile operator threshold``; ``threshold`` is in the unit of the buckets, ``node`` is where it is written."""

    quantile: Quantile
    operator: str
    threshold: float
    node: Node


def number(node: Node) -> float | None:
    """The value of a constant; None when it is none, or has a sign."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Paren):
        return number(node.inner)
    if isinstance(node, Binary) and node.operator.text in "*/+-":
        left, right = number(node.left), number(node.right)
        if left is None or right is None or (node.operator.text == "/" and not right):
            return None
        return {"*": left * right, "+": left + right, "-": left - right}.get(
            node.operator.text, left / right if right else 0
        )
    return None


def sources(node: Node, world: World, depth: int = 0) -> tuple[Source, ...]:
    """The series whose values an expression is made of, those behind recorded names instead of these."""
    if isinstance(node, Inner):
        return sources(node.inner, world, depth)
    if isinstance(node, Selector):
        return _behind(node, world, depth)
    if isinstance(node, Binary):
        return _of_both(node, world, depth)
    if not isinstance(node, (Aggregate, Call)) or not node.arguments:
        return ()
    function = node.function.text
    if isinstance(node, Aggregate):
        return sources(node.arguments[-1], world, depth) if function.lower() in _THROUGH else ()
    found = sources(node.arguments[0], world, depth) if function in RATES or function in _KEEP else ()
    return tuple(replace(each, rated=True) for each in found) if function in RATES else found


def _behind(node: Selector, world: World, depth: int) -> tuple[Source, ...]:
    recorded = world.recorded(node.metric)
    if not recorded:
        return (Source(node),)
    key = ("sources", node.metric)
    if key not in world.memo and depth < _DEEPEST:
        world.memo[key] = ()
        trees = (world.tree(record.expr) for record in recorded)
        found = [each for tree in trees if tree is not None for each in sources(tree, world, depth + 1)]
        world.memo[key] = tuple(found)
    behind: tuple[Source, ...] = world.memo.get(key, ())
    return behind


def _of_both(node: Binary, world: World, depth: int) -> tuple[Source, ...]:
    operator = node.operator.text.lower()
    if operator in ("and", "unless") or operator in COMPARISONS:
        return () if node.boolean else sources(node.left, world, depth)
    if operator in ("or", "+"):
        return sources(node.left, world, depth) + sources(node.right, world, depth)
    if operator in ("*", "/"):
        constant = number(node.right) is not None
        return sources(node.left if constant else node.right, world, depth) if constant or number(node.left) else ()
    return ()


def quantiles(node: Node, world: World, depth: int = 0) -> tuple[Quantile, ...]:
    """The quantiles whose values an expression has, as they are or times a constant."""
    if isinstance(node, Inner):
        return () if isinstance(node, Signed) else quantiles(node.inner, world, depth)
    if isinstance(node, Call) and node.arguments:
        return _called(node, world, depth)
    if isinstance(node, Aggregate) and node.arguments:
        return quantiles(node.arguments[-1], world, depth) if node.function.text.lower() in _CHOOSE else ()
    if isinstance(node, Selector):
        return _recorded(node.metric, world, depth)
    if isinstance(node, Binary):
        return _scaled(node, world, depth)
    return ()


def _called(node: Call, world: World, depth: int) -> tuple[Quantile, ...]:
    function = node.function.text
    if function == "histogram_quantile" and len(node.arguments) == 2:
        return (Quantile(number(node.arguments[0]), sources(node.arguments[1], world, depth)),)
    if function == "quantile_over_time":
        return quantiles(node.arguments[-1], world, depth)
    return quantiles(node.arguments[0], world, depth) if function in _KEEP else ()


def _recorded(name: str, world: World, depth: int) -> tuple[Quantile, ...]:
    recorded = world.recorded(name)
    if not recorded:
        return ()
    key = ("quantiles", name)
    if key not in world.memo and depth < _DEEPEST:
        world.memo[key] = ()
        trees = (world.tree(record.expr) for record in recorded)
        found = [each for tree in trees if tree is not None for each in quantiles(tree, world, depth + 1)]
        world.memo[key] = tuple(dict.fromkeys(found))
    behind: tuple[Quantile, ...] = world.memo.get(key, ())
    return behind


def _scaled(node: Binary, world: World, depth: int) -> tuple[Quantile, ...]:
    operator = node.operator.text.lower()
    if operator == "or":
        return quantiles(node.left, world, depth) + quantiles(node.right, world, depth)
    if operator in SETS or operator in COMPARISONS:
        side = node.right if number(node.left) is not None else node.left
        return () if node.boolean else quantiles(side, world, depth)
    if operator not in ("*", "/"):
        return ()
    left, right = number(node.left), number(node.right)
    if right:
        factor = right if operator == "*" else 1 / right
        return tuple(replace(each, factor=each.factor * factor) for each in quantiles(node.left, world, depth))
    if left and operator == "*":
        return tuple(replace(each, factor=each.factor * left) for each in quantiles(node.right, world, depth))
    return ()


def comparisons(expression: Expression, world: World) -> Iterator[Compared]:
    """Where an expression compares quantiles with constants; the same quantile and threshold once."""
    seen: set[tuple[object, ...]] = set()
    for node, _ in expression.analysis.binaries:
        operator = node.operator.text
        if operator not in COMPARISONS:
            continue
        for side, other, written in ((node.left, node.right, operator), (node.right, node.left, FLIPPED[operator])):
            threshold = number(other)
            if not threshold:
                continue
            for quantile in quantiles(side, world):
                for source in quantile.sources:
                    key = (source.base, threshold / quantile.factor, written[0])
                    if key not in seen:
                        seen.add(key)
                        single = replace(quantile, sources=(source,))
                        yield Compared(single, written, threshold / quantile.factor, other)


def distribution(name: str, world: World) -> Distribution | None:
    """What is known of the histogram a ``_bucket`` series belongs to; None when the deployment exposes none."""
    key = ("distribution", name)
    if key not in world.memo:
        world.memo[key] = _distribution(name, world)
    found: Distribution | None = world.memo[key]
    return found


def described(source: Source, world: World) -> Distribution | None:
    """What is known of the histogram of some series; None too where their selector says they are somebody else's."""
    found = distribution(source.name, world)
    if found is None or telling(source.name, found.exporter.name):
        return found
    said = [each for label in _WHOSE if (each := source.selector.where(label)) is not None and "$" not in each.text]
    return found if not said or any(found.exporter.name in each.text for each in said) else None


def _distribution(name: str, world: World) -> Distribution | None:
    best = world.exposure(name)
    if best is None or best.known.part != "bucket":
        return None
    known = best.known
    layouts: list[Buckets] = []
    for exposed in world.assume.exposed(known.exporter.name):
        layouts += _layouts(known, exposed)
    if not layouts and not known.metric.buckets_per_model:
        # Removed from the versions at hand: as it was last.
        layouts = [known.metric.buckets]
    per_model = any(metric.buckets_per_model for metric in known.metrics)
    unique = tuple(dict.fromkeys(layout for layout in layouts if layout))
    return Distribution(known.exporter, known.metric.unit, () if () in layouts else unique, per_model)


def _layouts(known: Known, exposed: Exposed) -> tuple[Buckets, ...]:
    changes = {start for metric in known.metrics for start, _ in metric.bucket_history if start is not None}
    changes |= {each for metric in known.metrics for each in (metric.since, metric.removed_in) if each is not None}
    found = (
        metric.buckets_at(version)
        for version in exposed.versions.points(changes)
        for metric in known.metrics
        if _there(metric, known.exporter, version)
    )
    return tuple(dict.fromkeys(found))


def _there(metric: Metric, exporter: Exporter, version: Version) -> bool:
    engine = next((each for each in exporter.engines if each.name == metric.engine), None)
    early = metric.since is not None and version < metric.since
    late = metric.removed_in is not None and metric.removed_in <= version
    return not early and not late and (engine is None or engine.possible_at(version))


def around(threshold: float, bounds: Buckets) -> tuple[float, float] | None:
    """The bucket a value lies inside of, as (lower, upper) bound; None on a bound and above the highest."""
    lower = 0.0
    for bound in bounds:
        if abs(bound - threshold) <= 1e-9 * abs(bound):
            return None
        if threshold < bound:
            return lower, bound
        lower = bound
    return None
