"""The dashboards of a bundle as verified JSON: what every target that ships dashboards starts from."""

from __future__ import annotations

from typing import Any

from dashgen.emit.json_text import json_text
from dashgen.emit.notice import generated_notice
from dashgen.emit.verify import verify
from dashgen.errors import OutputError
from dashgen.model import Bundle

__all__ = ["dashboard_documents", "json_text"]


def dashboard_documents(bundle: Bundle) -> dict[str, dict[str, Any]]:
    """Dashboard key -> JSON document.

    Raises:
        OutputError: when Grafana would not show one of them as meant.
    """
    from dashgen.emit.grafana import dashboard_json  # grafanalib costs 0.1 s

    notice = generated_notice(bundle.spec_name)
    keys = [board.key for board in bundle.dashboards]
    if len(set(keys)) < len(keys):
        raise OutputError([f"two dashboards have one key, among {', '.join(keys)}"])
    documents = {board.key: dashboard_json(board, notice) for board in bundle.dashboards}
    verify(documents)
    return documents
