"""Expressions that read a mutant's copies instead of the originals, and nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.promql.reads import reads
from dashgen.testing.mutate.mutants import canonical, parses
from dashgen.testing.mutate.names import (
    ANY,
    alert_copy,
    number_of,
    read_names,
    record_copy,
    renamed,
    watched,
    with_alerts,
    without_copies,
)
from tests.testing.mutate.test_operators import PIECES, expressions

NEW = {"llm:a:rate5m": "llm:a:rate5m:mutant1", "on": "on:mutant1", "a b": "a b:mutant1"}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("llm:a:rate5m", "llm:a:rate5m:mutant1"),
        ('sum by (on) (llm:a:rate5m{on="llm:a:rate5m"})', 'sum by (on) (llm:a:rate5m:mutant1{on="llm:a:rate5m"})'),
        ("llm:a:rate5m offset 1m + llm:a:rate5m_more", "llm:a:rate5m:mutant1 offset 1m + llm:a:rate5m_more"),
        ("# llm:a:rate5m\nllm:a:rate5m[5m]", "# llm:a:rate5m\nllm:a:rate5m:mutant1[5m]"),
        ('{__name__="llm:a:rate5m",b="c"}', '{__name__="llm:a:rate5m:mutant1",b="c"}'),
        ('{__name__="a b"}', '{__name__="a b:mutant1"}'),
        ("max(b)", "max(b)"),
        ("llm:a:rate5m +", "llm:a:rate5m +"),
    ],
)
def test_renamed(expr, expected):
    assert renamed(expr, NEW) == expected


def test_every_expression_reads_what_promql_parser_says():
    checked = 0
    for expr, _ in expressions():
        if "$__" not in expr:
            assert read_names(expr) == reads(expr).keys(), expr
            checked += 1
    assert checked > 1000


def test_renaming_every_name_changes_names_only():
    for expr, _ in expressions():
        names = {name: f"{name}:mutant7" for name in read_names(expr)}
        changed = renamed(expr, names)
        assert read_names(changed) == set(names.values())
        back = {new: old for old, new in names.items()}
        assert [back.get(word, word) for word in canonical(changed)] == list(canonical(expr))


@given(st.lists(PIECES).map(" ".join))
def test_any_text_is_survived(text):
    assert isinstance(renamed(text, {"a": "b"}), str)
    assert isinstance(with_alerts(text, {"a": "b"}), str)
    assert isinstance(read_names(text), frozenset)


def test_what_is_not_selected_by_a_name_may_be_anything():
    assert read_names('{job="a"} + b') == {ANY, "b"}
    assert read_names('{__name__=~"a|b"}') == {ANY}
    assert read_names("no promql") == {ANY}


COPIES = r'alertname!~".+__mutant[0-9]+"'
COPY = r'alertname!~"Old|.+__mutant[0-9]+"'


def renaming(selector):
    return f'label_replace({selector}, "alertname", "Old", "", "")'


FIRING = 'ALERTS{alertstate="firing"'
RENAMED = renaming('ALERTS{alertname="New"}')
SHIFTED = renaming(FIRING + ',alertname="New"} offset 1m')


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("ALERTS", f"(ALERTS{{{COPY}}} or {RENAMED})"),
        (f"count({FIRING}}} offset 1m) or up", f"count(({FIRING},{COPY}}} offset 1m or {SHIFTED})) or up"),
        ('ALERTS{alertname="Old"}', f'(ALERTS{{alertname="Old",{COPY}}} or {RENAMED})'),
        ('ALERTS{alertname!="Old"}', f'ALERTS{{alertname!="Old",{COPY}}}'),
        ('ALERTS{alertname=~"O.*|X"}', None),
        ('ALERTS{alertname=~"X.*"}', f'ALERTS{{alertname=~"X.*",{COPY}}}'),
        ("max_over_time(ALERTS[5m])", "max_over_time(ALERTS[5m])"),
        ("up", "up"),
    ],
)
def test_alerts_of_a_mutant(expr, expected):
    changed = with_alerts(expr, {"Old": "New"})
    assert parses(changed)
    if expected is None:
        assert 'alertname="New"' in changed
    else:
        assert changed == expected


def test_originals_do_not_see_copies():
    assert without_copies("count(ALERTS) > up") == f"count(ALERTS{{{COPIES}}}) > up"
    assert without_copies("llm:ALERTS_seen") == "llm:ALERTS_seen"


def test_all_copies_are_watched_at_once():
    assert watched('ALERTS{llm_service="chat"}') == 'ALERTS{llm_service="chat",alertname=~".+__mutant[0-9]+"}'
    assert [watched(expr) for expr in ("count(ALERTS)", 'ALERTS{alertname="A"}', "ALERTS offset 5m", "up", "(")] == [
        None
    ] * 5


def test_a_copy_tells_its_mutant():
    assert number_of(record_copy("llm:a:p95_5m", 17)) == 17
    assert number_of(alert_copy("High", 3)) == 3
    assert number_of("llm:a:mutants5") is None
