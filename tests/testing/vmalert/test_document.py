"""What vmalert-tool is given: groups cut where a rule reads a record of its own group."""

from __future__ import annotations

import json

import pytest

from dashgen.model import RecordingRule, RuleGroup
from dashgen.testing.promtool.document import RULES, TEST
from dashgen.testing.vmalert.document import PROBE, steps, write
from tests.testing.promtool.plays import alert, play


def rules_of(*exprs):
    """Records r0, r1, ... of these expressions, and where the group is cut."""
    rules = tuple(RecordingRule(f"r{number}", expr) for number, expr in enumerate(exprs))
    return [[rule.record for rule in group.rules] for group in steps([RuleGroup("one", rules)])]


@pytest.mark.parametrize(
    ("exprs", "cut"),
    [
        (("m", "m", "n"), [["r0", "r1", "r2"]]),
        (("m", "r0", "r1"), [["r0"], ["r1"], ["r2"]]),
        (("m", "m", "r0 + r1", "r0"), [["r0", "r1"], ["r2", "r3"]]),
        (("m", "r0", "r0"), [["r0"], ["r1", "r2"]]),
        (("r1", "m"), [["r0", "r1"]]),
        (("m", '{job="x"}'), [["r0"], ["r1"]]),
        (('{job="x"}', "m"), [["r0", "r1"]]),
        (("m", "max_over_time(rate(r0[5m])[1h:5m])"), [["r0"], ["r1"]]),
        (("m", "sum("), [["r0", "r1"]]),
    ],
)
def test_a_group_is_cut_before_what_reads_its_records(exprs, cut):
    assert rules_of(*exprs) == cut


def test_an_alert_that_reads_alerts_sees_those_of_its_group():
    rules = (alert("A"), alert("B", 'ALERTS{alertname="A"}'))
    assert [len(group.rules) for group in steps([RuleGroup("one", rules)])] == [1, 1]


def test_groups_keep_their_order_under_names_of_their_own():
    groups = [RuleGroup("same", (RecordingRule(f"r{n}", "m"), RecordingRule(f"s{n}", f"r{n}"))) for n in range(3)]
    names = [group.name for group in steps(groups)]
    assert len(set(names)) == 6
    assert [rule.record for group in steps(groups) for rule in group.rules] == ["r0", "s0", "r1", "s1", "r2", "s2"]


def test_alerts_are_asked_about_apart_and_the_environment_stays_out(tmp_path):
    up = alert(annotations={"x": "%{HOME}"})
    write(play(("m", 1), (up, 1), rules=(up,)), tmp_path)
    queries, alerts = json.loads((tmp_path / TEST).read_text())["tests"]
    assert [len(queries["metricsql_expr_test"]), len(queries["alert_rule_test"])] == [2, 0]
    assert [len(alerts["metricsql_expr_test"]), len(alerts["alert_rule_test"])] == [0, 1]
    assert queries["metricsql_expr_test"][-1]["expr"].startswith(PROBE.expr)
    assert "%{" not in (tmp_path / RULES).read_text()
    (group,) = json.loads((tmp_path / RULES).read_text())["groups"]
    assert group["rules"][0]["annotations"]["x"] == "%{HOME}"
