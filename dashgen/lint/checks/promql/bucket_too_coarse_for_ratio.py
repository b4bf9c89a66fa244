"""``bucket-too-coarse-for-ratio``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from dashgen.catalogue.model import Buckets
from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, distribution, number, quantiles
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Binary, Inner, Node, Selector
from dashgen.promql.parse import COMPARISONS


class BucketTooCoarseForRatio(Check):
    """A ratio of two quantiles cannot see a change that stays inside one bucket.

    When the requests of this week and of last week lie in the same bucket, both quantiles are the same number and
    their ratio is 1, although the true one may have doubled. Where neighbouring bounds are further apart than the
    factor that is asked for, the alert misses exactly what it is for, and the other way round a small change across
    a bound can read as a large one.

    Bad:

          histogram_quantile(0.95, sum by (le) (rate(vllm:inter_token_latency_seconds_bucket[1h])))
        > 1.5 *
          histogram_quantile(0.95, sum by (le) (rate(vllm:inter_token_latency_seconds_bucket[1h] offset 1w)))

    Good:

          histogram_quantile(0.99, sum by (le) (rate(llm_cost_per_request_usd_bucket[1h])))
        > 2 *
          histogram_quantile(0.99, sum by (le) (rate(llm_cost_per_request_usd_bucket[1h] offset 1w)))
    """

    code = "PQL014"
    name = "bucket-too-coarse-for-ratio"
    severity = Severity.WARNING
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at quantiles compared with a multiple of themselves."""
        for node, _ in expression.analysis.binaries:
            tested = _tested(node, world) if node.operator.text in COMPARISONS else None
            if tested is None:
                continue
            base, ratio = tested
            known = distribution(f"{base}{BUCKET}", world)
            widest = [_widest(layout) for layout in known.layouts] if known is not None else []
            if known is None or not widest or min(high / low for low, high in widest) <= ratio * (1 + 1e-9):
                continue
            low, high = widest[-1]
            yield self.finding(
                expression.at(node.operator),
                expression.about,
                f"quantiles of `{base}` that differ by a factor of {ratio:g}; its bounds {known.shown(low)} and "
                f"{known.shown(high)} are {high / low:.3g} times apart",
                f"bounds closer together than {ratio:g} times: inside one bucket a change by that factor reads as none",
                "give the histogram closer bounds, test a larger factor, or compare the shares below a bound",
            )


def _widest(layout: Buckets) -> tuple[float, float]:
    """The neighbouring bounds furthest apart, the lowest and the highest pair left out: little is in these."""
    pairs = [(low, high) for low, high in pairwise(layout) if low > 0]
    inner = pairs[1:-1] or pairs or [(1.0, 1.0)]
    return max(inner, key=lambda pair: pair[1] / pair[0])


def _tested(node: Binary, world: World) -> tuple[str, float] | None:
    """(histogram, factor above 1) of a comparison of its quantiles with one another; None when it is none."""
    constant = number(node.right)
    sides = _divided(node.left, world) if constant is not None else (node.left, node.right)
    if sides is None:
        return None
    above, below = quantiles(sides[0], world), quantiles(sides[1], world)
    if not above or not below or not above[0].sources or not below[0].sources:
        return None
    base = above[0].sources[0].base
    factor = (constant if constant is not None else 1.0) * below[0].factor / above[0].factor
    if any(each.base != base for one in (*above, *below) for each in one.sources) or factor <= 0 or factor == 1:
        return None
    return base, max(factor, 1 / factor)


def _divided(node: Node, world: World, depth: int = 0) -> tuple[Node, Node] | None:
    """Both sides of the ratio that an expression is, also behind a recorded name."""
    while isinstance(node, Inner):
        node = node.inner
    if isinstance(node, Selector) and depth < 4:
        trees = (world.tree(record.expr) for record in world.recorded(node.metric))
        return next((found for tree in trees if tree and (found := _divided(tree, world, depth + 1))), None)
    return (node.left, node.right) if isinstance(node, Binary) and node.operator.text == "/" else None
