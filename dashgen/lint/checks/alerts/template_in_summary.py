"""``template-in-summary``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import wait
from dashgen.lint.meaning.firing.templates import references
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule

_TITLES = frozenset({"summary", "title"})


class TemplateInSummary(Check):
    """A value in a label makes a new alert at every evaluation, and in a summary a new title.

    Labels are the identity of an alert. With ``$value`` in one, each new value is another alert: the old one resolves,
    the new one waits for its ``for`` from the start, so an alert with ``for`` may never fire and silences miss it. The
    summary is the title of a notification: with a value in it, no two tickets of one incident have the same. Labels
    are welcome there; the value belongs into the description.

    Bad:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          for: 5m
          labels:
            severity: page
            waiting: "{{ $value }}"

    Bad:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          annotations:
            summary: "{{ $value }} requests wait for {{ $labels.model_name }}"

    Good:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          for: 5m
          labels:
            severity: page
          annotations:
            summary: Requests queue for {{ $labels.model_name }}
            description: "{{ $value }} requests wait."
    """

    code = "ALR010"
    name = "template-in-summary"
    severity = Severity.WARNING
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the templates of alerts."""
        if rule.kind != "alert":
            return
        for label, text in rule.labels.items():
            for shown in references(text):
                # A label that is set by `if $value` has few values; it changes when it should.
                if shown.kind == "value" and not shown.conditional:
                    never = wait(rule.wait) or 0
                    yield replace(
                        self.finding(
                            rule.place.child("labels", label).within(shown.start, shown.end),
                            rule.about,
                            f"label `{label}` holds the value, so that each new value is a new alert"
                            + (f", which waits {rule.wait} again" if never else ""),
                            "labels that stay the same while the alert is pending and firing",
                            "move the value into the description",
                        ),
                        severity=Severity.ERROR,
                    )
        for name in sorted(_TITLES & rule.annotations.keys()):
            for shown in references(rule.annotations[name]):
                if shown.kind == "value" and not shown.conditional:
                    yield self.finding(
                        rule.place.child("annotations", name).within(shown.start, shown.end),
                        rule.about,
                        f"`{name}` holds the value, so that the title changes while the alert fires",
                        "a title that is the same for one incident; labels may be in it",
                        "move the value into the description",
                    )
