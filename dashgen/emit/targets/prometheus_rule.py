"""``prometheus-rule``: the rules as a PrometheusRule of the Prometheus operator.

``rule_labels`` are what the operator selects: kube-prometheus-stack takes ``release: <its Helm release>`` only.
"""

from __future__ import annotations

from dashgen.emit.rule_resource import rule_resource
from dashgen.model import Bundle
from dashgen.spec import Spec


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``prometheus-rule.yaml`` -> text.

    Raises:
        InputError: when the operator would not admit it.
    """
    return {"prometheus-rule.yaml": rule_resource("monitoring.coreos.com/v1", "PrometheusRule", bundle, spec)}
