"""``configmap``: one ConfigMap per dashboard, for the sidecar of the Grafana and kube-prometheus-stack Helm charts."""

from __future__ import annotations

from typing import Any

from dashgen.emit.dashboard_resource import dashboard_resource
from dashgen.emit.dashboards import dashboard_documents
from dashgen.emit.kubernetes import dashboard_metadata
from dashgen.model import Bundle
from dashgen.spec import Spec

_REMARK = "The sidecar uses grafana_folder when its folderAnnotation says so and foldersFromFilesStructure is true."


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``configmap-<dashboard key>.yaml`` -> text.

    Raises:
        InputError: for a dashboard no ConfigMap can hold.
        OutputError: when Grafana would not show one of them as meant.
    """
    return {
        f"configmap-{key}.yaml": _config_map(key, board, spec) for key, board in dashboard_documents(bundle).items()
    }


def _config_map(key: str, board: dict[str, Any], spec: Spec) -> str:
    uid = board["uid"]
    # The chart of Grafana alone selects the label whatever its value; the stack wants "1".
    labels, annotations = {"grafana_dashboard": "1"}, {"grafana_folder": spec.grafana.folder}

    def wrap(text: str) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": dashboard_metadata(spec, uid, labels, annotations),
            # The sidecar writes the files of all namespaces into one folder: the uid tells them apart.
            "data": {f"{uid}.json": text},
        }

    return dashboard_resource(key, board, spec, wrap, _REMARK)
