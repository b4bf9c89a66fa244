"""Syntax that not every Prometheus reads is found, and nothing that only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.promql.functions import SYNTAX
from dashgen.promql.syntax import logql, pieces


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        ("x[1h:5m]", {"subquery": "[1h:5m"}),
        ("x[1h30m]", {"a duration of several units": "1h30m"}),
        ("a atan2 b", {}),
        ("sum(a) atan2 b", {"`atan2`": "atan2"}),
        ("x @ end()", {"`@`": "@"}),
        ("x offset -5m", {"a negative offset": "-"}),
        ("x * 1_000", {"an underscore in a number": "1_000"}),
        ("x[300]", {"a range or offset in seconds without a unit": "300"}),
        ("x offset 300", {"a range or offset in seconds without a unit": "300"}),
        ("x - 5m", {"a duration as a number": "5m"}),
        ('sum by ("a.b") (x)', {"a quoted name of a series or label": '"a.b"'}),
        ("x[5m * 2]", {"a duration that is calculated": "5m * 2"}),
        ("x[$__rate_interval + 1m]", {"a duration that is calculated": "$__rate_interval + 1m"}),
        ("x[step()]", {"a duration that is calculated": "step()"}),
        ("x offset (5m + 1m)", {"a duration that is calculated": "("}),
        ("x[5m] smoothed", {"`smoothed`": "smoothed"}),
        ("a + fill(0) b", {"`fill`": "fill"}),
        ("fill(0)", {}),
        ("smoothed + anchored", {}),
        ('x{a="[5m * 2]"}', {}),
        ("x[${__range_s}s:$step]", {"subquery": "[${__range_s}s:$step"}),
        ("x[", {}),
        ("x[a > b", {}),
    ],
)
def test_pieces(expr: str, found: dict[str, str]) -> None:
    assert {piece.name: expr[piece.start : piece.end] for piece in pieces(expr)} == found


@given(st.text(st.sampled_from("x5m[](){}:@*-+_, \"'offset$"), max_size=60))
def test_no_text_is_too_odd(expr: str) -> None:
    for piece in pieces(expr):
        assert piece.name in SYNTAX and 0 <= piece.start < piece.end <= len(expr)


def test_what_is_written_for_loki() -> None:
    assert logql('{a="b"} |= "c"') and logql('rate({a="b"} | json | x > 1 [5m])')
    assert not logql('up{a=~"b|c", d="|= e"} # | json')
