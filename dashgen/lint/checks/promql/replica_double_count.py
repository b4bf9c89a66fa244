"""``replica-double-count``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.matching import names, written_out
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Selector

_ADDS_UP = frozenset({"sum", "count"})
_ONE_OF = frozenset({"max", "min", "avg", "group", "quantile"})


class ReplicaDoubleCount(Check):
    """Two Prometheus servers that scrape the same targets make two copies of every series, and a sum adds both.

    Where the copies are told apart by a label and nobody removes one of them, request rates, token counts and cost read
    double, and half of that while one server restarts. Ratios of two sums look right.

    Bad:

        sum by (model_name) (rate(vllm:generation_tokens_total[5m]))

    Good:

        sum by (model_name) (max without (prometheus_replica) (rate(vllm:generation_tokens_total[5m])))
    """

    code = "PQL034"
    name = "replica-double-count"
    severity = Severity.ERROR
    assume = ("replica_label=prometheus_replica",)

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the sums around every selector."""
        replica = world.assume.replica_label
        if not replica or (expression.in_rule and world.assume.rules == "local"):
            return
        seen: set[int] = set()
        for selector, above in expression.analysis.selectors:
            adds = _adds(selector, above, replica, world)
            if adds is not None and adds.start not in seen:
                seen.add(adds.start)
                function = adds.function.text
                yield self.finding(
                    expression.at(adds.function),
                    expression.about,
                    f"`{function}` over the copies of `{selector.metric or 'series'}` that differ in `{replica}`: "
                    "with two servers everything counts twice",
                    f"one of the copies: `max without ({replica}) (…)` inside",
                    f"write `{function} … (max without ({replica}) (…))`, or deduplicate where they are asked",
                )


def _adds(selector: Selector, above: Above, replica: str, world: World) -> Aggregate | None:
    """The innermost aggregation that adds copies of a series up; None when one copy is taken before."""
    matcher = selector.where(replica)
    if matcher is not None and matcher.operator.text == "=" and matcher.text and "$" not in matcher.text:
        return None
    recorded = world.recorded(selector.metric)
    if recorded and world.assume.rules == "global":
        # What is recorded over both copies is one series.
        return None
    if selector.metric in ("ALERTS", "ALERTS_FOR_STATE", ""):
        return None
    around = [node for node in reversed(above) if isinstance(node, Aggregate)]
    for index, node in enumerate(around):
        if not written_out(node.grouping):
            continue
        word, function = node.grouping.word if node.grouping else "", node.function.text.lower()
        kept = (replica in names(node.grouping)) == (word == "by") if word else False
        if kept:
            continue
        if function in _ONE_OF:
            return None
        # How many there are in a group does not matter where the groups are counted.
        outer = around[index + 1].function.text.lower() if index + 1 < len(around) else ""
        return node if function in _ADDS_UP and outer not in ("count", "group") else None
    return None
