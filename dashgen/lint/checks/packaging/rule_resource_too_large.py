"""``rule-resource-too-large``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashgen.emit.sizes import RULE_BYTES
from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.resources import resources
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects, mapping

_KINDS = frozenset({"PrometheusRule", "VMRule"})


class RuleResourceTooLarge(Check):
    """The operators write the rules of a resource into one file, and admit at most half a MiB of it.

    Beyond 524,288 bytes the webhook refuses the resource; without a webhook the operator leaves it out and says so in
    its log only. Then none of its alerts exists.

    Bad:

        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata: {name: llm}
        spec:
          groups:
            - name: llm
              rules: [{alert: A, expr: up == 0, annotations: {description: "<600,000 characters>"}}]

    Good:

        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata: {name: llm}
        spec:
          groups:
            - name: llm
              rules: [{alert: A, expr: up == 0, annotations: {description: "<400,000 characters>"}}]
    """

    code = "PKG003"
    name = "rule-resource-too-large"
    severity = Severity.ERROR
    example = "file"

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Measures the rule file in each resource."""
        for resource in resources(subjects.document):
            if resource.kind not in _KINDS:
                continue
            groups = mapping(resource.data.get("spec")).get("groups")
            size = _least_bytes(groups, {}) if isinstance(groups, list) else 0
            if size > RULE_BYTES:
                yield self.finding(
                    resource.head,
                    resource.about,
                    f"its rules take at least {size:,} bytes",
                    f"at most {RULE_BYTES:,}: the operator refuses more",
                    "put some of its groups into a resource of their own",
                )


def _least_bytes(value: Any, known: dict[int, int]) -> int:
    """What a value takes at the least in the YAML that the operator writes: its texts, and the ends of lines."""
    if not isinstance(value, (dict, list)):
        return len(str(value).encode(errors="replace"))
    if id(value) not in known:
        known[id(value)] = 0  # a value that holds itself ends here
        if isinstance(value, dict):
            parts = (len(str(key).encode()) + len(": \n") + _least_bytes(item, known) for key, item in value.items())
        else:
            parts = (len("- ") + _least_bytes(item, known) for item in value)
        known[id(value)] = sum(parts)
    return known[id(value)]
