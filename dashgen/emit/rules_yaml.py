"""Rule groups -> Prometheus rule mappings -> YAML text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashgen.emit.promql_layout import lay_out
from dashgen.emit.yaml_text import yaml_text
from dashgen.model import Alert, RecordingRule, RuleGroup
from dashgen.spec.types import duration_text

Mapping = dict[str, Any]


def rule_groups(groups: Iterable[RuleGroup]) -> list[Mapping]:
    """The ``groups`` list of a Prometheus rule file, in the order given."""
    return [_group(group) for group in groups]


def rules_text(groups: Iterable[RuleGroup], comment: str = "") -> str:
    """A Prometheus rule file."""
    return yaml_text({"groups": rule_groups(groups)}, comment)


def _group(group: RuleGroup) -> Mapping:
    interval = {"interval": duration_text(group.interval)} if group.interval else {}
    return {"name": group.name, **interval, "rules": [_rule(rule) for rule in group.rules]}


def _rule(rule: RecordingRule | Alert) -> Mapping:
    if isinstance(rule, RecordingRule):
        labels = {"labels": _sorted(rule.labels)} if rule.labels else {}
        return {"record": rule.record, "expr": lay_out(rule.expr), **labels}
    timing = {"for": rule.wait, "keep_firing_for": rule.keep_firing_for}
    annotations = {"summary": rule.summary, "description": rule.description} | _sorted(rule.annotations)
    return {
        "alert": rule.name,
        "expr": lay_out(rule.expr),
        **{key: duration_text(value) for key, value in timing.items() if value},
        "labels": _sorted({**rule.labels, "severity": rule.severity}),
        "annotations": annotations,
    }


def _sorted(mapping: Any) -> dict[str, str]:
    return {key: mapping[key] for key in sorted(mapping)}
