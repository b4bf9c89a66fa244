"""``quantile-without-le``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, sources
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.world import World
from dashgen.promql.histogram import BOUND
from dashgen.promql.nodes import Aggregate, Call, Node, walk


class QuantileWithoutLe(Check):
    """A quantile is read off buckets, and an aggregation without ``le`` has added them up.

    ``histogram_quantile`` leaves out series without the label ``le``, so the result is empty: the panel says "No
    data", the alert never fires, and neither says why.

    Bad:

        histogram_quantile(0.95, sum by (model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m])))

    Good:

        histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m])))
    """

    code = "PQL005"
    name = "quantile-without-le"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the labels that reach ``histogram_quantile``."""
        for call, _ in expression.analysis.calls:
            if call.function.text != "histogram_quantile" or len(call.arguments) != 2:
                continue
            given = call.arguments[1]
            behind = sources(given, world)
            # Without a bucket behind it, it may be a native histogram, which has no such label.
            if not behind or not all(each.name.endswith(BUCKET) for each in behind):
                continue
            kept = labels(given, world)
            if not kept.may_have(BOUND) and "vmrange" not in kept.names:
                # VictoriaMetrics has buckets of its own, with their range in `vmrange`.
                aggregate = _dropping(given, world)
                place = aggregate.grouping or aggregate.function if aggregate is not None else call.function
                yield self.finding(
                    expression.at(place),
                    expression.about,
                    f"`histogram_quantile` of buckets whose `{BOUND}` is gone",
                    f"`{BOUND}` among the labels kept; without it nothing comes out",
                    f"write `sum by ({BOUND}, …)`",
                    _edits(expression, aggregate),
                )


def _edits(expression: Expression, aggregate: Aggregate | None) -> list[Edit]:
    """What keeps the bounds where a sum dropped them."""
    if aggregate is None or aggregate.function.text.lower() != "sum":
        return []
    if aggregate.grouping is None:
        return [Edit(expression.at(aggregate.function), f"{aggregate.function.text} by ({BOUND})")]
    names = ", ".join((BOUND, *(item.text for item in aggregate.grouping.items)))
    return [Edit(expression.at(aggregate.grouping), f"by ({names})")] if aggregate.grouping.word == "by" else []


def _dropping(node: Node, world: World) -> Aggregate | None:
    """The aggregation of an expression that drops the bounds; None when a recorded name has dropped them."""
    for each, above in walk(node):
        if any(isinstance(outer, Call) and outer.function.text == "histogram_quantile" for outer in above):
            continue
        if isinstance(each, Aggregate) and each.arguments and labels(each.arguments[-1], world).may_have(BOUND):
            return None if labels(each, world).may_have(BOUND) else each
    return None
