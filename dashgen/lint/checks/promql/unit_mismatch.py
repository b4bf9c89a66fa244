"""``unit-mismatch``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.spoken_units import spoken_otherwise
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.numbers.units import Unit, constant, unit
from dashgen.lint.meaning.screen.panel_units import SHOWN, fits, shown, unit_of, wanted
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, Rule
from dashgen.promql.nodes import Node, Selector, inside
from dashgen.promql.parse import COMPARISONS


class UnitMismatch(Check):
    """A panel shows numbers in another unit than they are in, or a threshold is in another unit than its metric.

    Grafana writes the unit behind whatever number comes: 2.5 seconds shown as `ms` read "2.50 ms", a KV cache at 0.97
    shown as `percent` reads "0.97%", MiB shown as `decmbytes` are 4.9 % off. Somebody plans or sleeps by that number.

    A threshold of 2 on a metric in milliseconds is 2 ms: the alert fires for every request.

    Bad:

        panels:
          - {id: 1, type: stat, title: KV cache, fieldConfig: {defaults: {unit: percent}},
             targets: [{refId: A, expr: "max(vllm:kv_cache_usage_perc)"}]}

    Good:

        panels:
          - {id: 1, type: stat, title: KV cache, fieldConfig: {defaults: {unit: percentunit}},
             targets: [{refId: A, expr: "max(vllm:kv_cache_usage_perc)"}]}
    """

    code = "PQL029"
    name = "unit-mismatch"
    severity = Severity.ERROR
    example = "dashboard"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Compares the unit of a query with that of its panel, and thresholds with what they are compared to."""
        root = expression.analysis.root
        if root is None:
            return
        if isinstance(expression.owner, Query):
            yield from self._shown(expression, expression.owner, root, world)
        yield from self._compared(expression, world)

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Compares the unit of an alert's value with the one its text puts behind it."""
        for each in spoken_otherwise(rule, world):
            yield self.finding(
                each.place,
                rule.about,
                f"the value is shown as {each.said} by `{each.word}`, while the expression returns {each.really}",
                f"the text to say {each.really}",
                "correct the text, use `humanizeDuration` or `humanizePercentage`, or convert in the expression",
            )

    def _shown(self, expression: Expression, query: Query, root: Node, world: World) -> Iterator[Finding]:
        name, path = unit_of(query)
        panel = shown(name)
        # Buckets side by side are drawn as a distribution, whose unit is that of another axis.
        found = unit(root, world) if panel is not None and "le" not in labels(root, world).names else None
        if panel is None or found is None or fits(found, panel):
            return
        if found.base == "seconds" and found.per:
            # How busy something is: a share, or how many at a time.
            return
        right = wanted(found)
        place = Place(query.panel.dashboard.document, (*query.panel.path, *path))
        action = (
            f"set the unit to `{right}`, or convert in the query" if right else "choose a unit that fits, or `short`"
        )
        if any(each is not query and _fits(each, panel, world) for each in query.panel.queries):
            action = "give it a unit of its own with an override, or a panel: the other queries have the right one"
        finding = self.finding(
            place,
            expression.about,
            f"unit `{name}` ({SHOWN.get(name) or panel}), while the query returns {found}{_error(found, panel)}",
            f"`{right}`" if right else f"a unit for {found}",
            action,
        )
        # `2 MB` for 2 MB a second: the number is right.
        right_number = found.base == panel.base and found.scale == panel.scale
        yield replace(finding, severity=Severity.WARNING) if right_number else finding

    def _compared(self, expression: Expression, world: World) -> Iterator[Finding]:
        for node, _ in expression.analysis.binaries:
            if node.operator.text not in COMPARISONS:
                continue
            limit = constant(node.right)
            found = unit(node.left, world) if limit else None
            if not limit or found != Unit("seconds", 1e-3):
                continue
            lowest = _lowest_bound(node.left, world)
            if lowest is not None and 0 < limit < lowest:
                yield self.finding(
                    expression.at(node.right),
                    expression.about,
                    f"a threshold of {limit:g} on a metric in milliseconds, whose lowest bucket ends at {lowest:g}",
                    f"`{limit * 1000:g}` when seconds were meant",
                    "write the threshold in milliseconds, or divide the metric by 1000",
                )


def _fits(query: Query, panel: Unit, world: World) -> bool:
    """Whether a query returns what the panel shows."""
    root = query.expression.analysis.root if query.expression is not None else None
    found = unit(root, world) if root is not None else None
    return found is not None and fits(found, panel)


def _error(found: Unit, panel: Unit) -> str:
    """How far off the number is, when it is the same quantity."""
    if found.base != panel.base or found.per != panel.per:
        return ""
    factor = panel.scale / found.scale
    factor = max(factor, 1 / factor)
    if factor < 1.5:
        return f": {(factor - 1) * 100:.2g} % off"
    return f": off by a factor of {round(factor) if math.isclose(factor, round(factor)) else f'{factor:g}'}"


def _lowest_bound(node: Node, world: World, depth: int = 0) -> float | None:
    """The lowest bound of the histograms an expression is made of, through records."""
    bounds: set[float] = set()
    for each in inside(node):
        if not isinstance(each, Selector):
            continue
        for record in world.recorded(each.metric) if depth < 8 else ():
            tree = world.tree(record.expr)
            inner = _lowest_bound(tree, world, depth + 1) if tree is not None else None
            bounds |= {inner} if inner is not None else set()
        bounds |= {
            metric.buckets[0] for known in world.known(each.metric) for metric in known.metrics if metric.buckets
        }
    return min(bounds, default=None)
