"""The harness itself: a question that proves nothing must not pass."""

from __future__ import annotations

import math

import pytest

from dashgen.model import Alert, PanelRef, RecordingRule, RuleGroup
from tests.alerts.deployments import requests, spec
from tests.promtool import as_yaml, check_rules, parse_samples, play
from tests.series import GAP, STALE, constant, counter, merge, pattern, selector, text

ONE = RuleGroup("one", (RecordingRule("r", 'm{a!=""} * 2', {"b": "c"}),))


def test_a_typo_in_an_alert_name_raises():
    with pytest.raises(KeyError, match="no alert LLMErorRateHigh"):
        play(spec(), groups=("traffic",), until=1).firing("LLMErorRateHigh")


@pytest.mark.parametrize("groups", [("trafic",), ()])
def test_an_unknown_group_raises(groups):
    with pytest.raises(KeyError, match="no rule group"):
        play(spec(), groups=groups, until=1)


@pytest.mark.parametrize("groups", [(), (RuleGroup("empty", ()),)])
def test_a_group_without_rules_raises(groups):
    with pytest.raises(ValueError, match="prove nothing"):
        play(groups, groups=None, until=1)


def test_a_time_between_evaluations_raises():
    with pytest.raises(ValueError, match="not on the evaluation grid"):
        play((ONE,), groups=None, until=1).query("r", 0.1)


def test_a_query_that_does_not_parse_raises():
    with pytest.raises(AssertionError, match="parse error"):
        play((ONE,), groups=None, until=1).query("sum(")


def test_a_rule_that_fails_to_evaluate_raises():
    twice = {selector("m", a="1", x="1"): constant(1, 2), selector("m", a="1", x="2"): constant(1, 2)}
    broken = RuleGroup("broken", (RecordingRule("r", 'label_replace(m, "x", "", "", "")'),))
    with pytest.raises(AssertionError, match="same labelset"):
        play((broken,), twice, groups=None, until=1).query("r")


def test_a_template_that_breaks_at_run_time_raises():
    alert = Alert("A", "vector(1)", "page", "", "", PanelRef("a", "b"), annotations={"x": "{{ .Nope }}"})
    with pytest.raises(AssertionError, match="error expanding template"):
        play((RuleGroup("g", (alert,)),), groups=None, until=1).firing("A")


def test_a_missing_promtool_fails_and_does_not_skip(monkeypatch):
    monkeypatch.setenv("DASHGEN_PROMTOOL", "/nowhere/promtool")
    with pytest.raises(pytest.fail.Exception, match="promtool is not installed"):
        play((ONE,), groups=None, until=1).query("r")


def test_the_same_series_twice_raises():
    with pytest.raises(AssertionError, match="twice"):
        merge(requests(counter((1, 1))), requests(counter((1, 1))))


def test_many_questions_are_answered_in_order():
    played = play((ONE,), {selector("m", a='x", {y}\n'): constant(21, 2)}, groups=None, until=1)
    first, nothing, last = played.queries([("r", 1), ("nope", 1), ("vector(NaN) or vector(1)", 0.5)])
    assert first == [({"__name__": "r", "a": 'x", {y}\n', "b": "c"}, 42)]
    assert nothing == []
    assert math.isnan(last.value())


def test_check_rules_refuses_what_prometheus_would():
    with pytest.raises(AssertionError, match="parse error"):
        check_rules((RuleGroup("g", (RecordingRule("r", "sum("),)),))


def test_timelines():
    assert text([1, 1, 1, GAP, GAP, 2.5, STALE, math.nan, math.nan, math.inf]) == "1x2 _x2 2.5 stale NaN NaN Inf"
    assert counter((60, 0.5), "reset", (4, 0.25)) == [0, 15, 30, 1]
    assert pattern([1, 0], 1, phase=1) == [0, 1, 0, 1]


def test_samples_are_read_back():
    assert parse_samples('{a="}, {", b="\\u2028"} +Inf, {__name__="m"} 1E-07') == [
        ({"a": "}, {", "b": "\u2028"}, math.inf),
        ({"__name__": "m"}, 1e-07),
    ]
    assert parse_samples("nil") == []


def test_documents_hold_only_characters_yaml_prints():
    assert as_yaml("🦙\x85\n") == '"\\U0001f999\\u0085\\n"'
