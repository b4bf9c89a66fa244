"""A play as the two files ``promtool test rules`` reads: the rules, and the test that asks about them.

Every question expects something impossible, so that promtool prints what it ``got:`` instead, exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dashgen.emit.rules_yaml import rule_groups
from dashgen.model import Alert, RuleGroup
from dashgen.testing.promtool.play import AlertQuestion, Play, Question

RULES = "rules.yaml"
TEST = "test.yaml"
SENTINEL = "__dashgen_question__"
"""The label of what is expected and never there; of alerts, its value is the number of the question."""
TAG = "# dashgen:"
"""Comment behind an expression; promtool echoes it, also where it cannot evaluate."""

_Document = dict[str, Any]
_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n]")


def write(play: Play, folder: Path) -> None:
    """Both files of a play."""
    (folder / RULES).write_text(rule_file(play.groups), encoding="ascii")
    (folder / TEST).write_text(as_yaml(test_document(play)), encoding="ascii")


def rule_file(groups: Iterable[RuleGroup]) -> str:
    """Rule groups as they are emitted. promtool evaluates all at one interval, whatever a group says."""
    emitted = rule_groups(groups)
    return as_yaml({"groups": [{"name": group["name"], "rules": group["rules"]} for group in emitted]})


def test_document(play: Play) -> _Document:
    """The test of a play.

    Raises:
        ValueError: for a question that promtool would answer, but wrongly: a time off the grid, an unknown alert.
    """
    _check(play)
    clock = play.clock
    return {
        "rule_files": [RULES],
        "evaluation_interval": f"{clock.every}ms",
        # Groups that are not listed would run in random order.
        "group_eval_order": [group.name for group in play.groups],
        "tests": [
            {
                "interval": f"{clock.scrape}ms",
                "input_series": [{"series": name, "values": values} for name, values in play.series.items()],
                "alert_rule_test": [
                    {
                        "alertname": question.alert,
                        "eval_time": f"{question.at}ms",
                        "exp_alerts": [{"exp_labels": {SENTINEL: str(number)}}],
                    }
                    for number, question in enumerate(play.alerts)
                ],
                "promql_expr_test": [
                    {
                        "expr": f"{question.expr}\n{TAG}{number}",
                        "eval_time": f"{question.at}ms",
                        "exp_samples": [{"labels": f'{{{SENTINEL}="1"}}', "value": 0}],
                    }
                    for number, question in enumerate(play.questions)
                ],
            }
        ],
    }


def as_yaml(document: Mapping[str, Any]) -> str:
    """JSON that every YAML parser reads: characters YAML does not print are written as escapes."""
    plain = json.dumps(document, ensure_ascii=False, indent=1)
    return _NOT_PLAIN.sub(lambda found: (r"\u%04x" if found[0] <= "\uffff" else r"\U%08x") % ord(found[0]), plain)


def _check(play: Play) -> None:
    clock = play.clock
    asked_all: tuple[Question | AlertQuestion, ...] = (*play.questions, *play.alerts)
    for asked in asked_all:
        if asked.at % clock.every or not 0 <= asked.at <= clock.until:
            raise ValueError(f"{asked} is not on the evaluation grid ({clock.every} ms, until {clock.until} ms)")
    names = {rule.name for group in play.groups for rule in group.rules if isinstance(rule, Alert)}
    unknown = sorted({asked.alert for asked in play.alerts} - names)
    if unknown:
        raise ValueError(f"no such alert: {', '.join(unknown)}; there are {', '.join(sorted(names)) or 'none'}")
