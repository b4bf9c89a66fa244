"""``sum-of-ratios``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.matching import certain, names, written_out
from dashgen.lint.meaning.numbers.units import constant, unit
from dashgen.lint.meaning.screen.panel_units import unit_of
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query
from dashgen.promql.nodes import Aggregate, Binary, Node, Paren, Selector, inside

_ONE_SERIES = frozenset(
    {"instance", "pod", "exported_pod", "pod_name", "gpu", "UUID", "gpu_uuid", "device", "GPU_I_ID", "server"}
)
"""Labels of which each value has a series of its own, or few."""
_GPU = frozenset({"gpu", "UUID", "gpu_uuid", "device", "GPU_I_ID"})
_PERCENT = frozenset({"", "percent", "percentunit"})


class SumOfRatios(Check):
    """Shares of different things do not add up: two half-full caches are not one full cache.

    The sum of a ratio grows with the number of pods. Two pods at 85 % are shown as 170 %, ten idle pods at 10 % reach
    an alert's 90 %, and after a scale-down everything looks better.

    Bad:

        sum(vllm:kv_cache_usage_perc) * 100

    Good:

        max by (model_name) (vllm:kv_cache_usage_perc) * 100

    Good:

        sum(rate(vllm:prefix_cache_hits_total[5m])) / sum(rate(vllm:prefix_cache_queries_total[5m]))
    """

    code = "PQL023"
    name = "sum-of-ratios"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what is summed."""
        for node, above in expression.analysis.aggregates:
            if node.function.text.lower() != "sum" or not node.arguments or _averaged(node, above):
                continue
            found = unit(node.arguments[-1], world)
            if found is None or found.base != "ratio" or not _many(node, world):
                continue
            if _counts_devices(node, expression, world):
                continue
            top = 100 if found.scale != 1 else 1
            yield self.finding(
                expression.at(node.function),
                expression.about,
                f"the sum of `{expression.short(node.arguments[-1])}`, each of which is {found}: "
                f"with two series it reaches {2 * top}, with ten {10 * top}",
                "`max` or `avg`, or a ratio of sums",
                "take the worst one with `max`, or divide the sum of the parts by the sum of the wholes",
            )


def _averaged(node: Aggregate, above: Above) -> bool:
    """Whether the sum is divided by the number of series, or by another sum, or divides something itself."""
    inner: Node = node
    for outer in reversed(above):
        if isinstance(outer, Binary):
            operator, other = outer.operator.text, outer.right if inner is outer.left else outer.left
            if operator == "/":
                return other is outer.left or constant(other) not in (1, 100)
            if operator != "*" or constant(other) is None:
                return False
        elif not isinstance(outer, Paren):
            return False
        inner = outer
    return False


def _many(node: Aggregate, world: World) -> bool:
    """Whether several series fall into one sum; one for each pod or GPU is no sum."""
    if not written_out(node.grouping):
        return False
    selectors = [each for each in inside(node.arguments[-1]) if isinstance(each, Selector)]
    listed = frozenset(names(node.grouping))
    if node.grouping is not None and node.grouping.word == "without":
        own = {label for each in selectors for entry in world.known(each.metric) for label in entry.metric.labels}
        return bool(listed & (own | _ONE_SERIES))
    gpu = any(entry.exporter.vantage == "gpu" for each in selectors for entry in world.known(each.metric))
    if listed & (_GPU if gpu else _ONE_SERIES):
        return False
    # Of series that were aggregated before, there is one for each set of labels.
    before = certain(node.arguments[-1], world)
    return not (before and before <= listed) or "instance" in before


def _counts_devices(node: Aggregate, expression: Expression, world: World) -> bool:
    """Whether it is meant as a number of busy GPUs: no percentage is shown or compared."""
    selectors = [each for each in inside(node) if isinstance(each, Selector)]
    gpu = any(entry.exporter.vantage == "gpu" for each in selectors for entry in world.known(each.metric))
    if not gpu:
        return False
    if not isinstance(expression.owner, Query):
        return True
    return unit_of(expression.owner)[0] not in _PERCENT
