"""``vmrule``: the rules as a VMRule of the VictoriaMetrics operator.

Experimental: the proofs run with promtool, and vmalert evaluates MetricsQL, which is close to PromQL but not the same.
"""

from __future__ import annotations

from dashgen.emit.rule_resource import rule_resource
from dashgen.model import Bundle
from dashgen.spec import Spec

_REMARKS = (
    "Experimental: these rules are proven with promtool, not with vmalert.",
    "The operator turns a PrometheusRule into a VMRule of the same name by itself: apply one of the two.",
)


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``vmrule.yaml`` -> text.

    Raises:
        InputError: when the operator would not admit it.
    """
    text = rule_resource("operator.victoriametrics.com/v1beta1", "VMRule", bundle, spec, *_REMARKS)
    return {"vmrule.yaml": text}
