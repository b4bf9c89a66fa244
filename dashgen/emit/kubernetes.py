"""Kubernetes resources: names, metadata, sizes and text, the same for every target that writes one."""

from __future__ import annotations

import re
from typing import Any

from dashgen.emit.notice import headed
from dashgen.emit.sizes import CLIENT_SIDE_BYTES, client_side_bytes
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
