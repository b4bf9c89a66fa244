"""``mean-as-latency``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import number, sources
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, Rule, text
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Selector
from dashgen.promql.parse import COMPARISONS

_PERCENTILE = re.compile(r"\bp(?:50|90|95|98|99)\b|percentile|quantile|median", re.IGNORECASE)
_MEAN = re.compile(r"av(?:era)?ge?|mean", re.IGNORECASE)
_LATENCY = re.compile(r"latency|duration|time|ttft|itl|tpot|_seconds|_milliseconds|delay|wait", re.IGNORECASE)
_KEEP = frozenset({"label_replace", "label_join", "max", "min", "topk", "clamp_min", "round"})


class MeanAsLatency(Check):
    """A mean latency hides the users who wait, so it pages late or not at all.

    With a mean of 1.5 s one request in ten can take 15 s. Ninety fast answers from a cache make up for ten users who
    gave up, and a mean above a high threshold means that nearly everybody waits. A quantile counts users, and the
    share of requests below a bucket's bound does so exactly. A panel whose title says p95 and that shows a mean is
    taken for what it says.

    Bad:

        - alert: TTFTHigh
          expr: >-
            rate(vllm:time_to_first_token_seconds_sum[5m]) / rate(vllm:time_to_first_token_seconds_count[5m]) > 10

    Good:

        - alert: TTFTHigh
          expr: >-
            histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 10
    """

    code = "PQL009"
    name = "mean-as-latency"
    severity = Severity.WARNING
    example = "rules"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at alerts on means, and at means under titles that promise quantiles."""
        owner = expression.owner
        if expression.kind == "alert" and isinstance(owner, Rule) and not _MEAN.search(owner.name):
            for node, _ in expression.analysis.binaries:
                if node.operator.text not in COMPARISONS or number(node.right) is None:
                    continue
                base = _mean(node.left, world)
                if base:
                    yield self._finding(expression, node.left, base, "a threshold on")
        elif isinstance(owner, Query) and expression.analysis.root is not None and _promised(owner):
            base = _mean(expression.analysis.root, world)
            if base:
                yield self._finding(expression, expression.analysis.root, base, "under a title that says quantile,")

    def _finding(self, expression: Expression, node: Node, base: str, what: str) -> Finding:
        return self.finding(
            expression.at(node),
            expression.about,
            f"{what} the mean of `{base}`, sum divided by count",
            "a quantile, or the share of requests below a bound: the mean stays low while one in ten is slow",
            f"write `histogram_quantile(0.95, sum by (le) (rate({base}_bucket[5m])))`",
        )


def _promised(query: Query) -> bool:
    """Whether a panel says that it shows quantiles and nothing about this query says otherwise."""
    title, legend = query.panel.title, text(query.data.get("legendFormat"))
    if not _PERCENTILE.search(title) or _MEAN.search(title) or _MEAN.search(legend):
        return False
    others = (each.expression.text for each in query.panel.queries if each.expression is not None)
    return not any("quantile" in each for each in others)


def _mean(node: Node, world: World, depth: int = 0) -> str:
    """The latency histogram whose mean an expression is; '' when it is none."""
    if isinstance(node, Inner):
        return _mean(node.inner, world, depth)
    if isinstance(node, Selector):
        trees = (world.tree(record.expr) for record in world.recorded(node.metric)) if depth < 4 else ()
        return next((found for tree in trees if tree is not None and (found := _mean(tree, world, depth + 1))), "")
    if isinstance(node, (Call, Aggregate)):
        through = node.function.text.lower() in _KEEP and node.arguments
        of = node.arguments[-1 if isinstance(node, Aggregate) else 0] if through else None
        return _mean(of, world, depth) if of is not None else ""
    return _scaled(node, world, depth) if isinstance(node, Binary) else ""


def _scaled(node: Binary, world: World, depth: int) -> str:
    operator = node.operator.text
    if operator in ("*", "/") and number(node.right) is not None:
        return _mean(node.left, world, depth)
    if operator == "*" and number(node.left) is not None:
        return _mean(node.right, world, depth)
    return _divided(node, world) if operator == "/" else ""


def _divided(node: Binary, world: World) -> str:
    above, below = sources(node.left, world), sources(node.right, world)
    if len(above) != 1 or len(below) != 1 or not (above[0].rated and below[0].rated):
        return ""
    base = above[0].name.removesuffix("_sum")
    if above[0].name == base or below[0].name != f"{base}_count":
        return ""
    known = world.known(above[0].name)
    if known:
        return base if known[-1].metric.unit in ("seconds", "milliseconds") else ""
    return base if _latency(base) else ""


@lru_cache(maxsize=4096)
def _latency(name: str) -> bool:
    return bool(_LATENCY.search(name))
