"""``grafana-operator``: one GrafanaDashboard per dashboard, for the Grafana operator (v5)."""

from __future__ import annotations

from typing import Any

from dashgen.emit.dashboard_resource import dashboard_resource
from dashgen.emit.dashboards import dashboard_documents
from dashgen.emit.kubernetes import dashboard_metadata
from dashgen.model import Bundle
from dashgen.spec import Spec


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``grafana-dashboard-<dashboard key>.yaml`` -> text.

    Raises:
        InputError: for a dashboard too large for Kubernetes.
        OutputError: when Grafana would not show one of them as meant.
    """
    return {
        f"grafana-dashboard-{key}.yaml": _dashboard(key, board, spec)
        for key, board in dashboard_documents(bundle).items()
    }


def _dashboard(key: str, board: dict[str, Any], spec: Spec) -> str:
    def wrap(text: str) -> dict[str, Any]:
        return {
            "apiVersion": "grafana.integreatly.org/v1beta1",
            "kind": "GrafanaDashboard",
            "metadata": dashboard_metadata(spec, board["uid"]),
            # No uid: the operator takes the one in the JSON, and could never change one given here.
            "spec": {
                "allowCrossNamespaceImport": True,
                "folder": spec.grafana.folder,
                "instanceSelector": {"matchLabels": dict(sorted(spec.grafana.instance_selector.items()))},
                "json": text,
            },
        }

    return dashboard_resource(key, board, spec, wrap)
