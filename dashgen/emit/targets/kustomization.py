"""``kustomization``: a ``kustomization.yaml`` that lists the Kubernetes manifests of the other targets.

Without one, Flux and ``kubectl apply -f`` would take every YAML file of the folder for a manifest.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashgen.emit.kubernetes import is_resource
from dashgen.emit.notice import generated_notice
from dashgen.emit.yaml_text import yaml_text
from dashgen.errors import InputError, Location, Problem
from dashgen.model import Bundle
from dashgen.spec import Spec


def render_last(bundle: Bundle, spec: Spec, written: Mapping[str, str]) -> dict[str, str]:
    """``kustomization.yaml`` -> text.

    Raises:
        InputError: when no other target wrote a manifest.
    """
    manifests = sorted(name for name, text in written.items() if is_resource(name, text))
    if not manifests:
        raise InputError(
            [
                Problem(
                    Location(spec.name),
                    "the target kustomization has nothing to list",
                    "another target that writes Kubernetes resources",
                    "add one to `targets`, such as prometheus-rule or configmap, or remove kustomization",
                )
            ]
        )
    document = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": manifests}
    return {"kustomization.yaml": yaml_text(document, generated_notice(bundle.spec_name))}
