"""``missing-runbook``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.watchdogs import watchdog
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule

_LINK = re.compile(r"https?://|\{\{[^}]{0,200}(?:externalURL|ExternalURL)")


class MissingRunbook(Check):
    """An alert without a link to its runbook leaves the first steps to memory.

    Whoever is woken at night needs to know what the alert means, what to look at first and what may be done. The
    annotation ``runbook_url`` is the field's name for that link, and notifications make a button of it.

    Bad:

        - alert: LLMServingStalled
          expr: vllm:num_requests_running > 0 unless rate(vllm:generation_tokens_total[3m]) > 0
          annotations:
            summary: "{{ $labels.pod }} produces no tokens"

    Good:

        - alert: LLMServingStalled
          expr: vllm:num_requests_running > 0 unless rate(vllm:generation_tokens_total[3m]) > 0
          annotations:
            summary: "{{ $labels.pod }} produces no tokens"
            runbook_url: https://runbooks.example.com/llm/LLMServingStalled
    """

    code = "ALR008"
    name = "missing-runbook"
    severity = Severity.INFO
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the annotations of alerts."""
        if rule.kind != "alert" or watchdog(rule):
            return
        for name, text in rule.annotations.items():
            if (name.lower().startswith("runbook") and text.strip()) or _LINK.search(text):
                return
        yield self.finding(
            rule.place.child("annotations") if rule.annotations else rule.place.child("alert"),
            rule.about,
            "no annotation `runbook_url` and no link",
            "a link to what the alert means and what to do first",
            "write a runbook and add `runbook_url`",
        )
