"""One spec -> everything it compiles to."""

from __future__ import annotations

from dashgen.alerts import compile_rules
from dashgen.dashboards import behavior, cost, service_health
from dashgen.model import Bundle
from dashgen.signals.feed import assumed_versions
from dashgen.spec import Spec


def assemble(spec: Spec) -> Bundle:
    """The three dashboards, the rule groups and the pages the spec cannot have."""
    groups, missing = compile_rules(spec)
    return Bundle(
        spec_name=spec.name,
        dashboards=(service_health(spec), cost(spec), behavior(spec)),
        groups=groups,
        missing_alerts=missing,
        assumed_versions=assumed_versions(spec),
    )
