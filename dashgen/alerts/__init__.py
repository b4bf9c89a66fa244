"""Alerts and recording rules: (Spec) -> rules. One file per page, ``tickets`` for the rest.

A record and the alerts that read it share a rule group, in order. No YAML, no Grafana here.
"""

from dashgen.alerts.groups import alerts, compile_rules, missing_alerts, rule_groups

__all__ = ["alerts", "compile_rules", "missing_alerts", "rule_groups"]
