"""Texts for regular expressions: they match, they differ, they stay the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.promql import quote
from dashgen.testing.series.examples import examples, matches
from tests.testing.series.plays import look


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("vllm-qwen-.*", ("vllm-qwen-0", "vllm-qwen-1", "vllm-qwen-2")),
        ("qwen2.5-.+", ("qwen2.5-0", "qwen2.5-1", "qwen2.5-2")),
        ("4..", ("400", "401", "402")),
        ("408|504", ("408", "504")),
        ("a{2}b?", ("aab", "aa")),
        (r"\Qa.b\E\d", ("a.b0", "a.b1", "a.b2")),
        ("[[:alpha:]]-[^a-y0-9]", ("a-z", "a-A", "a-B")),
        ("(?:x|y)(?P<n>1)", ("x1", "y1")),
        ("(?i)Pod", ("Pod",)),
        (r"\x41\x{42}", ("AB",)),
    ],
)
def test_simple_texts_come_first(pattern, texts):
    assert examples(pattern, 3) == texts


def test_texts_of_one_branch_can_be_asked_for():
    assert examples("(prefill|decode)-.*", 2, "decode") == ("decode-0", "decode-1")


@pytest.mark.parametrize("pattern", ["(", r"\pL", "[z-a]", "a{2", r"(?P<n>a)\1", "", "()"])
def test_what_is_too_clever_has_no_example(pattern):
    assert not [text for text in examples(pattern) if not text or not re.fullmatch(pattern, text)]


def test_a_large_expression_is_not_tried_for_ever():
    assert examples("(a|b|c|d)" * 40)
    assert examples("((((x*)*)*)*)*")


@given(
    st.lists(
        st.sampled_from(
            PIECES := ["a", "-", ".", "b*", "c+", "[0-9]", "(x|yy)", "z?", "d{2,3}", r"\.", r"\d+", "[^a]", "|"]
        ),
        max_size=8,
    )
)
def test_every_example_matches(pieces):
    pattern = "".join(pieces)
    found = examples(pattern, 5)
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(pattern, text, re.DOTALL) and matches(pattern, text) for text in found)
    assert found or re.fullmatch(pattern, ""), pattern


def test_prometheus_agrees():
    patterns = [
        "vllm-.*",
        "(prefill|decode)-[0-9a-f]+",
        "4..|5..",
        r"a\.b\Q*\E",
        "[[:digit:]]{3}",
        r"\x41[^\d\s]",
        "x??y*?",
    ]
    texts = [text for pattern in patterns for text in examples(pattern, 4)]
    series = {f"m{{t={quote.string(text)}}}": "1x50" for text in texts}
    asked = [f"m{{t={quote.string(t)},t=~{quote.string(p)}}}" for p in patterns for t in examples(p, 4)]
    assert all(len(answer) == 1 for answer in look(series, *asked))
