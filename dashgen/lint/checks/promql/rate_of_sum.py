"""``rate-of-sum``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import RATES
from dashgen.lint.meaning.numbers.values import looks_cumulative, ranged, value
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Call, Inner, Node, Selector, walk

_ADD = frozenset({"sum", "avg"})


class RateOfSum(Check):
    """The rate of a sum of counters takes the restart of one process for a restart of all.

    ``rate`` adds the new value whenever a counter falls. When one of ten pods restarts, the sum falls by a tenth and
    the other nine tenths are counted as if they had just happened: a spike of millions of tokens per second, and an
    alert with it. A pod that starts or goes away does the same. The sum of the rates has no such spike.

    Bad:

        rate(sum(vllm:generation_tokens_total)[5m:15s])

    Good:

        sum(rate(vllm:generation_tokens_total[5m]))
    """

    code = "PQL003"
    name = "rate-of-sum"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what rates are given: subqueries, and names recorded from sums."""
        for call, _ in expression.analysis.calls:
            given = ranged(call.arguments[0]) if call.function.text in RATES and call.arguments else None
            if given is None:
                continue
            inner = given.inner
            while isinstance(inner, Inner):
                inner = inner.inner
            recorded = inner.metric if isinstance(inner, Selector) else ""
            summed = _recorded_sum(recorded, world) if recorded else _sum(inner, world)
            if summed is None:
                continue
            function, name = call.function.text, _name(summed)
            through = f" recorded as `{recorded}`" if recorded else ""
            yield self.finding(
                expression.at(call.function),
                expression.about,
                f"`{function}` of a sum of counters{through}: one restart counts everything of the others once more",
                "the sum of the rates",
                f"write `{summed.function.text}({function}({name}[{given.range.text}]))`",
            )


def _sum(node: Node, world: World) -> Aggregate | None:
    """The sum of counters that an expression is or holds; None when it holds none, or takes rates before."""
    for each, above in walk(node):
        if isinstance(each, Aggregate) and each.function.text.lower() in _ADD and each.arguments:
            if any(isinstance(outer, Call) and outer.function.text in RATES for outer in above):
                continue
            inner = each.arguments[-1]
            if value(inner, world) == "total" or _looks_total(inner, world):
                return each
    return None


def _looks_total(node: Node, world: World) -> bool:
    while isinstance(node, Inner):
        node = node.inner
    if not isinstance(node, Selector) or world.known(node.metric) or world.recorded(node.metric):
        return False
    return ":" not in node.metric and looks_cumulative(node.metric)


def _recorded_sum(name: str, world: World) -> Aggregate | None:
    for record in world.recorded(name):
        tree = world.tree(record.expr)
        found = _sum(tree, world) if tree is not None and value(tree, world) == "total" else None
        if found is not None:
            return found
    return None


def _name(summed: Aggregate) -> str:
    names = [each.metric for each, _ in walk(summed) if isinstance(each, Selector)]
    return names[0] if names else "x"
