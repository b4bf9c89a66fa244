"""ConfigMaps: dashboards and rules as texts under its keys, also packed ones."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers.finder import Finder, is_resource
from dashgen.lint.subject import Json, mapping

_OTHER_FILES = (".conf", ".csv", ".ini", ".js", ".lua", ".md", ".properties", ".py", ".rego", ".sh", ".sql", ".toml")


def takes(data: Json) -> bool:
    """Whether data is a ConfigMap."""
    return is_resource(data, "ConfigMap")


def read(place: Place, data: Json, finder: Finder) -> None:
    """Every key may be a file."""
    finder.found.resource = finder.found.resource or "ConfigMap"
    for key, value in mapping(data.get("data")).items():
        if isinstance(value, str) and not str(key).endswith(_OTHER_FILES):
            finder.text(place.child("data", key), str(key), value)
    for key, value in mapping(data.get("binaryData")).items():
        if isinstance(value, str) and not str(key).endswith(_OTHER_FILES):
            finder.packed(place.child("binaryData", key), str(key), value)
