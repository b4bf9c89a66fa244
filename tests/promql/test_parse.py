"""The tree with places says what promql_parser says of the same text."""

from __future__ import annotations

import promql_parser
import pytest

from dashgen.promql.macros import expand, times
from dashgen.promql.nodes import (
    Aggregate,
    At,
    Binary,
    Call,
    Number,
    Offset,
    Paren,
    Ranged,
    Selector,
    Signed,
    Text,
)
from dashgen.promql.parse import NotPromQLError, parse
from dashgen.testing.mutate.mutants import _ANYTHING
from tests.testing.mutate.test_operators import expressions


def outline(node):
    """The shape of our tree in promql_parser's words."""
    if isinstance(node, Selector):
        name = [node.name.text] if node.name else []
        return ["selector", *name, sorted(f"{each.label}{each.operator.text}" for each in node.matchers)]
    if isinstance(node, Offset | At):
        return outline(node.inner)
    if isinstance(node, Ranged):
        return ["range" if isinstance(node.inner, Selector) and not node.colon else "subquery", outline(node.inner)]
    if isinstance(node, Paren | Signed):
        return [type(node).__name__, outline(node.inner)]
    if isinstance(node, Number):
        return ["number", node.value]
    if isinstance(node, Text):
        return ["text"]
    if isinstance(node, Call):
        return [node.function.text, *map(outline, node.arguments)]
    if isinstance(node, Aggregate):
        labels = sorted(item.text for item in node.grouping.items) if node.grouping else []
        return [node.function.text.lower(), labels, *map(outline, node.arguments)]
    assert isinstance(node, Binary)
    labels = sorted(item.text for item in node.matching.items) if node.matching else []
    return [node.operator.text.lower(), labels, outline(node.left), outline(node.right)]


_OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}


def theirs(node):
    kind = type(node).__name__
    if kind == "VectorSelector":
        name = [node.name] if node.name else []
        matchers = [each for each in node.matchers.matchers if not (node.name and each.name == "__name__")]
        return ["selector", *name, sorted(f"{each.name}{_OPERATORS[str(each.op)]}" for each in matchers)]
    if kind == "MatrixSelector":
        return ["range", theirs(node.vector_selector)]
    if kind == "SubqueryExpr":
        return ["subquery", theirs(node.expr)]
    if kind in ("ParenExpr", "UnaryExpr"):
        return [{"ParenExpr": "Paren", "UnaryExpr": "Signed"}[kind], theirs(node.expr)]
    if kind == "NumberLiteral":
        return ["number", node.val]
    if kind == "StringLiteral":
        return ["text"]
    if kind == "Call":
        return [node.func.name, *map(theirs, node.args)]
    if kind == "AggregateExpr":
        labels = sorted(node.modifier.labels) if node.modifier else []
        parameter = [theirs(node.param)] if node.param else []
        return [str(node.op), labels, *parameter, theirs(node.expr)]
    assert kind == "BinaryExpr"
    matching = node.modifier.matching if node.modifier else None
    labels = sorted(matching.labels) if matching else []
    return [str(node.op), labels, theirs(node.lhs), theirs(node.rhs)]


EXTRA = (
    "a - b - c * d ^ e ^ f % g",
    "a or b and c unless d == bool e",
    "-a ^ 2 + -b",
    "a{b='c',} offset -5m @ 1234",
    "sum(a) without (b, c) / ignoring (d) group_right (e) b",
    "rate(a[5m] offset 1h)",
    "max_over_time(rate(a[5m])[1h:] @ end())",
    "a[1h:5m] offset 1w",
    "topk(3, a) > 0x1F and b < 1e-3",
    "time() - a atan2 b",
    "sum by (sum, by, on) (sum)",
    '{__name__="a b",c!~"d"}',
    "count_values('v', a)",
    "AVG BY (x) (a) OR b",
)


@pytest.mark.parametrize("expr", EXTRA)
def test_shape(expr):
    assert outline(parse(expr)) == theirs(promql_parser.parse(expr))


def test_shape_of_every_expression():
    for expr, _ in expressions():
        sent = expand(expr, _ANYTHING, times())
        assert outline(parse(sent)) == theirs(promql_parser.parse(sent)), expr


def test_places_are_those_of_the_text():
    expr = 'sum by (model) (rate(a{b="c"}[5m] offset 1h)) / 2'
    root = parse(expr)
    assert expr[root.left.start : root.left.end] == 'sum by (model) (rate(a{b="c"}[5m] offset 1h))'
    shifted = root.left.arguments[0].arguments[0]
    assert expr[shifted.start : shifted.end] == 'a{b="c"}[5m] offset 1h'
    assert expr[shifted.inner.inner.start : shifted.inner.inner.end] == 'a{b="c"}'


@pytest.mark.parametrize(
    "text",
    ["", "a b", "sum(", "a{b}", 'a{b="c"', "a[5m", "a +", "(" * 5000, "-" * 5000 + "1", "a offset", ")", '"open'],
)
def test_what_is_no_expression(text):
    with pytest.raises(NotPromQLError):
        parse(text)
