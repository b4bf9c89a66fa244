"""``missing-annotation``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Analysis
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.watchdogs import watchdog
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule

_WANTED = ("summary", "description")
_SAME = {"summary": ("title", "message"), "description": ("message",)}
"""Older mixins put all of it into ``message``."""


class MissingAnnotation(Check):
    """An alert without summary and description tells whoever is woken its name and nothing else.

    ``summary`` is what the notification shows: what is wrong, with what. ``description`` says how bad it is and where
    to look first. An alert that fires for each pod or model and names none in its text sends everybody to search.

    Bad:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          labels:
            severity: page

    Bad:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          annotations:
            summary: Requests queue
            description: More than 10 requests wait. Look at the KV cache first.

    Good:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          annotations:
            summary: Requests queue for {{ $labels.model_name }}
            description: "{{ $value }} requests wait. Look at the KV cache first."
    """

    code = "ALR007"
    name = "missing-annotation"
    severity = Severity.INFO
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the annotations of alerts."""
        if rule.kind != "alert" or watchdog(rule):
            return
        given = {name for name, text in rule.annotations.items() if text.strip()}
        missing = [name for name in _WANTED if not given.intersection((name, *_SAME[name]))]
        if missing:
            yield self.finding(
                rule.place.child("annotations") if rule.annotations else rule.place.child("alert"),
                rule.about,
                "no annotation " + " and no ".join(f"`{name}`" for name in missing),
                "a summary of what is wrong with what, and a description of how bad it is and where to look",
                "write " + " and ".join(f"`{name}`" for name in missing),
            )
        elif not any("{{" in text for text in rule.annotations.values()) and (which := _told_apart(rule, world)):
            named = ", ".join(f"`{name}`" for name in which)
            yield self.finding(
                rule.place.child("annotations"),
                rule.about,
                f"no annotation says which one it is about, and it fires for each {named}",
                "the labels that tell its alerts apart in the text",
                f"name them in the summary, as with `{{{{ $labels.{which[0]} }}}}`",
            )


def _fixed(analysis: Analysis) -> frozenset[str]:
    """Labels that all selectors fix to the same value: `absent(up{job="vllm"})` fires for one job."""
    every = [
        {(each.label, each.text) for each in selector.matchers if each.operator.text == "="}
        for selector, _ in analysis.selectors
    ]
    return frozenset(label for label, _ in set.intersection(*every)) if every else frozenset()


def _told_apart(rule: Rule, world: World) -> list[str]:
    """Labels that its alerts differ in: those of ``by`` or ``on``, else the instance that every series has."""
    analysis = rule.expression.analysis if rule.expression is not None else None
    if analysis is None or analysis.root is None:
        return []
    found = labels(analysis.root, world)
    if not found.open:
        return sorted(found.names - _fixed(analysis))[:3]
    matched = [item.text for each, _ in analysis.binaries if each.matching for item in each.matching.items]
    if matched and all(each.matching is None or each.matching.word == "on" for each, _ in analysis.binaries):
        return sorted(set(matched))[:3]
    return ["instance"] if not analysis.aggregates and found.may_have("instance") else []
