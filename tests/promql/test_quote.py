"""Text becomes query syntax here and nowhere else; promtool says whether it survived."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.model import RecordingRule, RuleGroup
from dashgen.promql import quote
from dashgen.promql.histogram import quantile, rate_metric
from dashgen.promql.selector import Match, aggregate, label_replace, number, scaled, vector
from tests.promtool import parse_labels, play
from tests.series import constant, selector

TEXTS = [
    "plain",
    'a"b',
    "a\\b",
    "a\nb\tc\rd",
    "$x ${y} $1",
    "{{x}}",
    "é 日 🦙",
    "\x01\x7f",
    ".*+?()[]{}|^$",
    "`",
    "\u2028",
]
NOTHING = (RuleGroup("none", (RecordingRule("unused", "vector(1)"),)),)


def evaluate(exprs, *series):
    played = play(NOTHING, *series, groups=None, until=1)
    return played.queries([(expr, 1) for expr in exprs])


def test_a_string_is_that_text():
    exprs = [f'label_replace(vector(1), "x", {quote.replacement(text)}, "", "")' for text in TEXTS]
    assert [answer[0][0]["x"] for answer in evaluate(exprs)] == TEXTS


def test_a_matcher_finds_that_text_and_nothing_else():
    series = {selector("m", x=text): constant(n, 2) for n, text in enumerate(TEXTS)}
    equal = evaluate([str(vector("m", (Match("x", "=", text),))) for text in TEXTS], series)
    assert [answer.value() for answer in equal] == list(range(len(TEXTS)))
    alike = evaluate([f"m{{x=~{quote.any_of([text])}}}" for text in TEXTS], series)
    assert [answer.value() for answer in alike] == list(range(len(TEXTS)))
    everything = evaluate([f"count(m{{x=~{quote.any_of(TEXTS)}}})"], series)
    assert everything[0].value() == len(TEXTS)


def test_no_dollar_reaches_grafana_or_flux():
    assert "$" not in quote.string("$model ${model} $$")


@given(st.text())
def test_quoted_text_has_no_way_out(text):
    assert re.fullmatch(r'"([^"\\\n]|\\.)*"', quote.string(text), re.DOTALL)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_regex_matches_itself(text):
    assert re.fullmatch(quote.regex(text), text, re.DOTALL)


@given(st.text())
def test_quoted_text_is_read_back(text):
    assert quote.unquote(quote.string(text)) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r'"say \"hi\" \\ \n"', 'say "hi" \\ \n'),
        (r"'it\'s \x41\101\u65e5\U0001f600'", "it's AA日😀"),
        (r"`raw \d \n`", r"raw \d \n"),
        (r'"10\\.0\\.0"', r"10\.0\.0"),
        ("plain", "plain"),
    ],
)
def test_escapes_of_every_kind_are_undone(written, text):
    assert quote.unquote(written) == text


@pytest.mark.parametrize("name", ["up", "llm:a:b", "_x9"])
def test_identifiers_are_metrics(name):
    assert quote.metric(name)
    assert vector(name) == name


@pytest.mark.parametrize("name", ["a.b", "9a", "a-b", "", "é"])
def test_other_names_become_a_label(name):
    assert not quote.metric(name)
    assert vector(name, (Match("a", "=", "b"),)) == f'{{__name__="{name}",a="b"}}'


@pytest.mark.parametrize("text", ["{{ $value }}", "a {{{{ b", "}}", "{", "plain"])
def test_a_template_prints_that_text(text):
    # Go's {{ "{{" }} prints {{.
    assert quote.template(text).replace('{{ "{{" }}', "\0").replace("\0", "{{") == text
    assert not re.search(r'\{\{(?! "\{\{" \}\})', quote.template(text).replace('{{ "{{" }}', ""))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "1"), (0.95, "0.95"), (1e6, "1000000"), (0.1 + 0.2, "0.30000000000000004"), (1e-7, "1e-07"), (-2.0, "-2")],
)
def test_numbers_are_short_and_exact(value, expected):
    assert number(value) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back(value):
    assert float(number(value)) == value


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(1, "x"), (0.001, "x / 1000"), (0.01, "x / 100"), (1048576.0, "x * 1048576"), (0.3, "x * 0.3")],
)
def test_scaling_is_exact(factor, expected):
    assert scaled("x", factor) == expected


def test_two_thousand_milliseconds_are_two_seconds():
    exprs = [scaled(f"vector({ms})", 0.001) for ms in (2000, 500, 1, 3)]
    assert [answer.value() for answer in evaluate(exprs)] == [2, 0.5, 0.001, 0.003]


def test_aggregations_with_and_without_labels():
    assert aggregate("sum", (), "x") == "sum (x)"
    assert aggregate("max", ("a", "b"), "x") == "max by (a, b) (x)"
    assert label_replace("x", "a", '"$1"', "b", '"(.+)"') == 'label_replace(x, "a", "$1", "b", "(.+)")'


def test_quantiles_of_buckets():
    assert rate_metric("x_seconds") == "x_seconds_bucket"
    buckets = {
        selector("b", le=le, m="a"): constant(value, 2) for le, value in (("1000", 50), ("2000", 100), ("+Inf", 100))
    }
    empty = {selector("b", le=le, m="e"): constant(0, 2) for le in ("1000", "2000", "+Inf")}
    answer = evaluate([quantile(0.75, "b", ("m",), 0.001)], buckets | empty)[0].by("m")
    assert answer["a"] == 1.5
    assert math.isnan(answer["e"])


def test_labels_of_promtool_are_read_back():
    assert parse_labels('m{a="x, y}\\n\\"{", b=""} 1') == ({"__name__": "m", "a": 'x, y}\n"{', "b": ""}, 23)
