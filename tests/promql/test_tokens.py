"""Tokens: nothing is lost, and each kind is what Prometheus takes it for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.promql.tokens import milliseconds, significant, tokens
from tests.specs import chat

WORDS = 'a:b 5m 1h30m 5mx "x" \' " ` \\ # [ ] [[v]] $__interval ${v:regex} 0x1F 1e-7 .5 Inf { } =~ !~ ! <= @ é :'
PIECES = st.sampled_from([*WORDS.split(), "\n", " ", "\x00", "\u2028"])


@given(st.text() | st.lists(PIECES).map("".join))
def test_the_texts_joined_are_the_input(text):
    found = tokens(text)
    assert "".join(token.text for token in found) == text
    assert [token.start for token in found] == [0, *(token.end for token in found)][: len(found)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("llm:ttft:p95_5m", ["name"]),
        ("x[1h:5m]", ["name", "punctuation", "duration", "punctuation", "duration", "punctuation"]),
        ("x[5m:]", ["name", "punctuation", "duration", "punctuation", "punctuation"]),
        ("x[5m] :y", ["name", "punctuation", "duration", "punctuation", "name"]),
        ("1h30m", ["duration"]),
        ("5mx", ["unknown"]),
        ("1e-7 .5 5. 0x1F 1_000 Inf nan", ["number"] * 7),
        ("information", ["name"]),
        ("-1", ["operator", "number"]),
        ('{le="+Inf"}', ["punctuation", "name", "operator", "string", "punctuation"]),
        (r'"a\"b" ' + r"'c\'d' `e\`", ["string"] * 3),
        ("a != b", ["name", "operator", "name"]),
        ("a !~ b", ["name", "operator", "name"]),
        ("rate(x[$__rate_interval])", ["name", "punctuation", "name", "punctuation", "variable"] + ["punctuation"] * 2),
        ("[[v]] ${v} ${v:regex}", ["variable"] * 3),
        ("a # > 2\n> 3", ["name", "operator", "number"]),
        ('a + "open b\n+ c', ["name", "operator", "unknown", "operator", "name"]),
        (
            "sum by (le) (x)",
            ["name", "name", "punctuation", "name", "punctuation"] + ["punctuation", "name"] * 1 + ["punctuation"],
        ),
    ],
)
def test_kinds(text, kinds):
    assert [token.kind for token in significant(text)] == kinds


def test_blanks_and_comments_are_tokens_of_their_own():
    assert [token.kind for token in tokens("a # b\n c")] == ["name", "space", "comment", "space", "name"]


def test_a_hash_in_a_string_is_no_comment():
    assert [token.text for token in significant('{a="#"} > 1')] == ["{", "a", "=", '"#"', "}", ">", "1"]


@pytest.mark.parametrize(
    ("text", "length"), [("5m", 300_000), ("1h30m", 5_400_000), ("90m", 5_400_000), ("500ms", 500)]
)
def test_a_duration_in_milliseconds(text, length):
    assert milliseconds(text) == length


def test_every_expression_of_the_shipped_spec_is_understood():
    from dashgen.alerts import rule_groups

    for group in rule_groups(chat()):
        for rule in group.rules:
            assert not [token for token in tokens(rule.expr) if token.kind == "unknown"]
