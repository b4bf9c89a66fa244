"""Data -> the reader of its kind, through lists, and texts inside texts."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path as Folder
from typing import Any, Protocol, cast

from dashgen.lint.document import Document, Path, Place
from dashgen.lint.readers.decode import MAX_BYTES
from dashgen.lint.readers.error import UnreadableError
from dashgen.lint.readers.parse import Text, documents
from dashgen.lint.subject import Json, Subjects

_DEEPEST = 6
"""Lists in lists, and texts inside texts; nobody nests more."""
_OURS = re.compile(
    r'"(?:panels|rows|templating|schemaVersion)"|^[ \t]*(?:-[ \t]*)?(?:groups|expr|panels):', re.MULTILINE
)
"""What tells a dashboard or rules from all else that people keep in a ConfigMap."""


class Kind(Protocol):
    """A module of ``kinds``: one way of holding dashboards or rules. At most one of them takes any data."""

    def takes(self, data: Json) -> bool:
        """Whether the data is of this kind."""

    def read(self, place: Place, data: Json, finder: Finder) -> None:
        """Add what it holds to the finder's subjects."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Adds everything it comes upon to ``found``."""

    found: Subjects
    depth: int = 0

    def look(self, document: Document, path: Path) -> None:
        """At the value at a path of a document."""
        data = document.get(*path)
        if self.depth > _DEEPEST:
            return
        if isinstance(data, list):
            inner = Finder(self.found, self.depth + 1)
            for index in range(len(data)):
                inner.look(document, (*path, index))
        elif isinstance(data, dict):
            for kind in _kinds():
                if kind.takes(data):
                    kind.read(Place(document, path), data, self)
                    return

    def text(self, place: Place, name: str, text: str, *, encoded: bool = False) -> None:
        """At a text that is a value of a document; one that cannot be read matters only if it looks like ours."""
        if self.depth > _DEEPEST or not text.strip():
            return
        inner = Finder(self.found, self.depth + 1)
        try:
            for document, problems in documents(Text(name, text, place, encoded)):
                before = len(self.found.dashboards) + len(self.found.groups) + len(self.found.tests)
                inner.look(document, ())
                if len(self.found.dashboards) + len(self.found.groups) + len(self.found.tests) > before:
                    self.found.unreadable += problems
        except UnreadableError as error:
            if _OURS.search(text):
                self.found.unreadable.append(error)

    def packed(self, place: Place, name: str, text: str) -> None:
        """At a text in base64, compressed with gzip or not."""
        try:
            data = base64.b64decode(text)
            if data[:2] == b"\x1f\x8b":
                name = name.removesuffix(".gz")
                unpack = zlib.decompressobj(wbits=31)
                data = unpack.decompress(data, MAX_BYTES)
                if not unpack.eof:
                    self._refuse(place, "compressed data that is cut off, or of more than 50 MB")
                    return
            self.text(place, name, data.decode("utf-8"), encoded=True)
        except (binascii.Error, zlib.error, ValueError) as error:
            if name.endswith((".json", ".yaml", ".yml", ".gz", "Json")):
                self._refuse(place, f"data that cannot be unpacked ({error})")

    def _refuse(self, place: Place, found: str) -> None:
        self.found.unreadable.append(UnreadableError(found, place, "base64 of a text, or of a text packed with gzip"))


@cache
def _kinds() -> tuple[Kind, ...]:
    names = sorted(path.stem for path in Folder(__file__).with_name("kinds").glob("*.py") if path.name[0] != "_")
    return tuple(cast(Kind, import_module(f"dashgen.lint.readers.kinds.{name}")) for name in names)


def is_resource(data: Json, kind: str, group: str = "") -> bool:
    """Whether data is a Kubernetes object of a kind, of an API group such as ``monitoring.coreos.com``."""
    version: Any = data.get("apiVersion")
    return data.get("kind") == kind and isinstance(version, str) and version.startswith(f"{group}/" if group else "")
