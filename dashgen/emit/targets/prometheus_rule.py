"""``prometheus-rule``: the rules as a PrometheusRule of the Prometheus operator."""

from __future__ import annotations

from dashgen.emit.notice import generated_notice
from dashgen.emit.rules_yaml import rule_groups
from dashgen.emit.yaml_text import yaml_text
from dashgen.model import Bundle
from dashgen.spec import Spec


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``prometheus-rule.yaml`` -> text."""
    labels = {**spec.rule_labels, "app.kubernetes.io/managed-by": "dashgen"}
    metadata = {
        # Flux would replace ${...} inside the expressions.
        "annotations": {"kustomize.toolkit.fluxcd.io/substitute": "disabled"},
        "labels": {key: labels[key] for key in sorted(labels)},
        "name": f"{spec.grafana.uid_prefix}-{spec.name}".lower().replace("_", "-"),
    }
    if spec.namespace is not None:
        metadata["namespace"] = spec.namespace
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": {"groups": rule_groups(bundle.groups)},
    }
    return {"prometheus-rule.yaml": yaml_text(document, generated_notice(bundle.spec_name))}
