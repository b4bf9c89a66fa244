"""``missing-severity``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule


class MissingSeverity(Check):
    """An alert without a severity goes wherever the default route leads.

    Alertmanager routes and inhibits by labels. Without ``severity`` nobody decided whether somebody is woken.

    Bad:

        - alert: LLMRequestsQueued
          expr: vllm:num_requests_waiting > 0

    Good:

        - alert: LLMRequestsQueued
          expr: vllm:num_requests_waiting > 0
          labels:
            severity: page
    """

    code = "ALR013"
    name = "missing-severity"
    severity = Severity.WARNING
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the labels of alerts."""
        if rule.kind == "alert" and not rule.labels.get("severity") and "severity" not in rule.group_labels:
            place = rule.place.child("labels") if rule.labels else rule.place.child("alert")
            yield self.finding(
                place,
                rule.about,
                "no label `severity`",
                "one, so that routes can tell pages from tickets",
                "add `severity` to its labels",
            )
