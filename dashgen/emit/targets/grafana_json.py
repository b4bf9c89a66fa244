"""``grafana-json``: one classic JSON file per dashboard, for provisioning or import."""

from __future__ import annotations

from dashgen.emit.dashboards import dashboard_documents, json_text
from dashgen.model import Bundle
from dashgen.spec import Spec


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``<dashboard key>.json`` -> text."""
    return {f"{key}.json": json_text(board) for key, board in dashboard_documents(bundle).items()}
