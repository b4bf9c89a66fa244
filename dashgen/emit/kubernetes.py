"""Kubernetes resources: names, metadata, sizes and text, the same for every target that writes one."""

from __future__ import annotations

import json
import re
from typing import Any

from dashgen.emit.notice import headed
from dashgen.emit.yaml_text import yaml_text
from dashgen.errors import InputError, Location, Problem
from dashgen.spec import Spec

Mapping = dict[str, Any]

ANNOTATIONS = {
    # kubectl and Argo CD would keep a copy of the resource in an annotation, which has an upper limit.
    "argocd.argoproj.io/sync-options": "ServerSideApply=true",
    # Flux would replace ${...} inside expressions and dashboards.
    "kustomize.toolkit.fluxcd.io/substitute": "disabled",
}
LABELS = {"app.kubernetes.io/managed-by": "dashgen"}
CLIENT_SIDE_BYTES = 262_144
"""Keys and values of all annotations of one resource; client-side apply adds the whole resource as one."""
RULE_BYTES = 524_288
"""Half a ConfigMap: what the operators put into one rule file, and what their webhooks admit."""
DASHBOARD_BYTES = 1_048_576
"""What a ConfigMap may hold."""

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SERVER_SIDE = "Too large for client-side apply: use kubectl apply --server-side; Flux and Argo CD do so already."


def resource_name(text: str) -> str:
    """A uid or another name of letters, digits, - and _ as a DNS-1123 label."""
    return text.lower().replace("_", "-").strip("-")


def base_name(spec: Spec) -> str:
    """What resources and files of a spec are named after: uid prefix and name."""
    return resource_name(f"{spec.grafana.uid_prefix}-{spec.name}")


def rules_metadata(spec: Spec) -> Mapping:
    """Metadata of the resource that holds the rules of a spec."""
    return _metadata(base_name(spec), spec.namespace, spec.rule_labels, {})


def dashboard_metadata(
    spec: Spec, uid: str, labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None
) -> Mapping:
    """Metadata of the resource that holds the dashboard of that uid."""
    namespace = spec.grafana.namespace or spec.namespace
    return _metadata(resource_name(uid), namespace, labels or {}, annotations or {})


def _metadata(name: str, namespace: str | None, labels: dict[str, str], annotations: dict[str, str]) -> Mapping:
    found = {"annotations": {**annotations, **ANNOTATIONS}, "labels": {**labels, **LABELS}}
    metadata: Mapping = {key: dict(sorted(value.items())) for key, value in found.items()}
    return {**metadata, "name": name, **({"namespace": namespace} if namespace is not None else {})}


def resource_text(resource: Mapping, spec_name: str, *remarks: str) -> str:
    """A resource as YAML below the notice; the header says so when it needs server-side apply."""
    large = [_SERVER_SIDE] if client_side_bytes(resource) > CLIENT_SIDE_BYTES else []
    return yaml_text(resource, headed(spec_name, *remarks, *large))


def client_side_bytes(resource: Mapping) -> int:
    """Bytes of all annotations once client-side apply has added its copy of the resource."""
    # Go writes <, > and & as six bytes each.
    text = json.dumps(resource, separators=(",", ":"), ensure_ascii=True)
    copy = len(text) + 5 * len(re.findall("[<>&]", text)) + 1
    annotations: dict[str, str] = resource["metadata"]["annotations"]
    own = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    return own + len(_LAST_APPLIED) + copy


def is_resource(name: str, text: str) -> bool:
    """Whether a file is a manifest of a Kubernetes resource, and not some other YAML or JSON."""
    head = {"apiVersion", "kind"}
    return name.endswith(".yaml") and head <= set(re.findall(r"^(\w+):", text, re.MULTILINE))


def at_most(limit: int, found: int, what: str, keeper: str, spec: Spec, action: str) -> None:
    """Refuse what Kubernetes or an operator would refuse.

    Raises:
        InputError: when ``found`` bytes are more than ``limit``.
    """
    if found > limit:
        expected = f"at most {limit:,} bytes, the limit of {keeper}"
        raise InputError([Problem(Location(spec.name), f"{what} takes {found:,} bytes", expected, action)])
