"""``ratio-label-mismatch``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.numbers.matching import apart, described, listed
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Binary
from dashgen.promql.parse import COMPARISONS


class RatioLabelMismatch(Check):
    """Series of two sides are paired by equal labels; where a label is on one side only, nothing is paired.

    Prometheus says nothing: the result is empty. A panel of such a ratio is blank, an alert on it never fires, and
    `unless` with it never hides anything. The usual causes are a side that is still per pod, a side that was
    summed to one number, and two sides summed by different labels.

    Bad:

        sum by (model_name) (rate(vllm:request_success_total{finished_reason="abort"}[5m]))
          / sum(rate(vllm:request_success_total[5m]))

    Good:

        sum by (model_name) (rate(vllm:request_success_total{finished_reason="abort"}[5m]))
          / on () group_left sum(rate(vllm:request_success_total[5m]))
    """

    code = "PQL020"
    name = "ratio-label-mismatch"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at both sides of every operator that pairs series, `or` excepted."""
        for node, _ in expression.analysis.binaries:
            operator = node.operator.text
            difference = apart(node, world) if operator.lower() != "or" else None
            # `le` on one side has a check of its own.
            if difference is None or "le" in difference.names or _never_fires(node, expression, world):
                continue
            result = "nothing is ever taken away" if operator.lower() == "unless" else "the result is always empty"
            sides = described(labels(node.left, world)), described(labels(node.right, world))
            yield self.finding(
                expression.at(node.operator),
                expression.about,
                f"`{operator}` of series {sides[0]} and series {sides[1]}: {difference}, so {result}",
                "the same labels on both sides",
                _action(operator.lower(), difference.left, difference.right),
            )


def _never_fires(node: Binary, expression: Expression, world: World) -> bool:
    """Whether the check of alerts that never fire says it."""
    if (
        expression.kind != "alert"
        or node.operator.text.lower() not in (*COMPARISONS, "and")
        or node.matching is not None
    ):
        return False
    return not labels(node.left, world).open and not labels(node.right, world).open


def _action(operator: str, left: tuple[str, ...], right: tuple[str, ...]) -> str:
    both = f"aggregate both sides by the same labels ({listed((*left, *right))} on both or on neither)"
    if operator in ("and", "unless"):
        return f"{both}, or compare by what they share with `on (…)`, which may be empty"
    if left and right:
        return both
    side = "left" if left else "right"
    return f"{both}, or write `on (…) group_{side}` with the labels they share, which may be none"
