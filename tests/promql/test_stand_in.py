"""Grafana's variables become something that a parser can read, wherever they stand."""

from __future__ import annotations

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.promql.second_opinion import accepted
from dashgen.promql.stand_in import stand_ins


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        ("up", "up"),
        ("rate(x[$__rate_interval])", "rate(x[5m])"),
        ("rate(x[${w}:[[s]]] offset $o)", None),
        ("max_over_time(x[$w:$s] offset -$o)", "max_over_time(x[5m:5m] offset -5m)"),
        ("increase(x[${__range_s}s])", "increase(x[5s])"),
        ("topk($n, sum by ($g, [[h]]) (x))", "topk(1, sum by (x, x) (x))"),
        ("vllm:${what}_total", "vllm:x_total"),
        ('x{a=~"$b", c=~"${d:regex}|[[e]]", f="$1"}', 'x{a=~"x", c=~"x|x", f="$1"}'),
        ('label_replace(x, "a", "${1}$2", "b", "(.*)")', 'label_replace(x, "a", "${1}$2", "b", "(.*)")'),
        ("x{$label=$value}", 'x{x="x"}'),
        ("x * $__range_ms / $__interval_ms", "x * 60 / 60"),
        ("$agg by (a) (x)", "sum by (a) (x)"),
        ("$f(x[5m])", "rate(x[5m])"),
        ("clamp_min(x, $y)", "clamp_min(x, 1)"),
        ("sum(x) > $limit # of $model", "sum(x) > x # of $model"),
    ],
)
def test_what_an_expression_becomes(expr: str, text: str | None) -> None:
    found = accepted(expr)
    assert text is None or found.text == text
    if text is not None:
        promql_parser.parse(found.text)


def test_places_lead_back() -> None:
    expr = 'sum(rate(x{a=~"$model"}[$__rate_interval])) by ($g) > up'
    found = accepted(expr)
    for token in ("sum", "rate", "up", "by"):
        assert found.origin(found.text.index(token)) == expr.index(token)
    assert found.origin(found.text.index("5m")) == expr.index("$__rate")
    assert found.origin(len(found.text) - 1) == len(expr) - 1


@given(st.text(st.sampled_from('$a{}[]()_:" ,=~5m+offset\\'), max_size=60))
def test_no_text_is_too_odd(expr: str) -> None:
    for each in stand_ins(expr):
        for index in range(len(each.text)):
            assert 0 <= each.origin(index) <= len(expr)
