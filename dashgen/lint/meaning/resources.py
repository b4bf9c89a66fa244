"""Kubernetes objects in a document, lists of them taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashgen.lint.document import Document, Path, Place
from dashgen.lint.subject import Json, mapping, text, texts

_DEEPEST = 5
"""Lists in lists; nobody wrote more."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One object; ``data`` is all of it."""

    document: Document
    path: Path
    data: Json

    @property
    def kind(self) -> str:
        """ConfigMap, PrometheusRule …"""
        return text(self.data.get("kind"))

    @property
    def metadata(self) -> Json:
        """Its metadata."""
        return mapping(self.data.get("metadata"))

    @property
    def name(self) -> str:
        """Its name."""
        return text(self.metadata.get("name"))

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return texts(self.metadata.get("labels"))

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its annotations; values that are no text are there as text."""
        own = mapping(self.metadata.get("annotations"))
        return {str(key): str(value).lower() if isinstance(value, bool) else str(value) for key, value in own.items()}

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.document, self.path)

    @property
    def about(self) -> str:
        """Which object, in words."""
        namespace = text(self.metadata.get("namespace"))
        return f"{self.kind} {namespace}/{self.name}" if namespace else f"{self.kind} {self.name}".rstrip()

    @property
    def head(self) -> Place:
        """The value to point at when the object as a whole is meant."""
        return self.place.child("metadata", "name") if self.name else self.place.child("kind")


def resources(document: Document) -> Iterator[Resource]:
    """The objects of a document, outermost first; a list is none itself."""
    yield from _resources(document, (), document.data, 0)


def _resources(document: Document, path: Path, data: object, depth: int) -> Iterator[Resource]:
    if isinstance(data, list) and depth < _DEEPEST:
        for index, item in enumerate(data):
            yield from _resources(document, (*path, index), item, depth + 1)
    elif isinstance(data, Mapping) and isinstance(data.get("kind"), str) and "apiVersion" in data:
        if data["kind"].endswith("List") and isinstance(data.get("items"), list):
            yield from _resources(document, (*path, "items"), data["items"], depth + 1)
        else:
            yield Resource(document, path, data)
