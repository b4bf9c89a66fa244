"""Classic Grafana JSON: as exported, as its HTTP API answers, or a schema v2 without the resource around it."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers import schema_v2
from dashgen.lint.readers.dashboard import dashboard, is_dashboard
from dashgen.lint.readers.finder import Finder
from dashgen.lint.subject import Json


def takes(data: Json) -> bool:
    """Whether data is a dashboard, or an answer of the API with one."""
    return "apiVersion" not in data and (is_dashboard(data) or is_dashboard(data.get("dashboard")) or _v2(data))


def read(place: Place, data: Json, finder: Finder) -> None:
    """The dashboard."""
    if is_dashboard(data):
        finder.found.dashboards.append(dashboard(place.document, place.path))
    elif _v2(data):
        finder.found.dashboards.append(schema_v2.dashboard(place.document, place.path, ""))
    else:
        finder.found.dashboards.append(dashboard(place.document, (*place.path, "dashboard")))


def _v2(data: Json) -> bool:
    return "kind" not in data and schema_v2.is_v2(data)
