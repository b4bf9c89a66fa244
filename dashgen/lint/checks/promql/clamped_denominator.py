"""``clamped-denominator``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.units import constant
from dashgen.lint.meaning.numbers.values import value
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Binary, Call, Node, bare

_HARMLESS = 1e-3
"""One event in a quarter of an hour: at lower rates no window in use has events to divide by."""


class ClampedDenominator(Check):
    """A floor under a denominator makes a ratio small whenever the rate is below the floor.

    `clamp_min(rate, 1)` is meant to avoid a division by zero, but a rate is per second: below one request a second the
    errors are divided by 1 instead of by the requests. At 0.03 requests/s a total outage reads 3 %, and an alert at 5 %
    stays silent all night. A service in use can be below the floor for hours.

    Bad:

        sum(rate(llm_request_errors_total[5m])) / clamp_min(sum(rate(llm_model_requests_total[5m])), 1) > 0.05

    Good:

        sum(rate(llm_request_errors_total[5m])) / (sum(rate(llm_model_requests_total[5m])) > 0) > 0.05
    """

    code = "PQL025"
    name = "clamped-denominator"
    severity = Severity.ERROR
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what is divided by."""
        for node, _ in expression.analysis.binaries:
            if node.operator.text != "/":
                continue
            given, floor, place = _floored(bare(node.right))
            if given is None or floor is None or floor <= _HARMLESS or value(given, world) != "rate":
                continue
            low = 0.03 * floor
            adds = isinstance(place, Binary)
            cause = "is added to a rate per second" if adds else "is the least that a rate per second is taken for"
            yield self.finding(
                expression.at(place.function if isinstance(place, Call) else place),
                expression.about,
                f"{floor:g} {cause}: at {low:g}/s a ratio of 100 % reads 3 %",
                "the rate itself, or a floor that no rate in use is below, such as 1e-9",
                "divide by `(… > 0)`, which leaves out what has no traffic; ask for enough traffic beside it",
            )


def _floored(node: Node) -> tuple[Node | None, float | None, Node]:
    """(what is divided by, the number that keeps it up, where)."""
    if isinstance(node, Call) and node.function.text == "clamp_min" and len(node.arguments) == 2:
        return node.arguments[0], constant(node.arguments[1]), node
    if isinstance(node, Call) and node.function.text == "clamp" and len(node.arguments) == 3:
        return node.arguments[0], constant(node.arguments[1]), node
    if isinstance(node, Binary) and node.operator.text == "+":
        left, right = constant(node.left), constant(node.right)
        if left is not None:
            return node.right, left, node
        if right is not None:
            return node.left, right, node
    return None, None, node
