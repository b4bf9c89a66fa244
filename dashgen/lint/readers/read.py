"""One file -> what is in it, recognised by content: dashboards, rules, and Kubernetes objects with either."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from typing import Any

from dashgen.lint.document import Document, Path, Place
from dashgen.lint.readers.dashboard import dashboard, is_dashboard
from dashgen.lint.readers.rules import groups, has_groups
from dashgen.lint.subject import Subjects, mapping, text

MAX_BYTES = 50_000_000


class UnreadableError(ValueError):
    """A text that cannot be understood; the message says why, ``place`` where."""

    def __init__(self, message: str, place: Place) -> None:
        self.place = place
        super().__init__(message)


def read(file: str, content: str) -> Iterator[Subjects]:
    """Every document of a file; those that hold nothing for checks too.

    Raises:
        UnreadableError: when the text is neither JSON nor YAML.
    """
    for document in _documents(file, content):
        yield subjects(document)


def subjects(document: Document) -> Subjects:
    """What a document holds."""
    found = Subjects(document)
    _read(document, (), found)
    return found


def _documents(file: str, content: str) -> Iterator[Document]:
    if content.lstrip()[:1] in ("{", "["):
        try:
            yield Document(file, content, "json", json.loads(content))
            return
        except json.JSONDecodeError as error:
            if file.endswith(".json"):
                place = Place(Document(file, content, "json"), (), error.pos, error.pos + 1)
                raise UnreadableError(f"no JSON: {error.msg}", place) from error
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for number, data in enumerate(yaml.load_all(content, Loader=loader)):
            yield Document(file, content, "yaml", data, number)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        start = mark.index if mark is not None else 0
        place = Place(Document(file, content, "yaml"), (), start, start + 1)
        raise UnreadableError(f"no YAML: {getattr(error, 'problem', None) or error}", place) from error


def _read(document: Document, path: Path, found: Subjects) -> None:
    data = document.get(*path)
    if isinstance(data, list):
        for index in range(len(data)):
            _read(document, (*path, index), found)
        return
    if not isinstance(data, dict):
        return
    if isinstance(data.get("dashboard"), dict) and is_dashboard(data["dashboard"]):
        found.dashboards.append(dashboard(document, (*path, "dashboard")))
    elif isinstance(data.get("kind"), str) and "apiVersion" in data:
        found.resource = found.resource or data["kind"]
        _resource(document, path, data, found)
    elif is_dashboard(data):
        found.dashboards.append(dashboard(document, path))
    elif has_groups(data):
        found.groups += groups(document, (*path, "groups"))


def _resource(document: Document, path: Path, data: dict[str, Any], found: Subjects) -> None:
    kind, spec = data["kind"], mapping(data.get("spec"))
    if kind.endswith("List") and isinstance(data.get("items"), list):
        _read(document, (*path, "items"), found)
    elif kind == "ConfigMap":
        for key, value in mapping(data.get("data")).items():
            if isinstance(value, str) and str(key).endswith((".json", ".yaml", ".yml")):
                _embedded(document, (*path, "data", key), value, found)
    elif kind == "GrafanaDashboard":
        if isinstance(spec.get("json"), str):
            _embedded(document, (*path, "spec", "json"), spec["json"], found)
        elif isinstance(spec.get("gzipJson"), str):
            _embedded(document, (*path, "spec", "gzipJson"), _unpacked(spec["gzipJson"]), found, encoded=True)
    elif str(data["apiVersion"]).startswith("dashboard.grafana.app/") and is_dashboard(spec):
        name = text(mapping(data.get("metadata")).get("name"))
        found.dashboards.append(dashboard(document, (*path, "spec"), name))
    elif has_groups(spec):
        found.groups += groups(document, (*path, "spec", "groups"))


def _embedded(document: Document, path: Path, value: str, found: Subjects, *, encoded: bool = False) -> None:
    """A document inside another; what is no document is left alone, as anything may be in a ConfigMap."""
    place = Place(document, path)
    for syntax in ("json", "yaml"):
        try:
            data = json.loads(value) if syntax == "json" else _yaml(value)
        except ValueError:
            continue
        inner = Document(document.file, value, "json" if syntax == "json" else "yaml", data, 0, place, encoded)
        _read(inner, (), found)
        return


def _yaml(value: str) -> Any:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(value, loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _unpacked(value: str) -> str:
    try:
        return zlib.decompressobj(wbits=31).decompress(base64.b64decode(value), MAX_BYTES).decode("utf-8")
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        return ""
