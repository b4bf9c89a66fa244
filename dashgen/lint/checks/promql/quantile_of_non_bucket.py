"""``quantile-of-non-bucket``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, sources
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Node, Selector, walk

_PARTS = ("_sum", "_count", "_created")


class QuantileOfNonBucket(Check):
    """Only buckets have a quantile; of a gauge, a counter or a sum nothing comes out.

    ``histogram_quantile`` reads ``<name>_bucket`` series, or a native histogram. Anything else has no ``le`` and is
    left out without a word, so the panel stays empty and the alert never fires. Of several values of one moment
    ``quantile`` gives the quantile, of the values of one series over time ``quantile_over_time``.

    Bad:

        histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_sum[5m])))

    Good:

        histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))
    """

    code = "PQL007"
    name = "quantile-of-non-bucket"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the series that reach ``histogram_quantile``."""
        for call, _ in expression.analysis.calls:
            if call.function.text != "histogram_quantile" or len(call.arguments) != 2:
                continue
            for name in dict.fromkeys(each.name for each in sources(call.arguments[1], world)):
                what = _what(name, world)
                if what:
                    yield self.finding(
                        expression.at(_written(name, call.arguments[1]) or call.function),
                        expression.about,
                        f"`histogram_quantile` of `{name}`, {what}",
                        "buckets; of anything else nothing comes out",
                        _action(name, world),
                    )


def _what(name: str, world: World) -> str:
    """What a series is that has no buckets; '' for buckets, for a histogram as a whole, and when nobody knows."""
    entries = world.known(name)
    if entries:
        # A histogram without suffix may be a native one, or `histogram-without-suffix`.
        if any(each.part == "bucket" or (each.metric.type == "histogram" and not each.part) for each in entries):
            return ""
        known = entries[-1]
        kind = f"the {known.part} of a {known.metric.type}" if known.part else f"a {known.metric.type}"
        return f"which is {kind} of {known.exporter.title}"
    part = next((each for each in _PARTS if name.endswith(each)), "")
    return f"whose name says that it is the {part[1:]} of a histogram" if part else ""


def _action(name: str, world: World) -> str:
    base = next((name.removesuffix(part) for part in _PARTS if name.endswith(part)), name)
    buckets = f"{base}{BUCKET}"
    if base != name and (world.known(buckets) or not world.known(name)):
        return f"read `{buckets}`"
    return "take `quantile` of the values, or `quantile_over_time` of their past"


def _written(name: str, node: Node) -> Selector | None:
    """Where a series is written; None when it is behind a recorded name."""
    return next((each for each, _ in walk(node) if isinstance(each, Selector) and each.metric == name), None)
