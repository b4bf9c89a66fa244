"""GrafanaDashboard resources of grafana-operator."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers.finder import Finder, is_resource
from dashgen.lint.subject import Json, mapping


def takes(data: Json) -> bool:
    """Whether data is one."""
    return is_resource(data, "GrafanaDashboard")


def read(place: Place, data: Json, finder: Finder) -> None:
    """The dashboard is a text, or a packed one; those that are fetched from elsewhere are not here."""
    finder.found.resource = finder.found.resource or "GrafanaDashboard"
    spec = mapping(data.get("spec"))
    if isinstance(spec.get("json"), str):
        finder.text(place.child("spec", "json"), "spec.json", spec["json"])
    if isinstance(spec.get("gzipJson"), str):
        finder.packed(place.child("spec", "gzipJson"), "gzipJson", spec["gzipJson"])
