"""``rule-label-shadows-target-label``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule

_ALWAYS = frozenset({"job", "instance"})
"""Labels of every series that was scraped."""


class RuleLabelShadowsTargetLabel(Check):
    """A label of the rule replaces the label of the same name that its series carry.

    Labels under ``labels`` win over those of the expression. With ``namespace: monitoring`` every alert says that it is
    about ``monitoring``, routes and silences by namespace miss it, and when several series differ in nothing else
    the evaluation fails with "vector contains metrics with the same labelset", so that nothing fires.

    Bad:

        - alert: LLMRequestsQueued
          expr: sum by (namespace, model_name) (vllm:num_requests_waiting) > 10
          labels:
            severity: page
            namespace: monitoring

    Good:

        - alert: LLMRequestsQueued
          expr: sum by (namespace, model_name) (vllm:num_requests_waiting) > 10
          labels:
            severity: page
            team: platform
    """

    code = "ALR015"
    name = "rule-label-shadows-target-label"
    severity = Severity.WARNING
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Compares the labels of rules with those that their expressions return."""
        root = rule.expression.analysis.root if rule.expression is not None and rule.labels else None
        if root is None:
            return
        returned = labels(root, world)
        for name, text in rule.labels.items():
            if "{{" in text or not returned.may_have(name) or not _carried(name, text, rule, world):
                continue
            yield self.finding(
                rule.place.child("labels", name),
                rule.about,
                f"`{name}: {text}` replaces the `{name}` that its series carry",
                "another name for what the rule adds",
                f"rename the label, or aggregate `{name}` away if nobody needs it",
            )


def _carried(name: str, text: str, rule: Rule, world: World) -> bool:
    """Whether the result surely has the label, and with another value."""
    if rule.expression is None:
        return False
    analysis = rule.expression.analysis
    kept = False
    for aggregate, _ in analysis.aggregates:
        if aggregate.grouping is not None and aggregate.grouping.word == "by":
            kept = kept or any(item.text == name for item in aggregate.grouping.items)
    for selector, _ in analysis.selectors:
        if selector.metric.startswith("ALERTS"):
            # An alert about alerts has a severity of its own.
            continue
        matcher = selector.where(name)
        if matcher is not None:
            if matcher.operator.text == "=":
                return matcher.text not in (text, "")
            kept = kept or not analysis.aggregates
        if analysis.aggregates or world.recorded(selector.metric):
            continue
        entries = world.known(selector.metric)
        scraped = selector.metric != "" and ":" not in selector.metric.replace("vllm:", "").replace("sglang:", "")
        kept = kept or (name in _ALWAYS and (scraped or bool(entries)) and not selector.metric.startswith("ALERTS"))
        kept = kept or any(name in entry.metric.labels_at(entry.exporter.newest) for entry in entries)
    return kept
