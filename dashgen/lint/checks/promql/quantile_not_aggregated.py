"""``quantile-not-aggregated``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, RATES
from dashgen.lint.meaning.numbers.values import ranged
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, Rule, text
from dashgen.promql.nodes import Aggregate, Call, Inner, Node, Selector

_ONE = (
    *("instance", "exported_instance", "pod", "exported_pod", "pod_name", "container", "replica", "engine", "server"),
    *("worker", "worker_name", "model_instance_name", "node", "hostname", "Hostname", "gpu", "UUID"),
)
"""Labels of which each value is one process, machine or device."""
_NAMES_ONE = re.compile(rf"(?:\$labels\.|\{{\{{\s*)(?:{'|'.join(_ONE)})\b")
_RECORDED_PER_ONE = re.compile(rf"(?:^|[_:])(?:{'|'.join(_ONE)})(?:[_:]|$)")


class QuantileNotAggregated(Check):
    """A quantile of every series by itself is not the quantile of the service.

    Every pod, engine and label value has its own buckets, so there are as many quantiles as series, each of few
    requests: a pod with three requests in the window has a p99 as well, and it jumps. None of them is what 99 % of
    the users saw, and no average of them is. As an alert it fires once per pod, for the noise of the least busy one.

    A selector that picks instances, a legend or an annotation that names them, or ``max`` around it says that this
    is what was wanted.

    Bad:

        histogram_quantile(0.99, rate(vllm:e2e_request_latency_seconds_bucket[5m]))

    Good:

        histogram_quantile(0.99, sum by (le, model_name) (rate(vllm:e2e_request_latency_seconds_bucket[5m])))
    """

    code = "PQL006"
    name = "quantile-not-aggregated"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at quantiles of rates that nothing has summed."""
        for call, above in expression.analysis.calls:
            if call.function.text != "histogram_quantile" or len(call.arguments) != 2:
                continue
            series = _unsummed(call.arguments[1])
            if series is None or not series.metric.endswith(BUCKET) or world.recorded(series.metric):
                continue
            if _picked(series) or _around(above) or _wanted(expression):
                continue
            known = world.known(series.metric)
            own = ", ".join(f"`{label}`" for label in known[-1].metric.labels[:3]) if known else ""
            by = f" and {own}" if own else ""
            yield self.finding(
                expression.at(call.function),
                expression.about,
                f"one quantile per series of `{series.metric}`: per `instance`, `pod`{by}",
                "the quantile of all of them together",
                "sum the rates `by (le)` and the labels to tell apart, then take the quantile",
            )


def _unsummed(node: Node) -> Selector | None:
    """The series whose rate an expression is, with nothing summed on the way."""
    while isinstance(node, Inner) or (isinstance(node, Call) and node.arguments and node.function.text not in RATES):
        if isinstance(node, Call) and node.function.text not in ("label_replace", "label_join"):
            return None
        node = node.inner if isinstance(node, Inner) else node.arguments[0]
    given = ranged(node.arguments[0]) if isinstance(node, Call) and node.arguments else None
    return given.inner if given is not None and isinstance(given.inner, Selector) else None


def _picked(series: Selector) -> bool:
    """Whether the selector picks single processes."""
    matchers = (each for each in series.matchers if each.label in _ONE)
    return any(each.operator.text in ("=", "=~") and each.text not in ("", ".*", ".+") for each in matchers)


def _around(above: Above) -> bool:
    """Whether an aggregation takes the worst or best of them; an average is ``average-of-quantiles``."""
    return any(isinstance(node, Aggregate) for node in above)


def _wanted(expression: Expression) -> bool:
    owner = expression.owner
    if isinstance(owner, Query):
        return bool(_NAMES_ONE.search(text(owner.data.get("legendFormat"))))
    if not isinstance(owner, Rule):
        return False
    if owner.kind == "record":
        return bool(_RECORDED_PER_ONE.search(owner.name))
    return any(_NAMES_ONE.search(each) for each in (*owner.annotations.values(), *owner.labels.values()))
