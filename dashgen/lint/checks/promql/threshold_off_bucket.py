"""``threshold-off-bucket``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import Quantile, around, comparisons, described, quantiles
from dashgen.lint.meaning.screen.thresholds import drawn
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel

_NARROW = 1.1
"""Buckets whose bounds differ by less than a tenth: nobody minds the error."""


class ThresholdOffBucket(Check):
    """A quantile is exact only at the bounds of its buckets; in between it is a guess.

    The server knows how many requests were below 1 s and below 2.5 s, and nothing of those in between: the quantile
    is interpolated on a straight line. When it reads 2 s, the true one can be anywhere in the bucket, so the alert
    fires for requests of 1.1 s or stays silent at 2.4 s. Against a bound the comparison is exact, and the share of
    requests below the bound asks the same question at a tenth of the cost.

    Bounds are the exporter's defaults; where they were changed, this is a false alarm.

    Bad:

        histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 2

    Good:

        histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 2.5
    """

    code = "PQL012"
    name = "threshold-off-bucket"
    severity = Severity.WARNING
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at quantiles compared with numbers."""
        if expression.kind == "record":
            return
        seen: set[tuple[str, float]] = set()
        for each in comparisons(expression, world):
            key = (each.quantile.sources[0].base, each.threshold)
            if key in seen:
                continue
            seen.add(key)
            place = expression.at(each.node)
            yield from self._judge(each.quantile, each.threshold, place, expression.about, world)

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at the lines drawn over quantiles."""
        lines = list(drawn(panel))
        if not lines:
            return
        roots = (query.expression.analysis.root for query in panel.queries if query.expression is not None)
        shown = [each for root in roots if root is not None for each in quantiles(root, world)]
        for value, place in lines:
            for quantile in shown:
                found = [*self._judge(replace(quantile, q=None), value / quantile.factor, place, panel.about, world)]
                if found:
                    # Once for a line: p50, p95 and p99 are read off the same buckets.
                    yield found[0]
                    break

    def _judge(self, quantile: Quantile, threshold: float, place: Place, about: str, world: World) -> Iterable[Finding]:
        for source in quantile.sources[:1]:
            known = described(source, world)
            buckets = [around(threshold, layout) for layout in known.layouts] if known is not None else []
            bucket = buckets[-1] if buckets and all(buckets) else None
            if known is None or bucket is None or bucket[1] <= _NARROW * bucket[0]:
                return
            lower, upper = bucket
            low, high = known.shown(lower), known.shown(upper)
            early, late = 100 * (1 - lower / threshold), 100 * (upper / threshold - 1)
            yield self.finding(
                place,
                about,
                f"{quantile.words} of `{source.base}` against {known.shown(threshold)}, inside the bucket from "
                f"{low} to {high}",
                f"a bound: when it reads {known.shown(threshold)} the true value is anything from {low} to {high}, "
                f"{early:.0f}% less to {late:.0f}% more",
                f"compare with {high}" + (f" or {low}" if lower else "") + ", or with the share of requests below it",
            )
