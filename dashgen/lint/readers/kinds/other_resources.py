"""Kubernetes objects of other kinds: nothing to look at in them, but their kind is known."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers.finder import Finder
from dashgen.lint.readers.rules import has_groups
from dashgen.lint.subject import Json, text

_READ = frozenset({"ConfigMap", "GrafanaDashboard", "GrafanaManifest"})


def takes(data: Json) -> bool:
    """Whether no other reader takes the object."""
    kind = data.get("kind")
    if not isinstance(kind, str) or "apiVersion" not in data or kind in _READ or has_groups(data.get("spec")):
        return False
    listed = kind.endswith("List") and isinstance(data.get("items"), list)
    return not listed and not (kind == "Dashboard" and text(data["apiVersion"]).startswith("dashboard.grafana.app/"))


def read(place: Place, data: Json, finder: Finder) -> None:
    """Only its kind."""
    finder.found.resource = finder.found.resource or text(data.get("kind"))
