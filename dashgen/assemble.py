"""One spec -> everything it compiles to."""

from __future__ import annotations

from dashgen.alerts import missing_alerts, rule_groups
from dashgen.dashboards import behavior, cost, service_health
from dashgen.model import Bundle
from dashgen.signals.feed import assumed_versions
from dashgen.spec import Spec


def assemble(spec: Spec) -> Bundle:
    """The three dashboards, the rule groups and the pages the spec cannot have."""
    return Bundle(
        spec_name=spec.name,
        dashboards=(service_health(spec), cost(spec), behavior(spec)),
        groups=rule_groups(spec),
        missing_alerts=missing_alerts(spec),
        assumed_versions=assumed_versions(spec),
    )
