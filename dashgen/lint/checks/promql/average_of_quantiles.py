"""``average-of-quantiles``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import quantiles
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Call, Inner, Node, Ranged, Selector, Signed

_MIX = frozenset({"avg", "sum"})
_SAME = frozenset({"max", "min", "topk", "bottomk"})
_KEEP = frozenset({"label_replace", "label_join", "last_over_time", "max_over_time"})
_NAMED = re.compile(r"(?:^|[_:])p(?:50|75|80|90|95|98|99|999)(?:[_:]|$)")


class AverageOfQuantiles(Check):
    """Neither the average nor the sum of quantiles is a quantile of anything.

    A pod with ten requests weighs as much as one with ten thousand. Nine idle pods with a p99 of 0.2 s and one that
    serves everybody at 8 s have an average of 0.98 s, while one user in a hundred waits 8 s. Add up the buckets and
    take the quantile of the sum; ``max`` says how bad the worst one is.

    Bad:

        avg(histogram_quantile(0.99, sum by (le, pod) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))))

    Good:

        histogram_quantile(0.99, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m])))

    Good:

        max(histogram_quantile(0.99, sum by (le, pod) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))))
    """

    code = "PQL008"
    name = "average-of-quantiles"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at averages and sums."""
        for node, _ in expression.analysis.aggregates:
            if node.function.text.lower() not in _MIX or len(node.arguments) != 1:
                continue
            what = _quantile(node.arguments[0], world)
            if not what or _changes_nothing(node, world):
                continue
            function = node.function.text.lower()
            yield self.finding(
                expression.at(node.function),
                expression.about,
                f"the {'average' if function == 'avg' else 'sum'} of {what}",
                "the quantile of the added buckets, or the `max` of the quantiles",
                "sum the bucket rates `by (le)` first, or write `max`",
            )


def _quantile(node: Node, world: World) -> str:
    """What an expression is when its values are quantiles, in words; '' else."""
    if isinstance(node, Signed):
        return ""
    if isinstance(node, Inner):
        return _quantile(node.inner, world)
    if isinstance(node, Selector):
        return _series(node, world)
    if isinstance(node, Aggregate) and node.function.text.lower() in _SAME and node.arguments:
        return _quantile(node.arguments[-1], world)
    if isinstance(node, Call) and node.function.text in _KEEP and node.arguments:
        return _quantile(node.arguments[0], world)
    found = quantiles(node, world)
    return f"{found[0].words} values" if found else ""


def _series(node: Selector, world: World) -> str:
    name = node.metric
    quantile = node.where("quantile")
    if quantile is not None and quantile.operator.text == "=" and quantile.text not in ("0", "1", "", "0.0", "1.0"):
        return f"`{name}` at quantile {quantile.text}, which every process works out for itself"
    recorded = quantiles(node, world)
    if recorded:
        return f"`{name}`, a recorded {recorded[0].words}"
    known = world.known(name)
    if known:
        summary = all(each.metric.type == "summary" and not each.part for each in known)
        return f"`{name}`, quantiles that every process works out for itself" if summary else ""
    return f"`{name}`, by its name a quantile" if not world.recorded(name) and _named(name) else ""


@lru_cache(maxsize=4096)
def _named(name: str) -> bool:
    return bool(_NAMED.search(name)) and not name.endswith(("_bucket", "_sum", "_count", "_total"))


def _changes_nothing(node: Aggregate, world: World) -> bool:
    """Whether every group is one series, so that the sum is only there to choose labels."""
    inner = labels(node.arguments[0], world)
    if inner.open or isinstance(node.arguments[0], Ranged):
        return False
    outer = labels(node, world)
    return inner.names <= outer.names
