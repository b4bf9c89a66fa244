"""What each operator makes of real expressions, and that all of them are safe with any text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.model import Alert
from dashgen.spec.types import parse_duration
from dashgen.testing.mutate.mutants import canonical, mutants, parses
from dashgen.testing.mutate.operators import OPERATORS
from dashgen.testing.mutate.subject import Timing
from tests.specs import variety

CASES = Path(__file__).parent / "cases"
ENOUGH = 3
WORDS = """
    sum rate by without ( ) { } [ ] , : = =~ != > >= < == bool + - * / and or unless on group_left offset a llm:b_total
    "x" 5m 0 1 0.5 19.5 histogram_quantile $__range $v # @
"""
PIECES = st.sampled_from(WORDS.split())


def cases():
    return [
        pytest.param(path.stem, case, id=f"{path.stem}-{number}")
        for path in sorted(CASES.glob("*.yaml"))
        for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")))
    ]


def timing(case):
    waits = [parse_duration(case[key]) if key in case else None for key in ("for", "keep_firing_for")]
    return (
        Timing(**{name: wait for name, wait in zip(("wait", "keep"), waits, strict=True) if wait})
        if any(waits)
        else None
    )


@pytest.mark.parametrize(("operator", "case"), cases())
def test_mutants_of_an_operator(operator, case):
    made = [each.description for each in mutants(case["expr"], timing(case)) if each.operator == operator]
    assert made == case["mutants"]


def test_every_operator_has_cases():
    proved = {
        path.stem: sum(1 for case in yaml.safe_load(path.read_text(encoding="utf-8")) if case["mutants"])
        for path in CASES.glob("*.yaml")
    }
    assert proved.keys() == OPERATORS.keys()
    assert {name: count for name, count in proved.items() if count < ENOUGH} == {}


@cache
def expressions():
    """Every expression of every kind of spec, with its timing."""
    found = {}
    for spec in variety().values():
        made = assemble(spec)
        for group in made.groups:
            for rule in group.rules:
                found[rule.expr, Timing(rule.wait, rule.keep_firing_for) if isinstance(rule, Alert) else None] = None
        queries = [query for board in made.dashboards for panel in board.panels() for query in panel.queries]
        found |= {(query.expr, None): None for query in queries if query.source == "prometheus"}
    return list(found)


def test_mutants_of_every_spec_parse_and_differ():
    constant = {expr for expr, _ in expressions() if expr.startswith("vector(") and " " not in expr}
    for expr, alert in expressions():
        made = mutants(expr, alert)
        assert made or expr in constant, f"nothing to mutate in {expr}"
        assert all(parses(each.expr) for each in made)
        seen = {(canonical(each.expr), each.timing) for each in made} | {(canonical(expr), alert)}
        assert len(seen) == len(made) + 1, f"mutants that are the same in {expr}"


def test_a_mutant_is_the_original_but_for_its_place():
    for expr, alert in expressions():
        for each in mutants(expr, alert):
            assert each.expr.startswith(expr[: each.start]) and each.expr.endswith(expr[each.end :])


def test_mutants_come_in_the_order_of_writing():
    for expr, alert in expressions():
        places = [each.start for each in mutants(expr, alert)]
        assert places == sorted(places)


@settings(max_examples=500, deadline=None)
@given(st.text() | st.lists(PIECES).map(" ".join))
def test_any_text_is_survived(text):
    for each in mutants(text, Timing(wait=parse_duration("5m"))):
        assert parses(each.expr)


@settings(deadline=None)
@given(st.data())
def test_a_broken_expression_is_survived(data):
    expr, alert = data.draw(st.sampled_from(expressions()))
    start = data.draw(st.integers(0, len(expr)))
    end = data.draw(st.integers(start, min(len(expr), start + 5)))
    broken = expr[:start] + data.draw(PIECES | st.sampled_from(["\n", '"', "\\", "é", ""])) + expr[end:]
    for each in mutants(broken, alert):
        assert parses(each.expr)


def test_a_value_that_an_alert_never_says_is_not_changed():
    expr = "llm:telemetry:expected unless on (model) sum by (model) (llm:telemetry:present)"
    assert all(each.operator != "function" for each in mutants(f"sum ({expr})", Timing(), value_shown=False))
    assert any(each.operator == "function" for each in mutants(f"sum ({expr})", Timing()))
