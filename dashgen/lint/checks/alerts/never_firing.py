"""``never-firing``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import alternatives, comparison, conjunction, number
from dashgen.lint.meaning.firing.limits import allowed, as_text, compared, grouped
from dashgen.lint.meaning.numbers.bounds import Bounds, bounds, holds
from dashgen.lint.meaning.numbers.shares import written
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.nodes import Binary, Node
from dashgen.promql.parse import COMPARISONS


class NeverFiring(Check):
    """A condition that cannot be true keeps the alert silent for ever.

    A share between 0 and 1 is never above 90, however full the cache is; ``absent`` returns 1 or nothing; ``count`` of
    nothing is nothing and not 0; a rate is never negative. Two vectors whose labels differ match nothing. Such an alert
    loads, shows green, and is trusted.

    Bad:

        vllm:kv_cache_usage_perc > 90

    Bad:

        count(up{job="vllm"} == 1) == 0

    Bad:

        sum(rate(vllm:request_success_total{finished_reason="abort"}[5m]))
          > 0.1 * sum by (model_name) (rate(vllm:request_success_total[5m]))

    Good:

        vllm:kv_cache_usage_perc > 0.9

    Good:

        (count(up{job="vllm"} == 1) or vector(0)) == 0
    """

    code = "ALR002"
    name = "never-firing"
    severity = Severity.ERROR
    example = "alert"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at every comparison in the expressions of alerts, and at what has to be true together."""
        expression = rule.expression
        if rule.kind != "alert" or expression is None or expression.analysis.root is None:
            return
        for node, _ in expression.analysis.binaries:
            if node.boolean is None and node.operator.text in COMPARISONS:
                yield from self._impossible(rule, expression, node, world)
            if node.operator.text.lower() in (*COMPARISONS, "and"):
                yield from self._no_match(rule, expression, node)
        for branch in alternatives(expression.analysis.root):
            yield from self._contradiction(rule, expression, branch)

    def _impossible(self, rule: Rule, expression: Expression, node: Binary, world: World) -> Iterator[Finding]:
        left, right = bounds(node.left, world), bounds(node.right, world)
        if left.low > left.high or right.low > right.high or holds(node.operator.text, left, right) is not False:
            return
        limit = right if number(node.right) is not None else left
        value = left if limit is right else right
        yield self.finding(
            expression.at(node), rule.about, f"never true: {value.why}" if value.why else "never true",
            _possible(value), _advice(value, limit),
        )  # fmt: skip

    def _contradiction(self, rule: Rule, expression: Expression, branch: Node) -> Iterator[Finding]:
        limits: dict[str, Bounds] = {}
        parts = conjunction(branch)
        if any(each.matching is not None for each, _ in expression.analysis.binaries):
            return
        for part in (parts.value, *parts.also):
            found = comparison(part)
            if found is None or found.threshold is None or found.operator == "!=":
                continue
            key, own = written(compared(found.value)), allowed(found.operator, found.threshold)
            before = limits.get(key)
            if before is not None and (before.low > own.high or own.low > before.high):
                yield self.finding(
                    expression.at(found.node),
                    rule.about,
                    f"never true together with the condition before it: {as_text(before)} and {as_text(own)}",
                    "conditions on one value that can both be true",
                    "correct one of the limits, or write `or`",
                )
                return
            limits[key] = own if before is None else own.within(before)

    def _no_match(self, rule: Rule, expression: Expression, node: Binary) -> Iterator[Finding]:
        if node.matching is not None or number(node.left) is not None or number(node.right) is not None:
            return
        left, right = grouped(node.left), grouped(node.right)
        if left is None or right is None or left == right or "le" in left ^ right:
            return
        sides = [", ".join(f"`{name}`" for name in sorted(names)) or "no labels" for names in (left, right)]
        shared = ", ".join(sorted(left & right))
        yield self.finding(
            expression.at(node.operator), rule.about,
            f"nothing matches: {sides[0]} on the left of `{node.operator.text}`, {sides[1]} on the right",
            "the same labels on both sides, or `on` with those that both have",
            f"write `{node.operator.text} on ({shared})`, with `group_left` where the left has several of each"
            if node.operator.text in COMPARISONS else f"write `{node.operator.text} on ({shared})`",
        )  # fmt: skip


def _possible(value: Bounds) -> str:
    if value.low == value.high:
        return f"a comparison that {value.low:g} can pass"
    if math.isinf(value.high):
        return f"a limit above {value.low:g}"
    return f"a limit between {value.low:g} and {value.high:g}"


def _advice(value: Bounds, limit: Bounds) -> str:
    if "`count" in value.why and limit.low <= 1:
        return "write `absent(…)` of what is counted, or `… or vector(0)` inside the comparison"
    if value.high == 1 and value.low <= 0 and 1 < limit.low <= 100 and "`up`" not in value.why:
        return f"write {limit.low / 100:g}, or multiply by 100"
    if value.low == value.high == 1:
        return "leave the comparison out"
    return "correct the limit or the operator"
