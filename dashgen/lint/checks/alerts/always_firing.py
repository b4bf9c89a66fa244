"""``always-firing``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.firing.always import unconditional
from dashgen.lint.meaning.firing.watchdogs import watchdog
from dashgen.lint.meaning.numbers.bounds import bounds
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.nodes import Binary, Call, Node
from dashgen.promql.parse import COMPARISONS


class AlwaysFiring(Check):
    """Nothing in the expression decides: the alert fires as long as its series exist.

    Prometheus fires for every series an expression returns, whatever its value; 0 counts too. An expression without a
    comparison, with ``bool`` (which returns 0 instead of nothing) or with ``or vector(0)`` behind the condition always
    returns something. A watchdog that fires on purpose says so in its name: Watchdog, DeadMansSwitch.

    Bad:

        rate(vllm:num_preemptions_total[5m])

    Bad:

        sum(vllm:num_requests_waiting) > bool 10

    Bad:

        sum by (model_name) (vllm:num_requests_waiting) > 10 or vector(0)

    Good:

        sum(vllm:num_requests_waiting) > 10

    Good:

        absent(vllm:num_requests_waiting) or up{job="vllm"} == 0
    """

    code = "ALR001"
    name = "always-firing"
    severity = Severity.ERROR
    example = "alert"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the expressions of alerts."""
        expression = rule.expression
        if rule.kind != "alert" or expression is None or expression.analysis.root is None or watchdog(rule):
            return
        node = unconditional(expression.analysis.root, world)
        if node is None:
            return
        found, expected, action, edits = _said(node, expression, world)
        yield self.finding(expression.at(node), rule.about, found, expected, action, edits)


def _said(node: Node, expression: Expression, world: World) -> tuple[str, str, str, list[Edit]]:
    text = expression.analysis.of(node)
    short = text if len(text) <= 60 and "\n" not in text else f"{text.split(chr(10))[0][:56]}…"
    if isinstance(node, Binary) and node.boolean is not None:
        at = expression.place.within(node.boolean.start + expression.shift, node.right.start + expression.shift)
        return (
            f"`{node.operator.text} bool` returns 0 where it is not so, and an alert fires on 0 too",
            "a comparison that returns nothing when it is not so",
            "remove `bool`",
            [Edit(at, "")] if not (node.matching or node.grouping) else [],
        )
    if isinstance(node, Binary) and node.operator.text in COMPARISONS:
        left, right = bounds(node.left, world), bounds(node.right, world)
        why = left.why or right.why
        return (
            f"`{short}` is always true" + (f": {why}" if why else ""),
            "a limit that can be crossed",
            "correct it",
            [],
        )
    if isinstance(node, Call) and node.function.text == "vector" and text != expression.text.strip():
        return (
            f"`{text}` has a value when nothing else has, and an alert fires on any value",
            "a condition on each side of `or`",
            f"remove `or {text}`, or put it inside the comparison",
            [],
        )
    return (
        f"`{short}` has a value whenever its series exist, and any value fires",
        "a comparison, or a name such as Watchdog when it shall fire all the time",
        "compare it with a limit",
        [],
    )
