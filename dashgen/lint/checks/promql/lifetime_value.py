"""``lifetime-value``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, number, sources
from dashgen.lint.meaning.numbers.values import earlier, value
from dashgen.lint.meaning.world import World
from dashgen.promql.histogram import BOUND
from dashgen.promql.nodes import Aggregate, Call, Inner, Node, Ranged, Selector

_SHOWN = ("panel", "alert")
_PARTS = ("_sum", "_count", BUCKET)
_ADD = frozenset({"sum", "avg", "max", "min"})


class LifetimeValue(Check):
    """A ratio or quantile of counters as they are is that of the whole life of each process.

    After a week of service an hour of bad answers moves the average of the week by less than a percent: the panel is
    flat while users wait, and an alert on it comes a day late and stays for days. A restart throws everything away,
    and the next three requests are the average. Rates over a window say how it is now.

    Bad:

        avg(vllm:e2e_request_latency_seconds_sum) / avg(vllm:e2e_request_latency_seconds_count)

    Bad:

        histogram_quantile(0.95, sum by (le) (vllm:time_to_first_token_seconds_bucket))

    Good:

          sum(rate(vllm:e2e_request_latency_seconds_sum[5m]))
        /
          sum(rate(vllm:e2e_request_latency_seconds_count[5m]))
    """

    code = "PQL016"
    name = "lifetime-value"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at ratios, quantiles and distributions of counters without a rate."""
        for node, what in (*_ratios(expression, world), *_distributions(expression, world)):
            window = "5m" if expression.in_rule else "$__rate_interval"
            yield self.finding(
                expression.at(node),
                expression.about,
                f"{what} since each process started",
                "that of a window: the longer a process runs, the less it says about now",
                f"take `rate(…[{window}])` of each counter first",
            )


def _ratios(expression: Expression, world: World) -> Iterator[tuple[Node, str]]:
    for node, above in expression.analysis.binaries:
        if node.operator.text != "/" or _windowed(above):
            continue
        if number(node.left) is not None or number(node.right) is not None or earlier(node):
            continue
        left, right = _name(node.left, world), _name(node.right, world)
        if left and right and _related(left, right, world):
            yield node, f"`{left}` divided by `{right}`: the value"


def _name(node: Node, world: World) -> str:
    """The counter whose running total an expression is, or the part of a histogram; '' when it is neither."""
    names = [each.name for each in sources(node, world) if not each.rated]
    if not names or not _bare(node):
        return ""
    return names[0] if value(node, world) == "total" or all(_part(name, world) for name in names) else ""


def _related(left: str, right: str, world: World) -> bool:
    """Whether two counters are known to be such, or by their names are parts of one histogram."""
    if world.known(left) and world.known(right):
        return True
    bases = {name.removesuffix(part) for name in (left, right) for part in _PARTS if name.endswith(part)}
    return len(bases) == 1 and left != right


def _part(name: str, world: World) -> bool:
    """Whether a name that nothing is known of ends like a part of a histogram; gauges end in `_count` too."""
    return name.endswith(_PARTS) and ":" not in name and not world.known(name)


def _bare(node: Node) -> bool:
    """Whether nothing takes a window of the counter on the way; ``max_over_time`` does."""
    if isinstance(node, (Ranged, Call)):
        return isinstance(node, Call) and bool(node.arguments) and _bare(node.arguments[0])
    return all(_bare(child) for child in node.children())


def _distributions(expression: Expression, world: World) -> Iterator[tuple[Node, str]]:
    for call, above in expression.analysis.calls:
        if call.function.text != "histogram_quantile" or len(call.arguments) != 2 or _windowed(above):
            continue
        behind = sources(call.arguments[1], world)
        raw = [each.name for each in behind if not each.rated and _buckets(each.name, world)]
        if raw and len(raw) == len(behind) and not earlier(call):
            yield call, f"the quantile of `{raw[0]}` without a rate: the quantile"
    if expression.kind not in _SHOWN or "histogram_quantile" in expression.text:
        return
    for node, above in expression.analysis.aggregates:
        if node.function.text.lower() not in _ADD or not _by_bound(node) or not node.arguments or above:
            continue
        inner = node.arguments[-1]
        while isinstance(inner, Inner) and not isinstance(inner, Ranged):
            inner = inner.inner
        if isinstance(inner, Selector) and not world.recorded(inner.metric) and _buckets(inner.metric, world):
            yield node, f"the buckets of `{inner.metric.removesuffix(BUCKET)}` as they are: the distribution"


def _by_bound(node: Aggregate) -> bool:
    grouping = node.grouping
    return grouping is not None and grouping.word == "by" and any(each.text == BOUND for each in grouping.items)


def _buckets(name: str, world: World) -> bool:
    """Whether a name is that of counted buckets; one with a colon that nobody knows may be recorded from rates."""
    if not name.endswith(BUCKET):
        return False
    known = world.known(name)
    return any(each.part == "bucket" for each in known) if known else ":" not in name


def _windowed(above: Above) -> bool:
    return any(isinstance(node, Ranged) for node in above)
