"""``threshold-beyond-top-bucket``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import Quantile, comparisons, described, quantiles
from dashgen.lint.meaning.screen.thresholds import drawn
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel


class ThresholdBeyondTopBucket(Check):
    """No quantile is higher than the highest bound of its buckets, so this threshold is never reached.

    Requests above the highest finite bound are all in the bucket ``+Inf``, and a quantile that falls into it is
    reported as that bound: with bounds up to 10 s a p99 of five minutes reads 10 s. An alert above the bound cannot
    fire, whatever happens; one below it is always true.

    Bounds are the exporter's defaults; where they were changed, this is a false alarm.

    Bad:

        histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="vllm"}[5m]))) > 5

    Good:

        histogram_quantile(0.99, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))) > 5
    """

    code = "PQL013"
    name = "threshold-beyond-top-bucket"
    severity = Severity.ERROR
    example = "alert"
    assume = ("vllm=0.33",)

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at quantiles compared with numbers."""
        if expression.kind == "record":
            return
        for each in comparisons(expression, world):
            place = expression.at(each.node)
            yield from self._judge(each.quantile, each.operator, each.threshold, place, expression.about, world)

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at the lines drawn over quantiles."""
        for value, place in drawn(panel):
            roots = (query.expression.analysis.root for query in panel.queries if query.expression is not None)
            shown = (each for root in roots if root is not None for each in quantiles(root, world))
            for each in shown:
                found = [*self._judge(each, ">", value / each.factor, place, panel.about, world)]
                if found:
                    yield found[0]
                    break

    def _judge(
        self, quantile: Quantile, operator: str, threshold: float, place: Place, about: str, world: World
    ) -> Iterable[Finding]:
        for source in quantile.sources[:1]:
            known = described(source, world)
            if known is None or not known.layouts or operator in ("==", "!="):
                return
            top = max(layout[-1] for layout in known.layouts)
            if threshold < top or (threshold == top and operator in (">=", "<")):
                return
            always = "always true" if operator in ("<", "<=") else "never reached"
            yield self.finding(
                place,
                about,
                f"{quantile.words} of `{source.base}` against {known.shown(threshold)}, but its highest bound is "
                f"{known.shown(top)}",
                f"a threshold below {known.shown(top)}: what is above reads {known.shown(top)}, so this is {always}",
                "lower the threshold, or give the histogram higher bounds",
            )
