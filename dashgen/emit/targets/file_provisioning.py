"""``file-provisioning``: a provider for Grafana's ``provisioning/dashboards`` and the folder of files it reads.

Both are named after spec and uid prefix, so that those of several specs fit beside each other.
"""

from __future__ import annotations

from dashgen.emit.dashboards import dashboard_documents, json_text
from dashgen.emit.kubernetes import base_name
from dashgen.emit.notice import headed
from dashgen.emit.yaml_text import yaml_text
from dashgen.model import Bundle
from dashgen.spec import Spec


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``file-provisioning/<name>.yaml`` and ``file-provisioning/<name>/<dashboard key>.json`` -> text.

    Raises:
        OutputError: when Grafana would not show one of them as meant.
    """
    name = base_name(spec)
    documents = dashboard_documents(bundle)
    boards = {f"file-provisioning/{name}/{key}.json": json_text(board) for key, board in documents.items()}
    return {f"file-provisioning/{name}.yaml": _provider(name, spec), **boards}


def _provider(name: str, spec: Spec) -> str:
    path = f"{spec.grafana.provisioning_path.rstrip('/')}/{name}"
    provider = {
        "name": name,
        "orgId": 1,
        "folder": _literal(spec.grafana.folder),
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": _literal(path), "foldersFromFilesStructure": False},
    }
    remarks = (
        f"Copy this file into provisioning/dashboards of Grafana, and the folder {name} beside it to",
        f"{path}, which grafana.provisioning_path of the spec says.",
    )
    return yaml_text({"apiVersion": 1, "providers": [provider]}, headed(spec.name, *remarks))


def _literal(value: str) -> str:
    """Grafana would put environment variables in."""
    return value.replace("$", "$$")
