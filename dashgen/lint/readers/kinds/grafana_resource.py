"""Dashboards as Grafana's own Kubernetes-style resource: classic JSON (v0alpha1, v1beta1, v1) or schema v2."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers import schema_v2
from dashgen.lint.readers.dashboard import dashboard, is_dashboard
from dashgen.lint.readers.error import UnreadableError
from dashgen.lint.readers.finder import Finder, is_resource
from dashgen.lint.subject import Json, mapping, text

_GROUP = "dashboard.grafana.app"


def takes(data: Json) -> bool:
    """Whether data is one, also inside a GrafanaManifest of grafana-operator."""
    return is_resource(data, "Dashboard", _GROUP) or is_resource(data, "GrafanaManifest")


def read(place: Place, data: Json, finder: Finder) -> None:
    """The uid is the name of the resource."""
    finder.found.resource = finder.found.resource or text(data.get("kind"))
    if data.get("kind") == "GrafanaManifest":
        finder.look(place.document, (*place.path, "spec", "template"))
        return
    spec, name = mapping(data.get("spec")), text(mapping(data.get("metadata")).get("name"))
    where = place.child("spec")
    if schema_v2.is_v2(spec):
        finder.found.dashboards.append(schema_v2.dashboard(where.document, where.path, name))
    elif is_dashboard({"title": "", **spec}):
        finder.found.dashboards.append(dashboard(where.document, where.path, name))
    else:
        finder.found.unreadable.append(
            UnreadableError(
                f"a dashboard of {text(data.get('apiVersion'))} without panels or elements",
                where,
                "`panels`, or `elements` since v2alpha1",
                "see whether the version is the one it was written for",
                notice=True,
            )
        )
