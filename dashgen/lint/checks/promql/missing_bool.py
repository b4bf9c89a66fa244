"""``missing-bool``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.numbers.labels import scalar
from dashgen.lint.meaning.numbers.units import constant, unit
from dashgen.lint.meaning.numbers.values import value
from dashgen.lint.meaning.screen.panel_units import unit_of
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, bare
from dashgen.promql.parse import COMPARISONS

_AVERAGES = frozenset({"avg", "avg_over_time"})
_SUMS = frozenset({"sum", "sum_over_time"})
_NO_SHARE = frozenset({"rate", "increase", "level", "total"})
_NEGATIVE = "1 minus it is no share: at a value of 40 it is -39"
_SHOWN_AS_SHARE = frozenset({"percent", "percentunit"})


class MissingBool(Check):
    """A comparison lets values through as they are; it does not make 1 and 0 of them.

    `x > 0` is the value of `x` where it is positive, and nothing elsewhere. The average of that is no share of time or
    pods: `1 - avg(rate(x) > 0)` reads -39 at 40 steps a second. With `bool` a comparison is 1 or 0, and its average is
    the share. `count(x > 0)` is right as it is.

    Bad:

        1 - avg by (pod) (rate(vllm:iteration_tokens_total_count[5m]) > 0)

    Good:

        1 - avg by (pod) (rate(vllm:iteration_tokens_total_count[5m]) > bool 0)

    Good:

        count(vllm:num_requests_waiting > 0)
    """

    code = "PQL024"
    name = "missing-bool"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at comparisons that something is calculated with."""
        for node, above in expression.analysis.binaries:
            if node.operator.text not in COMPARISONS or node.boolean is not None or not above:
                continue
            number = constant(node.right) if constant(node.right) is not None else constant(node.left)
            if number is None or scalar(node.left) == scalar(node.right):
                continue
            wrong = _wrong(node, number, above, expression, world)
            if wrong:
                yield self.finding(
                    expression.at(node.operator),
                    expression.about,
                    f"`{expression.short(node)}` {wrong}",
                    f"1 and 0: `{node.operator.text} bool {number:g}`",
                    "write `bool` after the operator, or `count` what passes the comparison",
                    [Edit(expression.at(node.operator), f"{node.operator.text} bool")],
                )


def _wrong(node: Binary, number: float, above: Above, expression: Expression, world: World) -> str:
    """What the number becomes, in words; '' when the comparison may be a filter on purpose."""
    function, calculated = _around(above)
    if node.operator.text == "==" and function in _AVERAGES:
        return f"lets only {number:g} through, so its average is always {number:g}"
    if node.operator.text == "==" and function in _SUMS and number != 1:
        return f"lets only {number:g} through, so its sum is {f'{number:g} times the count' if number else 'always 0'}"
    if _may_be_share(_compared(node), world):
        return ""
    if function in _AVERAGES:
        effect = _averaged(calculated, expression)
    elif function in _SUMS:
        counted = unit(_compared(node), world) is not None and any(map(_divided_by_count, calculated))
        effect = "its sum by a count is a mean and no share" if counted else ""
    else:
        effect = "" if function else _not_aggregated(calculated, expression)
    return f"keeps the values that pass, so {effect}" if effect else ""


def _averaged(calculated: tuple[Binary, ...], expression: Expression) -> str:
    if any(map(_one_minus, calculated)):
        return _NEGATIVE
    return "its average is no share of anything" if _as_share(expression, calculated) else ""


def _not_aggregated(calculated: tuple[Binary, ...], expression: Expression) -> str:
    if any(map(_one_minus, calculated)):
        return _NEGATIVE
    # In an alert a sum of two filters fires when both let something through.
    sums = (each for each in calculated[:1] if each.operator.text == "+" and expression.kind != "alert")
    return "values are added and not conditions" if any(all(map(_filter, each.children())) for each in sums) else ""


def _compared(node: Binary) -> Node:
    return node.left if constant(node.right) is not None else node.right


def _filter(node: Node) -> bool:
    """Whether a node is a comparison of a vector with a number."""
    found = bare(node)
    return (
        isinstance(found, Binary)
        and found.operator.text in COMPARISONS
        and any(each is not None for each in _constants(found))
    )


def _divided_by_count(node: Binary) -> bool:
    right = bare(node.right)
    return node.operator.text == "/" and isinstance(right, Aggregate) and right.function.text.lower() == "count"


def _may_be_share(compared: Node, world: World) -> bool:
    """Whether the values that pass may be ratios, which can be subtracted from 1 and averaged as they are."""
    found = unit(compared, world)
    return value(compared, world) not in _NO_SHARE or (found is not None and found.base == "ratio")


def _around(above: Above) -> tuple[str, tuple[Binary, ...]]:
    """(the function that takes the comparison, the arithmetic around that, inside out); '' and () without."""
    function = ""
    calculated: list[Binary] = []
    for outer in reversed(above):
        if isinstance(outer, (Aggregate, Call)):
            if function or calculated:
                break
            function = outer.function.text.lower()
        elif isinstance(outer, Binary):
            calculated.append(outer)
            if outer.operator.text != "*" or _constants(outer) == (None, None):
                # What is made of the quotient or the difference is not made of the comparison.
                break
    return function, tuple(calculated)


def _one_minus(node: Binary) -> bool:
    return node.operator.text == "-" and constant(node.left) in (1, 100)


def _as_share(expression: Expression, calculated: tuple[Binary, ...]) -> bool:
    for each in calculated:
        operator, numbers = each.operator.text, _constants(each)
        if operator == "*" and 100 in numbers:
            return True
        if operator in COMPARISONS:
            return any(number is not None and 0 < number < 1 for number in numbers)
    query = expression.owner
    return not calculated and isinstance(query, Query) and unit_of(query)[0] in _SHOWN_AS_SHARE


def _constants(node: Binary) -> tuple[float | None, float | None]:
    return constant(node.left), constant(node.right)
