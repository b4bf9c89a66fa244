"""``or-vector-zero``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.verdict import verdict
from dashgen.lint.meaning.numbers.matching import certain, listed
from dashgen.lint.meaning.numbers.units import constant
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Paren, Selector, bare, inside
from dashgen.promql.parse import COMPARISONS

_ABSENT = frozenset({"absent", "absent_over_time"})
_UNHARMED = frozenset({"sum", "max", "topk"})
"""Aggregations that another series of value 0 leaves as they are, for values that are not negative."""
_DEAD = frozenset({"unknown", "renamed", "removed", "total", "base", "colon"})


class OrVectorZero(Check):
    """`or vector(0)` makes a zero of nothing, and so hides that there is nothing to read.

    Over a name that nothing exposes it shows 0 for ever: failed transfers stay green while they climb. Behind an
    aggregation by labels it fills no gaps, because its one series has no labels: groups without data stay
    missing, and a 0 without a name stands beside the others. In front of a comparison it needs parentheses:
    `x or vector(0) > 5` compares the zero. `absent(x or vector(0))` is never true.

    Bad:

        sum(vllm:nixl_num_failed_transfers) or vector(0)

    Bad:

        sum by (model_name) (rate(vllm:num_preemptions_total[5m])) or vector(0)

    Good:

        sum(vllm:nixl_num_failed_transfers_total) or vector(0)

    Good:

        (sum(rate(vllm:request_success_total{finished_reason="error"}[5m])) or vector(0))
          / sum(rate(vllm:request_success_total[5m]))
    """

    code = "PQL026"
    name = "or-vector-zero"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what stands before `or vector(0)`."""
        if "vector" not in expression.text:
            return
        for node, above in expression.analysis.binaries:
            if node.operator.text.lower() != "or":
                continue
            last = bare(node.right)
            if isinstance(last, Binary) and last.operator.text in COMPARISONS and _zero(last.left):
                if last is node.right and last.boolean is None and constant(last.right) is not None:
                    yield self._compares_zero(expression, node, last)
            elif _zero(last):
                yield from self._hides(expression, node, above, world)

    def _compares_zero(self, expression: Expression, node: Binary, last: Binary) -> Finding:
        comparison = f"{last.operator.text} {expression.analysis.of(last.right)}"
        return self.finding(
            expression.at(last),
            expression.about,
            f"`vector(0) {comparison}`: comparisons bind tighter than `or`, so what stands before `or` is not compared",
            "parentheses around `… or vector(0)`",
            f"write `(… or vector(0)) {comparison}`",
        )

    def _hides(self, expression: Expression, node: Binary, above: Above, world: World) -> Iterable[Finding]:
        dead = _dead(node.left, world)
        if dead:
            yield self.finding(
                expression.at(node.right), expression.about, f"{dead}, so this is 0 for ever and looks healthy",
                "a series that is there", "correct the name first; then decide whether nothing means 0",
            )  # fmt: skip
            return
        outer = _outer(above)
        if isinstance(outer, Call) and outer.function.text in _ABSENT:
            yield self.finding(
                expression.at(node.right), expression.about,
                f"`{outer.function.text}` of something that is never absent", "the series itself",
                "leave out `or vector(0)`",
            )  # fmt: skip
            return
        have = tuple(sorted(certain(node.left, world)))
        # Mixins write `by (cluster)` for those who have such a label; at home it is empty, and the zero fits.
        if node.matching is None and have not in ((), ("cluster",)) and not _unharmed(node, outer):
            yield self.finding(
                expression.at(node.right), expression.about,
                f"a zero without labels after series with {listed(have)}: it stands beside them and fills no gap",
                "a zero with the same labels",
                "add `or 0 *` a series that every group has, or write `or on () vector(0)` for when there is nothing",
            )  # fmt: skip


def _zero(node: Node) -> bool:
    node = bare(node)
    return (
        isinstance(node, Call) and node.function.text == "vector" and [constant(each) for each in node.arguments] == [0]
    )


def _dead(node: Node, world: World) -> str:
    """Which name of a side nothing exposes, in words; '' when there is none, or another name bridges it."""
    read = {each.metric for each in inside(node) if isinstance(each, Selector)}
    for name in sorted(read):
        found = verdict(name, world)
        if found is not None and found.kind in _DEAD and not found.sometimes and not read & set(found.others):
            return found.found
    return ""


def _outer(above: Above) -> Node | None:
    return next((each for each in reversed(above) if not isinstance(each, Paren)), None)


def _unharmed(node: Binary, outer: Node | None) -> bool:
    """Whether what is made of the result does not notice the zero: a sum, or a comparison it does not pass."""
    if isinstance(outer, Aggregate):
        return outer.function.text.lower() in _UNHARMED
    if isinstance(outer, Binary) and outer.operator.text in COMPARISONS and bare(outer.left) is node:
        limit = constant(outer.right)
        return limit is not None and (
            (outer.operator.text == ">" and limit >= 0) or (outer.operator.text == ">=" and limit > 0)
        )
    return False
