"""``git-sync``: one dashboard resource per file, for Git Sync of Grafana 12 and newer; ``gcx`` takes the same files.

Point Git Sync at the folder ``git-sync``: it names Grafana's folders after those of the repository, not after the spec.
"""

from __future__ import annotations

from typing import Any

from dashgen.emit.dashboards import dashboard_documents, json_text
from dashgen.model import Bundle
from dashgen.spec import Spec

_NOT_IN_A_RESOURCE = frozenset({"id", "uid", "version"})


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``git-sync/<dashboard key>.json`` -> text.

    Raises:
        OutputError: when Grafana would not show one of them as meant.
    """
    documents = dashboard_documents(bundle)
    return {f"git-sync/{key}.json": json_text(_resource(board)) for key, board in documents.items()}


def _resource(board: dict[str, Any]) -> dict[str, Any]:
    return {
        # v1 from Grafana 13 on, where v1beta1 is another name of it.
        "apiVersion": "dashboard.grafana.app/v1beta1",
        "kind": "Dashboard",
        "metadata": {"name": board["uid"]},
        "spec": {key: value for key, value in board.items() if key not in _NOT_IN_A_RESOURCE},
    }
