"""No text, whoever wrote it, takes long to judge or breaks the judge."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.lint.meaning.grammar import grammar
from dashgen.promql.second_opinion import accepted

SEEDS = st.sampled_from(
    [
        'histogram_quantile(0.95, sum by (le, model) (rate(x_bucket{a=~"$b|c\\\\.d"}[$__rate_interval] offset 1w)))',
        'label_replace(up{a="b"} > bool 1, "x", "$1", "y", "(.*)") * on (a, b) group_left (c) (d or vector(0))',
        "max_over_time((sum(x) without (y))[1h:5m] @ end()) - topk($n, {__name__=~`z\\d+`}) # [[old]]",
    ]
)
PIECES = st.sampled_from(
    [
        *"(){}[],:\"'`\\$#@~=<>!+-*/%^ \n0é",
        "[[a]]",
        "${a:csv}",
        "by (x)",
        " and ",
        "offset -",
        "5m",
        "1e999",
        "\ud800",
        "|=",
    ]
)


@given(
    base=SEEDS,
    edits=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 6), st.lists(PIECES, max_size=3)), max_size=4),
)
def test_no_text_is_too_odd(base: str, edits: list[tuple[int, int, list[str]]]) -> None:
    for start, length, pieces in edits:
        base = base[:start] + "".join(pieces) + base[start + length :]
    for fault in grammar(base).faults:
        assert 0 <= fault.start < max(fault.end, 1) <= len(base) + 1
        assert fault.found and fault.expected and not fault.found.endswith(".")
    accepted(base)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "(" * 20_000 + "x" + ")" * 20_000,
        "sum(" * 10_000 + "x" + ")" * 10_000,
        "x" + "+x" * 30_000,
        "x" + " or x" * 240,
        "-" * 90_000 + "x",
        "x" + "[5m:]" * 15_000,
        'x{a="' + "\\" * 90_000 + '"}',
        'x{a=~"' + "(" * 40_000 + ")" * 40_000 + '"}',
        'x{a=~"' + "(a*)*" * 5_000 + '"}',
        'x{a=~"(((a{1,100}){1,100}){1,100}){1,100}"}',
        "x{" + "a='b'," * 15_000 + "}",
        "x[" * 30_000,
        "x[1e999] + x[5m:inf]",
        "x[1e_] + x offset 1_e99_ + x[0xffffffffffffffff]",
        "x offset -1e99 + x offset NaN",
        "$x " * 30_000,
        "sum($x, " * 10_000,
        "#" * 200_000,
    ],
    ids=lambda text: f"{text[:12]} {len(text)}",
)
def test_hostile_texts_are_judged_quickly(text: str) -> None:
    began = time.process_time()
    grammar(text)
    accepted(text)
    assert time.process_time() - began < 2
