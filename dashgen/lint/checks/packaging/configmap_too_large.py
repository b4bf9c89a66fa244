"""``configmap-too-large``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from dashgen.emit.sizes import DASHBOARD_BYTES
from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.resources import Resource, resources
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects, mapping


class ConfigmapTooLarge(Check):
    """Kubernetes refuses a ConfigMap that holds more than 1 MiB.

    One ConfigMap for all dashboards reaches that with some forty of them: then none is updated any more, and what was
    there before stays. One for each dashboard does not.

    Bad:

        apiVersion: v1
        kind: ConfigMap
        metadata: {name: dashboards}
        data:
          health.json: "<600,000 characters>"
          cost.json: "<600,000 characters>"

    Good:

        apiVersion: v1
        kind: ConfigMap
        metadata: {name: dashboard-health}
        data:
          health.json: "<600,000 characters>"
    """

    code = "PKG001"
    name = "configmap-too-large"
    severity = Severity.ERROR
    example = "file"

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Adds up the values of each ConfigMap."""
        for resource in resources(subjects.document):
            size = _size(resource) if resource.kind == "ConfigMap" else 0
            if size > DASHBOARD_BYTES:
                yield self.finding(
                    resource.head,
                    resource.about,
                    f"its data takes {size:,} bytes",
                    f"at most {DASHBOARD_BYTES:,}: Kubernetes refuses more",
                    "make one ConfigMap for each dashboard, or write the JSON without blanks",
                )


def _size(resource: Resource) -> int:
    values = mapping(resource.data.get("data")).values()
    packed = mapping(resource.data.get("binaryData")).values()
    written = sum(len(value.encode(errors="replace")) for value in values if isinstance(value, str))
    return written + sum(_unpacked(value) for value in packed if isinstance(value, str))


def _unpacked(value: str) -> int:
    try:
        return len(base64.b64decode(value))
    except (binascii.Error, ValueError):
        return 0
