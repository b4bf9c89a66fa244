"""What an expression reads and how far back: ranges, offsets and subqueries add up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashgen.alerts import rule_groups
from dashgen.promql.reads import LOOKBACK, reads
from tests.specs import variety

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("1", {}),
        ("vector(time())", {}),
        ("a", {"a": LOOKBACK}),
        ("a offset 1h", {"a": HOUR + LOOKBACK}),
        ("a offset -1h", {"a": timedelta()}),
        ("rate(a[1h])", {"a": HOUR}),
        ("rate(a[1h] offset 2h)", {"a": 3 * HOUR}),
        ("max_over_time((a offset 1h)[2h:5m] offset 3h)", {"a": 6 * HOUR + LOOKBACK}),
        ("max_over_time(rate(a[1h])[2h:])", {"a": 3 * HOUR}),
        ("a + b offset 1h and c unless (d)", {"a": LOOKBACK, "b": HOUR + LOOKBACK, "c": LOOKBACK, "d": LOOKBACK}),
        ("a or a offset 1h", {"a": HOUR + LOOKBACK}),
        ("topk(scalar(n), -a)", {"n": LOOKBACK, "a": LOOKBACK}),
        ('label_replace(a, "x", "$1", "y", "(.*)")', {"a": LOOKBACK}),
        ('{__name__="a b"}', {"a b": LOOKBACK}),
        ('{__name__!="a",x="y"}', {"": LOOKBACK}),
        ('{__name__=~"a.*"}', {"": LOOKBACK}),
    ],
)
def test_reads(expr, expected):
    assert reads(expr) == expected


def test_what_does_not_parse_is_an_error():
    with pytest.raises(ValueError, match=r".+"):
        reads("sum(")


@pytest.mark.parametrize("name", variety())
def test_every_rule_names_the_series_it_reads(name):
    for group in rule_groups(variety()[name]):
        for rule in group.rules:
            assert "" not in reads(rule.expr)
