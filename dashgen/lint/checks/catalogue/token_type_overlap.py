"""``token-type-overlap``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashgen.catalogue.model import Exporter, Metric
from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Selector

_TYPE = "gen_ai_token_type"
_PARTS = {"cached_input": "input", "cache_creation_input": "input", "reasoning": "output"}
"""Types of Envoy AI Gateway that count part of what another type counts."""
_ADDS = frozenset({"sum", "avg", "count", "sum_over_time"})
_Term = tuple[Selector, Exporter, Metric]


class TokenTypeOverlap(Check):
    """Token counts are added although one of them contains the other.

    Cached tokens are part of the input, reasoning tokens part of the output, a total contains both. Added, they count
    twice: with 80 % of the prompt from a cache the sum is 1.8 times the truth, and the cost panel beside it as well.
    Envoy AI Gateway puts all kinds into one metric, so a sum without a token type counts some of them twice.

    Bad:

        sum(rate(litellm_total_tokens_metric_total[5m])) + sum(rate(litellm_input_tokens_metric_total[5m]))

    Good:

        sum(rate(litellm_input_tokens_metric_total[5m])) + sum(rate(litellm_output_tokens_metric_total[5m]))
    """

    code = "CAT013"
    name = "token-type-overlap"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at sums of several metrics, and over the types of one."""
        for binary, above in expression.analysis.binaries:
            if binary.operator.text == "+" and not _inside_sum(above):
                yield from self._added(expression, binary, world)
        for selector, above in expression.analysis.selectors:
            if selector.metric.startswith("gen_ai_client_token_usage"):
                yield from self._types(expression, selector, above, world)

    def _added(self, expression: Expression, binary: Binary, world: World) -> Iterator[Finding]:
        terms = [term for node in _terms(binary) for term in _read(node, world)]
        for selector, exporter, metric in terms:
            for whole_selector, owner, whole in terms:
                if owner is exporter and metric.name in _parts(owner, whole):
                    yield self.finding(
                        expression.at(selector),
                        expression.about,
                        f"`{selector.metric}` is added to `{whole_selector.metric}`, which contains it",
                        "counts without common tokens",
                        f"leave `{selector.metric}` out, or show it beside the total",
                    )
                    break

    def _types(self, expression: Expression, selector: Selector, above: Above, world: World) -> Iterator[Finding]:
        part = selector.metric.rpartition("_")[2]
        known = [each for each in world.known(selector.metric) if each.part in ("sum", "bucket")]
        running = [each for each in known if world.assume.exposed(each.exporter.name)]
        stated = [each for each in running if each.exporter.name in world.assume.sources] or running
        kinds = {value for each in stated for _, values in each.metric.values.get(_TYPE, ()) for value in values}
        if not kinds & _PARTS.keys() or selector.where(_TYPE) is not None:
            return
        lost = next((node for node in reversed(above) if isinstance(node, Aggregate) and _drops(node)), None)
        if lost is not None:
            yield self.finding(
                expression.at(selector),
                expression.about,
                f"`{lost.function.text}` over every `{_TYPE}` of `{selector.metric}`: Envoy AI Gateway counts cached "
                "input in `input` too, and reasoning in `output`",
                f'one type, such as `{_TYPE}=~"input|output"` for all tokens'
                if part == "sum"
                else f'one type, such as `{_TYPE}="output"`',
                f"select `{_TYPE}`, or keep it in `by`",
            )


def _inside_sum(above: Above) -> bool:
    """Whether the operation is part of a longer sum, which is looked at as a whole."""
    outer = [node for node in above if not isinstance(node, Inner)]
    return bool(outer) and isinstance(outer[-1], Binary) and outer[-1].operator.text == "+"


def _terms(node: Node) -> Iterator[Node]:
    while isinstance(node, Inner):
        node = node.inner
    if isinstance(node, Binary) and node.operator.text == "+":
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _read(node: Node, world: World) -> Iterator[_Term]:
    """The counts a term of a sum reads; nothing when it calculates with them."""
    while not isinstance(node, Selector):
        if isinstance(node, Inner):
            node = node.inner
        elif isinstance(node, (Aggregate, Call)) and node.arguments:
            node = node.arguments[-1] if isinstance(node, Aggregate) else node.arguments[0]
        else:
            return
    if not world.recorded(node.metric):
        yield from ((node, each.exporter, each.metrics[0]) for each in world.known(node.metric))


def _parts(exporter: Exporter, whole: Metric) -> frozenset[str]:
    """Everything a metric includes, and what that includes."""
    found: set[str] = set()
    waiting = list(whole.includes)
    while waiting:
        for metric in exporter.find(waiting.pop())[:1]:
            if metric.name not in found:
                found.add(metric.name)
                waiting += metric.includes
    return frozenset(found)


def _drops(node: Aggregate) -> bool:
    """Whether series of several types become one."""
    if node.function.text.lower() not in _ADDS:
        return False
    grouping = node.grouping
    names = [item.text.strip("\"'`") for item in grouping.items] if grouping is not None else []
    if any("$" in name or "[[" in name for name in names):
        return False
    return _TYPE in names if grouping is not None and grouping.word == "without" else _TYPE not in names
