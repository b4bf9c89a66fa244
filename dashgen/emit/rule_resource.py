"""The rules inside a Kubernetes resource: a PrometheusRule and a VMRule differ in name only."""

from __future__ import annotations

from dashgen.emit.kubernetes import at_most, resource_text, rules_metadata
from dashgen.emit.rules_yaml import rule_groups, rules_text
from dashgen.emit.sizes import RULE_BYTES
from dashgen.model import Bundle
from dashgen.spec import Spec

_TOO_LARGE = "describe a part of the models in a spec of its own, with another name"


def rule_resource(api_version: str, kind: str, bundle: Bundle, spec: Spec, *remarks: str) -> str:
    """YAML of one resource with all rule groups.

    Raises:
        InputError: when the operator would not admit it.
    """
    resource = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": rules_metadata(spec),
        "spec": {"groups": rule_groups(bundle.groups)},
    }
    text = resource_text(resource, bundle.spec_name, *remarks)
    if len(text) > RULE_BYTES:  # what counts is the rule file in it, which is smaller
        size = len(rules_text(bundle.groups))
        at_most(RULE_BYTES, size, f"the rule file of the {kind}", "the operator", spec, _TOO_LARGE)
    return text
